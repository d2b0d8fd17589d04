"""Signs of life against numbers by hand, and what they say of a generator."""

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.metrics import health

UNIFORM = np.full(4, 0.25)


def _images(*rows):
    """Images of two grey pixels."""
    return np.array(rows, np.uint8).reshape(-1, 1, 2, 1)


def test_the_spread_is_the_mean_over_pixels_of_the_deviation_over_images():
    # Deviations with ddof 1: of 0 and 51 it is 51 / sqrt(2), of two equal ones 0.
    images = _images([0, 7], [51, 7])
    assert health.pixel_spread(images) == pytest.approx(51 / np.sqrt(2) / 2 / 127.5)


def test_a_generator_of_half_the_contrast_has_half_the_spread():
    real, generated = _images([0, 0], [200, 100]), _images([50, 50], [150, 100])
    assert health.spread_ratio(generated, real) == pytest.approx(0.5)


def test_one_image_has_no_spread_and_equal_real_images_tell_nothing():
    blank, real = _images([9, 9], [9, 9]), _images([0, 0], [200, 100])
    assert health.spread_ratio(blank, real) == 0
    assert health.spread_ratio(real, blank) is None


def test_the_difference_of_means_is_in_units_of_the_networks_pixels():
    black, white = _images([0, 0]), _images([255, 255], [255, 255])
    assert health.mean_difference(black, white) == pytest.approx(2)
    assert health.mean_difference(white, black) == pytest.approx(2)
    assert health.mean_difference(_images([0, 255]), _images([255, 0])) == 0


def test_a_q_that_knows_nothing_loses_log_k():
    assert health.information_share(np.full(8, np.log(4)), UNIFORM) == pytest.approx(1)
    assert health.information_share(np.array([0.0, np.log(4)]), UNIFORM) == pytest.approx(0.5)


def test_codes_of_no_image_are_counted():
    assert health.unused_codes(np.array([1, 1, 3]), UNIFORM) == 2
    assert health.unused_codes(np.array([0, 1, 2, 3]), UNIFORM) == 0


def test_one_image_a_code_is_not_diverse_however_different_the_codes_are():
    real, real_codes = _images([0, 0], [20, 20], [200, 200], [220, 220]), np.array([0, 0, 1, 1])
    printed, codes = _images([10, 10], [10, 10], [210, 210], [210, 210]), np.array([0, 0, 1, 1])
    assert health.code_diversity(printed, codes, real, real_codes) == 0
    assert health.code_diversity(real, codes, real, real_codes) == pytest.approx(1)
    half = _images([5, 5], [15, 15], [205, 205], [215, 215])
    assert health.code_diversity(half, codes, real, real_codes) == pytest.approx(0.5)


def test_diversity_leaves_out_codes_with_one_real_image():
    real, real_codes = _images([0, 0], [20, 20], [99, 0]), np.array([0, 0, 1])
    generated, codes = _images([0, 0], [20, 20], [3, 3], [3, 3]), np.array([0, 0, 1, 1])
    assert health.code_diversity(generated, codes, real, real_codes) == pytest.approx(0.5)
    assert health.code_diversity(generated, codes, real, np.array([0, 1, 2])) is None


# Signs of runs of docs/training.md, and what they were by their images.
HEALTHY = {
    "pixel_spread": 1.01,
    "mean_difference": 0.003,
    "information_share": 0.08,
    "code_diversity": 0.668,
}
BLANK = {
    "pixel_spread": 0.182,
    "mean_difference": 0.202,
    "information_share": 0.75,
    "code_diversity": 0.132,
}
ONE_IMAGE_A_CODE = {
    "pixel_spread": 1.019,
    "mean_difference": 0.004,
    "information_share": 0.23,
    "code_diversity": 0.061,
}


def test_states_of_runs_that_were_looked_at():
    assert health.state(HEALTHY, 2160) == health.ALIVE
    assert health.state(BLANK, 2160) == health.NOT_YET
    assert health.state(BLANK, 4320) == health.DEAD
    assert health.state(BLANK, 180) == health.TOO_EARLY
    assert health.state(ONE_IMAGE_A_CODE, 720) == health.ONE_IMAGE


@pytest.mark.parametrize("sign", [{"pixel_spread": 0.5}, {"mean_difference": 0.6}])
def test_each_sign_alone_is_enough(sign):
    assert health.state(HEALTHY | sign, 5000) == health.DEAD


def test_a_code_that_is_ignored_is_no_death():
    assert health.state(HEALTHY | {"information_share": 1.5, "unused_codes": 9}, 5000) == (
        health.ALIVE
    )


def test_the_classifiers_diversity_goes_before_the_pixels():
    assert health.state(HEALTHY | {"mean_relative_diversity": 0.1}, 5000) == health.ONE_IMAGE
    assert health.state(ONE_IMAGE_A_CODE | {"mean_relative_diversity": 0.8}, 5000) == health.ALIVE


def test_what_is_not_known_says_nothing():
    unknown = dict.fromkeys([*HEALTHY, "mean_relative_diversity"])
    assert health.state(unknown, 5000) == health.ALIVE and health.state({}, 5000) == health.ALIVE


def test_only_what_has_no_score_is_dead_and_every_state_has_a_sentence():
    assert [state for state in health.STATES if health.is_dead(state)] == [
        health.NOT_YET,
        health.DEAD,
    ]
    assert not health.is_dead(None) and not health.warns(None) and not health.warns(health.ALIVE)
    assert len({health.advice(state) for state in health.STATES}) == len(health.STATES)
