"""Clusters of features: blobs of very different sizes, what is refused, determinism."""

import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.clustering.cluster import cluster


def blobs(sizes, dim=16, spread=0.15, seed=0):
    """Unit vectors about one direction a class."""
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(dim, dim)))[0][: len(sizes)]
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return centres[labels] + spread * rng.normal(size=(len(labels), dim)), labels


@pytest.mark.parametrize("kind", ["graph", "k_means"])
def test_blobs_are_found_and_named_by_size(kind):
    features, labels = blobs([40, 30, 20])
    found = cluster(features, 3, kind=kind)
    assert found.labels.tolist() == labels.tolist()
    assert found.confidence.min() > 0.99
    assert found.stability == pytest.approx(1.0)


def test_a_hundred_to_one():
    features, labels = blobs([3000, 300, 30])
    assert np.array_equal(cluster(features, 3).labels, labels)


def test_equal_seeds_give_equal_bits():
    features, _ = blobs([900, 500, 100], spread=0.5)
    first, again = (cluster(features, 3, seed=4) for _ in range(2))
    assert np.array_equal(first.labels, again.labels)
    assert np.array_equal(first.confidence, again.confidence)
    assert first.stability == again.stability


def test_what_cannot_be_cut_is_refused():
    features, _ = blobs([20])
    with pytest.raises(UsageError, match="20 images cannot be cut into 21 clusters"):
        cluster(features, 21)
    with pytest.raises(UsageError, match="only 1 of 20 images have features that differ"):
        cluster(np.ones((20, 3)), 2)
    features[3, 2] = np.nan
    with pytest.raises(UsageError, match=r"of 1 of 20 images are not finite, .* image 3;"):
        cluster(features, 2)
    with pytest.raises(ValueError, match=r"one of graph, k_means\. Received: kind=x"):
        cluster(features, 2, kind="x")
