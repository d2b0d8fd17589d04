"""A step's time from measured ones: widths, batches, methods, stages, own networks."""

import dataclasses

import pytest

from tools.sweeps.estimate import seconds_per_step


def test_the_time_goes_with_the_square_of_the_width_and_with_the_batch(make_config):
    def seconds(width, batch_size=50, **changes):
        config = make_config("cars", base_channels=width, batch_size=batch_size, **changes)
        return seconds_per_step(config)

    assert [seconds(width) for width in (16, 64)] == pytest.approx([0.569, 6.20])
    # On the line through (16^2, .569) and (64^2, 6.2): the slope is 5.631 / 3840.
    assert seconds(32, 25) == pytest.approx((0.569 + 5.631 / 3840 * (1024 - 256)) / 2)
    assert seconds(2) == pytest.approx(0.569 / 2)  # and never less than half of the narrower one
    assert seconds(64, method="joint_vae") == pytest.approx(0.0960)


@pytest.mark.parametrize(
    ("dataset", "changes", "times"),
    [
        ("mnist", {"base_channels": 16, "batch_size": 64}, 0.0338 / 6.20),
        ("cars", {"method": "uniform_infogan"}, 0.93),  # measured on other networks alone
        ("cars", {"method": "gumbel_softmax"}, 1),  # never measured
        ("youtube_faces", {}, 3.29),  # two stages, measured at one width
        ("youtube_faces", {"second_stage_size": 0}, 1),
        ("youtube_faces", {"method": "clustered_infogan"}, 3.29 * 7.39 / 6.20),
        ("youtube_faces", {"method": "joint_vae"}, 0.0960 / 6.20),  # a VAE has one stage
    ],
)
def test_what_was_not_measured_goes_by_ratios(make_config, dataset, changes, times):
    other = make_config("cars", base_channels=64, batch_size=50)
    config = make_config(dataset, **({"base_channels": 64, "batch_size": 50} | changes))
    ratio = seconds_per_step(config) / seconds_per_step(other)
    assert ratio == pytest.approx(times, rel=1e-3)


def test_networks_of_ones_own_are_of_unknown_speed(make_config):
    config = make_config("cars")
    own = dataclasses.replace(config.model, networks="my.networks")
    assert seconds_per_step(dataclasses.replace(config, model=own)) is None
