"""Neighbours beside their queries, right ones green and wrong ones red."""

import numpy as np
from matplotlib.colors import to_rgba

from elastic_infogan_tf.evaluation.figures.neighbours import neighbour_figure


def test_neighbours_stand_right_of_their_query_and_wrong_ones_are_red(drawn):
    queries = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    neighbours = np.stack([queries, queries + 1, queries + 2], axis=1)
    labels = [["a", "a", "b"], ["b", "a", "b"]]
    neighbour_figure(queries, ["a", "b"], neighbours, labels, "a run")
    places = drawn[0].axes
    assert len(places) == 2 * 4
    assert np.array_equal(places[0].images[0].get_array(), queries[0])
    assert np.array_equal(places[6].images[0].get_array(), neighbours[1, 1])
    colours = [axes.xaxis.label.get_color() for axes in places]
    right, wrong = "tab:green", "tab:red"
    assert colours == ["black", right, right, wrong, "black", right, wrong, right]
    frames = [axes.spines["left"].get_edgecolor() for axes in places]
    assert frames == [to_rgba(colour) for colour in colours]


def test_neighbours_without_labels_have_none(drawn):
    images = np.zeros((1, 4, 4, 1), np.uint8)
    neighbour_figure(images, None, images[np.newaxis], None, "a run")
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["", ""]
