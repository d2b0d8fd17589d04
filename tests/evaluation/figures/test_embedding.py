"""Features in the plane: neighbours stay neighbours, and nothing is too little."""

import dataclasses

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.evidence import Evidence, Reference, Subject
from elastic_infogan_tf.evaluation.figures import features
from elastic_infogan_tf.evaluation.figures.features import embed
from elastic_infogan_tf.evaluation.inference import Inference
from tests.evaluation.known_model import KnownModel, grey_images


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


@pytest.mark.parametrize("classes", [3, 40])
def test_an_embedding_has_a_colour_and_a_place_in_the_legend_for_each_class(
    drawn, draw_points, classes
):
    points = np.random.default_rng(0).normal(size=(80, 2))
    labels = np.arange(80) % classes
    names = [f"_class {label}" for label in range(classes)]
    draw_points(points, labels, names, "t-SNE")
    axes = drawn[0].axes[0]
    assert len(axes.collections) == classes
    first = axes.collections[0].get_offsets()
    np.testing.assert_allclose(first, points[labels == 0])
    looks = {
        (tuple(part.get_facecolor()[0]), part.get_paths()[0].vertices.tobytes())
        for part in axes.collections
    }
    assert len(looks) == classes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == names
    assert "t-SNE of Q's features of 80 real images" in axes.get_title()


def test_an_embedding_without_labels_or_codes_has_no_legend(drawn, draw_points):
    draw_points(np.eye(2), None, (), "PCA")
    assert drawn[0].axes[0].get_legend() is None
    assert len(drawn[0].axes[0].collections[0].get_offsets()) == 2


def _legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_of_too_many_groups_the_largest_have_a_look_and_the_rest_is_grey(drawn, draw_points):
    groups = np.concatenate([np.arange(200), np.arange(120, 200)])  # those have two points each
    points = np.random.default_rng(0).normal(size=(len(groups), 2))
    draw_points(points, groups, [f"code {code}" for code in range(201)], "PCA")
    axes = drawn[0].axes[0]
    assert _legend(axes) == [*(f"code {code}" for code in range(120, 200)), "others"]
    assert len(axes.collections[-1].get_offsets()) == 120


def test_real_images_without_labels_are_coloured_by_their_code(drawn, monkeypatch):
    monkeypatch.setattr(features, "_EMBEDDED", 15)
    labelled, shown = grey_images(), [2, 0, 3, 1]
    data = dataclasses.replace(labelled, labels=None, class_names=())
    evidence = Evidence(Inference(KnownModel(shown, [0.25] * 4)), Reference(data))
    features.draw_embedding(Subject(evidence, "a run"))
    axes = drawn[0].axes[0]
    sizes = [len(part.get_offsets()) for part in axes.collections]
    counts = [int(np.sum(labelled.labels[:15] == label)) for label in shown]
    expected = [(f"code {code}", count) for code, count in enumerate(counts) if count]
    assert list(zip(_legend(axes), sizes, strict=True)) == expected
    assert "coloured by Q's code" in axes.get_title()
