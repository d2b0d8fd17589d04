"""Clusters of features: blobs of very different sizes, what is refused, determinism."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from elastic_infogan_tf.clustering.cluster import STABLE, STABLE_OF_FEW, cluster, stable_from
from elastic_infogan_tf.errors import UsageError


def blobs(sizes, dim=16, spread=0.15, seed=0):
    """Unit vectors about one direction a class."""
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(dim, dim)))[0][: len(sizes)]
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return centres[labels] + spread * rng.normal(size=(len(labels), dim)), labels


def test_blobs_are_found_and_named_by_size():
    features, labels = blobs([40, 30, 20])
    found = cluster(features, 3)
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


def test_chains_that_k_means_cuts_across():
    # Two parallel rings on a sphere, each closer to itself all the way round.
    angle = np.tile(np.linspace(0, 2 * np.pi, 200, endpoint=False), 2)
    labels = np.repeat([0, 1], 200)
    rings = np.stack([np.cos(angle), np.sin(angle), np.where(labels, 0.15, -0.15)], axis=1)
    rings += 0.01 * np.random.default_rng(0).normal(size=rings.shape)
    assert accuracy(cluster(rings, 2).labels, labels) == 1.0
    assert accuracy(KMeans(2, n_init=1, random_state=0).fit(rings).labels_, labels) < 0.7


def accuracy(found, labels):
    """Of two clusters by whichever names."""
    right = np.mean(found == labels)
    return max(right, 1 - right)


def test_the_order_of_the_images_does_not_count():
    features, labels = blobs([60, 40, 25])
    order = np.random.default_rng(1).permutation(125)
    found, moved = cluster(features, 3).labels, cluster(features[order], 3).labels
    assert np.array_equal(found, labels)
    assert np.array_equal(moved, labels[order])


@pytest.mark.parametrize(
    ("count", "num_clusters"), [(20, 1), (20, 2), (20, 15), (20, 20), (500, 200)]
)
def test_all_labels_are_used_whatever_their_number(count, num_clusters):
    features = np.random.default_rng(0).normal(size=(count, 8))
    found = cluster(features, num_clusters)
    assert np.array_equal(np.unique(found.labels), np.arange(num_clusters))
    assert np.all(np.diff(np.bincount(found.labels)) <= 0)
    assert np.all((found.confidence >= 0) & (found.confidence <= 1))
    assert np.isfinite([found.mutual_information, found.stability]).all()


def test_equal_images_are_together():
    features = np.repeat(np.random.default_rng(0).normal(size=(6, 5)), 12, axis=0)
    labels = cluster(features, 6).labels.reshape(6, 12)
    assert np.all(labels == labels[:, :1]) and len(np.unique(labels)) == 6


def test_what_is_not_in_the_sample_is_voted_for():
    features, labels = blobs([9000, 2500, 500])
    found = cluster(features, 3)
    assert np.array_equal(found.labels, labels)
    assert found.stability > 0.99


def test_features_that_are_noise_are_not_stable():
    features, _ = blobs([100] * 4, spread=0.15)
    noise = np.random.default_rng(0).normal(size=features.shape)
    assert cluster(features, 4).stability > STABLE
    assert cluster(noise, 4).stability < STABLE_OF_FEW
    assert (stable_from(400), stable_from(30_000)) == (STABLE_OF_FEW, STABLE)


def test_the_hook_may_stop():
    class StopHereError(Exception):
        pass

    stages = []

    def stop(stage):
        stages.append(stage)
        if "draw 2" in stage:
            raise StopHereError

    with pytest.raises(StopHereError):
        cluster(blobs([30, 30])[0], 2, progress=stop)
    assert stages == ["graph of neighbours", "clusters, draw 1 of 6", "clusters, draw 2 of 6"]
