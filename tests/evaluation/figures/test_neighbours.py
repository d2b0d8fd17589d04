"""Neighbours beside their queries, right ones green and wrong ones red."""

import numpy as np
from matplotlib.colors import to_rgba

from elastic_infogan_tf.evaluation.figures import image_grids
from elastic_infogan_tf.evaluation.metrics.quality import Neighbours
from tests.evaluation.figures.subjects import subject


def test_neighbours_stand_right_of_their_query_and_wrong_ones_are_red(drawn):
    images = np.arange(8 * 4 * 4 * 3, dtype=np.uint8).reshape(8, 4, 4, 3)
    nearest = Neighbours(np.array([0, 1]), np.array([[2, 3, 4], [5, 6, 7]]))
    labels = np.array([0, 1, 0, 0, 1, 1, 0, 1])
    parts = {"images": images, "labels": labels, "class_names": ["a", "b"]}
    image_grids.draw_neighbours(subject(neighbours=nearest, **parts))
    panels = drawn[0].axes
    assert len(panels) == 2 * 4
    assert np.array_equal(panels[0].images[0].get_array(), images[0])
    assert np.array_equal(panels[6].images[0].get_array(), images[6])
    colours = [axes.xaxis.label.get_color() for axes in panels]
    right, wrong = "tab:green", "tab:red"
    assert colours == ["black", right, right, wrong, "black", right, wrong, right]
    frames = [axes.spines["left"].get_edgecolor() for axes in panels]
    assert frames == [to_rgba(colour) for colour in colours]


def test_neighbours_without_labels_have_none(drawn):
    nearest = Neighbours(np.array([0]), np.array([[1]]))
    image_grids.draw_neighbours(
        subject(images=np.zeros((2, 4, 4, 1), np.uint8), neighbours=nearest)
    )
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["", ""]
