"""The clusters' figure shows the right images in the right places, of few and of many clusters."""

import io

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters

SIDE = 4
LINE = 1  # white below each row
GAP = 2  # white before the least confident ones


def _images(levels):
    images = np.empty((len(levels), SIDE, SIDE, 1), np.uint8)
    images[:] = np.asarray(levels, np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


def _draw(clusters, confidences, num_clusters, images=None, labels=None, names=()):
    """The figure of images that are as grey as their number is."""
    images = _images(range(len(clusters))) if images is None else images
    data = LabelledImages(images, labels, tuple(names), "made up")
    return draw_clusters(data, clusters, confidences, num_clusters, "title")


def _levels(axes, columns):
    """The grey level of each image of a figure of `columns` + 4 images a row, gap left out."""
    pixels = axes.images[0].get_array()
    starts = [SIDE * column + GAP * (column >= columns) for column in range(columns + 4)]
    return pixels[:: SIDE + LINE][:, starts]


def _texts(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_the_largest_is_on_top_with_its_share_and_its_confidence(drawn):
    labels = np.array([2, 0, 0, 2, 0])
    confidences = np.array([0.5, 0.9, 0.8, 1.0, 0.7])
    _draw(labels, confidences, 3)
    (axes,) = drawn[0].axes
    assert _texts(axes) == ["0: 3 (60.0%), 0.80", "2: 2 (40.0%), 0.75", "1: empty"]


def test_clusters_may_have_names(drawn):
    names = ("$a chair$", "unused", "__stool__")
    data = LabelledImages(_images(range(3)), None, (), "made up")
    draw_clusters(data, np.array([2, 0, 2]), np.ones(3), 3, "title", names)
    expected = ["__stool__: 2 (66.7%), 1.00", "$a chair$: 1 (33.3%), 1.00", "unused: empty"]
    assert _texts(drawn[0].axes[0]) == expected


def test_the_most_confident_come_first_and_the_least_confident_apart(drawn):
    confidences = np.array([0.01 * (number * 7 % 20) for number in range(20)])  # all different
    _draw(np.zeros(20, int), confidences, 2)
    (axes,) = drawn[0].axes
    ranked = list(np.argsort(-confidences))
    first, second = _levels(axes, 12)
    assert list(first) == ranked[:12] + ranked[-4:]
    assert set(second) == {255}


def test_a_small_cluster_shows_no_image_twice(drawn):
    _draw(np.zeros(13, int), np.ones(13), 2)
    shown = _levels(drawn[0].axes[0], 12)[0]
    assert list(shown) == [*range(13), 255, 255, 255]


def test_with_labels_the_majority_stands_at_the_end(drawn):
    labels, classes = np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0])
    _draw(labels, np.ones(4), 3, labels=classes, names=("a cat", "a dog"))
    (end,) = drawn[0].axes[0].child_axes
    assert _texts(end) == ["a dog 67%", "a cat 100%", ""]


@pytest.mark.parametrize(
    "count",
    [13, 200, *(pytest.param(count, marks=pytest.mark.slow) for count in (2, 12, 31, 80, 101))],
)
def test_so_many_clusters_have_a_row_each_in_a_figure_of_bearable_size(count, drawn):
    rng = np.random.default_rng(0)
    labels, confidences = rng.integers(0, count, 300), rng.uniform(size=300)
    images = rng.integers(0, 256, (300, 8, 8, 3), np.uint8)
    names = [f"Chevrolet Silverado 1500 {label}" for label in range(count)]
    png = _draw(labels, confidences, count, images, labels, names)
    numbers = [int(text.split(":")[0]) for axes in drawn[0].axes for text in _texts(axes)]
    assert sorted(numbers) == list(range(count))
    assert max(Image.open(io.BytesIO(png)).size) < 3000


def test_only_what_is_shown_is_read():
    """Images may stay in a mapped file."""

    class Counted:
        shape, ndim, dtype = (10_000, SIDE, SIDE, 1), 4, np.uint8
        read = 0

        def __len__(self):
            return self.shape[0]

        def __getitem__(self, rows):
            self.read += len(rows)
            return _images(rows % 256)

    images = Counted()
    _draw(np.arange(10_000) % 2, np.ones(10_000), 2, images)
    assert images.read == 2 * 16
