"""Features in the plane: neighbours stay neighbours, and nothing is too little."""

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.figures.embedding import embed


def _nearest(points):
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


def _clusters():
    rng = np.random.default_rng(0)
    centres = np.eye(3, 6) * 20
    labels = np.repeat(np.arange(3), 15)
    return centres[labels] + rng.normal(size=(45, 6)), labels


def test_clusters_stay_clusters():
    features, labels = _clusters()
    points, method = embed(features, seed=0)
    assert method == "t-SNE" and points.shape == (45, 2) and np.isfinite(points).all()
    assert np.array_equal(labels[_nearest(points)], labels)


@pytest.mark.parametrize("scale", [1e-22, 1e25])
def test_clusters_stay_clusters_at_any_scale(scale):
    features, labels = _clusters()
    points, method = embed(scale * features, seed=0)
    assert method == "t-SNE" and points.std(axis=0).min() > 0.1
    assert np.array_equal(labels[_nearest(points)], labels)


def test_equal_seeds_give_equal_points():
    features, _ = _clusters()
    assert np.array_equal(embed(features, seed=1)[0], embed(features, seed=1)[0])


def test_few_points_keep_their_distances():
    features = np.array([[0.0, 0.0, 5.0], [3.0, 0.0, 5.0], [0.0, 4.0, 5.0]])
    points, method = embed(features, seed=0)
    assert method == "PCA"
    assert np.linalg.norm(points[1] - points[2]) == pytest.approx(5)
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(3)


@pytest.mark.parametrize(
    "features", [np.ones((50, 4)), np.arange(30.0)[:, np.newaxis], np.ones((1, 3)), np.eye(2)]
)
def test_nothing_is_too_little(features):
    points, _ = embed(features, seed=0)
    assert points.shape == (len(features), 2) and np.isfinite(points).all()
