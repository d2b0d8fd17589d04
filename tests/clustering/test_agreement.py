"""Kinds of cuts of several encoders' features: the kind they agree on, and how far."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.clustering import agreement
from elastic_infogan_tf.clustering.agreement import GRAPH, K_MEANS, MIXTURE
from elastic_infogan_tf.errors import UsageError

SIZES = (90, 60, 30)


def _labels():
    return np.repeat(np.arange(len(SIZES)), SIZES)


def _blobs(seed, noise=0.1):
    """Features of three kinds of images, as an encoder of its own would have them."""
    rng = np.random.default_rng(seed)
    corners = np.linalg.qr(rng.normal(size=(8, 8)))[0][:3]
    return corners[_labels()] + noise * rng.normal(size=(sum(SIZES), 8))


def test_encoders_that_see_the_same_kinds_agree_by_every_cut():
    found = agreement.agree([_blobs(0), _blobs(1)], 3)
    assert set(found.labels) == {GRAPH, K_MEANS, MIXTURE}
    assert found.score == pytest.approx(1.0)
    for kind, cuts in found.labels.items():
        assert cuts.shape == (2, sum(SIZES))
        np.testing.assert_array_equal(cuts[0], cuts[1], err_msg=kind)  # named alike
        assert adjusted_rand_score(_labels(), cuts[0]) == pytest.approx(1.0)
    entropy = -sum(n / sum(SIZES) * np.log(n / sum(SIZES)) for n in SIZES)
    assert found.information[GRAPH] == pytest.approx(entropy)
    assert found.of(0) == pytest.approx((1.0, entropy))


def test_encoders_of_noise_agree_on_nothing():
    rng = np.random.default_rng(0)
    found = agreement.agree([rng.normal(size=(300, 8)) for _ in range(2)], 3)
    assert abs(found.score) < 0.1


def test_the_one_that_sees_something_else_agrees_least():
    other = np.random.default_rng(7).normal(size=(sum(SIZES), 8))
    found = agreement.agree([_blobs(0), other, _blobs(1)], 3, kinds=[GRAPH])
    scores = [found.of(index)[1] for index in range(3)]
    assert np.argmin(scores) == 1 and found.rand[GRAPH] == pytest.approx(
        np.mean([adjusted_rand_score(*found.labels[GRAPH][list(pair)]) for pair in PAIRS])
    )


PAIRS = ((0, 1), (0, 2), (1, 2))


def test_an_island_is_not_taken_for_its_high_index():
    # Both cuts of the first kind agree fully on an island of two images, which tells nothing.
    island = np.repeat([0, 1], [98, 2])
    halves = np.repeat([0, 1], 50)
    nearly = np.where(np.arange(100) == 0, 1, halves)
    found = agreement.compared({GRAPH: np.stack([island] * 2), MIXTURE: np.stack([halves, nearly])})
    assert found.rand[GRAPH] == 1.0 > found.rand[MIXTURE]
    assert found.kind == MIXTURE


def test_clusters_get_the_names_of_those_they_share_most_images_with():
    reference = np.array([0, 0, 0, 1, 1, 2])
    labels = np.array([2, 2, 2, 0, 0, 1])
    np.testing.assert_array_equal(agreement.named_by(reference, labels), reference)
    few = np.array([1, 1, 1, 0, 0, 0])  # one name less
    np.testing.assert_array_equal(agreement.named_by(reference, few), [0, 0, 0, 1, 1, 1])


def test_confidence_is_the_share_of_like_neighbours():
    sure = agreement.confidence(_blobs(0, noise=0.01), _labels(), 3)
    np.testing.assert_allclose(sure, 1.0)
    wrong = _labels()
    wrong[0] = 2
    assert agreement.confidence(_blobs(0, noise=0.01), wrong, 3)[0] == pytest.approx(0.0)


@pytest.mark.parametrize("kind", agreement.KINDS)
def test_a_cut_is_the_same_twice(kind):
    features = _blobs(3, noise=0.4)
    cuts = [agreement.cut(features, 3, kind, 5) for _ in range(2)]
    np.testing.assert_array_equal(*cuts)
    assert cuts[0].dtype == np.int64 and set(cuts[0]) == {0, 1, 2}


@pytest.mark.parametrize("kind", agreement.KINDS)
@pytest.mark.filterwarnings("error")
def test_features_of_few_directions_are_cut(kind):
    features = np.repeat(np.eye(32)[:3], 10, axis=0)  # two components have all there is
    labels = agreement.cut(features, 3, kind)
    assert adjusted_rand_score(np.repeat([0, 1, 2], 10), labels) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", agreement.KINDS)
def test_more_clusters_than_images_are_refused_by_every_kind(kind):
    with pytest.raises(UsageError, match="3 images cannot be cut into 4 clusters"):
        agreement.cut(np.eye(3), 4, kind)


def test_a_burst_has_the_mean_of_its_images_directions():
    features = np.array([[2.0, 0.0], [0.0, 5.0], [3.0, 0.0]])
    means = agreement.mean_features(features, np.array([0, 0, 1]))
    np.testing.assert_allclose(means, [[0.5, 0.5], [1.0, 0.0]])
    assert agreement.mean_features(features, np.arange(3)) is features
