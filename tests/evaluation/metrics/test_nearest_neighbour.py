"""Nearest neighbours by cosine distance."""

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.metrics.quality import accuracy, find_neighbours


def _naive(features, stored, query):
    """Stored images from the most to the least similar to the query, by cosine."""
    rows = features.reshape(len(features), -1)
    similar = [
        rows[i] @ rows[query] / np.linalg.norm(rows[i]) / np.linalg.norm(rows[query])
        for i in stored
    ]
    return stored[np.argsort(similar)[::-1]]


@pytest.mark.parametrize("shape", [(30, 5), (30, 2, 2, 3)])
def test_neighbours_are_the_nearest_by_cosine_among_the_other_80_percent(shape):
    # Lengths differ by a factor of a thousand, so Euclidean neighbours are others.
    rng = np.random.default_rng(0)
    lengths = 10 ** rng.uniform(-1.5, 1.5, (30, *[1] * (len(shape) - 1)))
    features = rng.normal(size=shape) * lengths
    nearest = find_neighbours(features, 3, seed=1)
    assert len(nearest.queries) == 6 and nearest.neighbours.shape == (6, 3)
    stored = np.setdiff1d(np.arange(30), nearest.queries)
    for query, row in zip(nearest.queries, nearest.neighbours, strict=True):
        assert row.tolist() == _naive(features, stored, query)[:3].tolist()


def test_accuracy_counts_the_nearest_only():
    angles = np.repeat([0.0, 1.0, 2.0], 10) + np.random.default_rng(0).uniform(0, 0.1, 30)
    features = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.repeat([0, 1, 2], 10)
    nearest = find_neighbours(features, 5, seed=0)
    assert accuracy(labels, nearest) == 1.0
    wrong = labels.copy()
    wrong[nearest.queries[:3]] = 9
    assert accuracy(wrong, nearest) == pytest.approx(0.5)


def test_the_split_depends_on_the_seed_alone():
    features = np.random.default_rng(0).normal(size=(50, 4))
    first, again, other = (find_neighbours(features, 1, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.queries, again.queries)
    assert not np.array_equal(first.queries, other.queries)


def test_few_images_have_fewer_neighbours():
    assert find_neighbours(np.eye(5), 8, seed=0).neighbours.shape == (1, 4)
