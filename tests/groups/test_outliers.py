"""Outlier scores: what lies alone scores high, rare kinds and copies do not."""

import numpy as np
import pytest

from elastic_infogan_tf.groups.assign import OutlierScores

RNG = np.random.default_rng(0)


def _kinds(dimensions, sizes=(200, 100, 30), spread=0.1):
    """Clusters of unequal sizes, then three points that lie alone."""
    centres = RNG.normal(size=(len(sizes), dimensions))
    members = [
        centre + spread * RNG.normal(size=(size, dimensions))
        for centre, size in zip(centres, sizes, strict=True)
    ]
    return np.concatenate([*members, RNG.normal(size=(3, dimensions))]).astype(np.float32)


@pytest.mark.parametrize("dimensions", [8, 300])  # as they are, and projected
def test_only_what_lies_alone_is_an_outlier_not_a_rare_kind(dimensions):
    features = _kinds(dimensions)
    scores = OutlierScores(features).own
    assert scores.shape == (333,)
    assert scores[-3:].min() > 2 * scores[:-3].max()
    assert abs(np.median(scores) - 1) < 0.1


def test_images_that_are_not_in_the_sample_are_scored_likewise():
    features = _kinds(16)
    sample = np.concatenate([features[:-3:2]])
    others = OutlierScores(sample).of(features[1::2])
    alone = others[-1]  # of the last three, rows 330 to 332, it has 331
    assert alone == others.max() and alone > 2 * np.sort(others)[-2]


def test_many_copies_of_one_image_spoil_no_score():
    features = _kinds(16)
    copied = np.concatenate([features, np.repeat(features[:1], 100, axis=0)])
    scores = OutlierScores(copied).own
    np.testing.assert_allclose(scores[333:], scores[0])
    np.testing.assert_allclose(scores[:330], OutlierScores(features).own[:330], atol=0.5)


@pytest.mark.parametrize(
    "features", [np.ones((1, 4)), RNG.normal(size=(2, 4)), np.ones((9, 4)), np.zeros((9, 4))]
)
def test_few_or_equal_images_are_all_usual(features):
    scores = OutlierScores(features)
    assert scores.own.tolist() == [1.0] * len(features)
    assert scores.of(features).tolist() == [1.0] * len(features)


def test_features_of_any_shape_are_taken_and_equal_seeds_agree():
    features = RNG.normal(size=(50, 2, 3, 8))
    first, again = (OutlierScores(features, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.own, again.own)
    assert first.of(features[:0]).shape == (0,)
