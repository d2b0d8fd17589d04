"""Charts: what stands where, read from the pixels or from the figure before it is drawn."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from elastic_infogan_tf.evaluation import charts
from elastic_infogan_tf.evaluation.disentanglement import UNMATCHED

NAMES = ("one", "two", "three")


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are drawn, before they become PNG bytes; those are made all the same."""
    figures = []
    to_png = charts.to_png

    def keep(figure, dpi):
        figures.append(figure)
        return to_png(figure, dpi)

    monkeypatch.setattr(charts, "to_png", keep)
    return figures


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_heat_map_has_the_matched_pairs_on_its_diagonal(drawn):
    table = np.array([[0, 7, 0], [0, 0, 9], [8, 1, 0], [3, 0, 0]])
    matched = np.array([1, 2, 0, UNMATCHED])
    charts.contingency_heat_map(table, NAMES, matched, "a run\nsource: made up")
    axes = drawn[0].axes[0]
    shown = axes.images[0].get_array()
    assert shown.tolist() == table[[2, 0, 1, 3]].tolist()
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["code 2", "code 0", "code 1", "code 3"]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(NAMES)
    assert sorted(_texts(axes)) == ["1", "3", "7", "8", "9"]
    assert axes.get_title() == "a run\nsource: made up"


def test_forty_classes_have_no_numbers_and_fit(drawn):
    table = np.diag(np.arange(1, 41))
    names = [f"person {number}" for number in range(40)]
    png = charts.contingency_heat_map(table, names, np.arange(40), "faces")
    assert _texts(drawn[0].axes[0]) == []
    assert len(drawn[0].axes[0].get_xticklabels()) == 40
    assert max(Image.open(io.BytesIO(png)).size) < 2000


def test_the_prior_stands_beside_the_class_of_its_code(drawn):
    probabilities, truth = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])
    charts.matched_prior_chart(
        probabilities, np.array([1, UNMATCHED, 0]), truth, ("one", "two"), "a run"
    )
    axes = drawn[0].axes[0]
    prior, true = axes.containers
    assert [bar.get_height() for bar in prior] == [0.2, 0.5, 0.3]
    assert [bar.get_height() for bar in true] == [0.4, 0.6]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["one\ncode 2", "two\ncode 0", "code 1"]


def test_loss_curves_have_a_panel_for_what_there_is_and_no_point_for_an_empty_cell(drawn):
    rows = [
        {"epoch": "1", "discriminator_loss": "1.5", "prior_entropy": "2.3", "nmi": ""},
        {"epoch": "2", "discriminator_loss": "1.0", "prior_entropy": "2.2", "nmi": "0.5"},
    ]
    charts.loss_curves(rows, "a run")
    headings = [axes.get_ylabel() for axes in drawn[0].axes]
    assert headings == ["losses, nats", "prior entropy, nats", "NMI and prior distance"]
    losses, _, scores = (axes.lines[0].get_xydata().tolist() for axes in drawn[0].axes)
    assert losses == [[1, 1.5], [2, 1.0]] and scores == [[2, 0.5]]


def test_neighbours_stand_right_of_their_query_and_wrong_ones_are_red(drawn):
    queries = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    neighbours = np.stack([queries, queries + 1, queries + 2], axis=1)
    labels = [["a", "a", "b"], ["b", "a", "b"]]
    charts.neighbour_figure(queries, ["a", "b"], neighbours, labels, "a run")
    places = drawn[0].axes
    assert len(places) == 2 * 4
    assert np.array_equal(places[0].images[0].get_array(), queries[0])
    assert np.array_equal(places[6].images[0].get_array(), neighbours[1, 1])
    colours = [axes.xaxis.label.get_color() for axes in places]
    right, wrong = "tab:green", "tab:red"
    assert colours == ["black", right, right, wrong, "black", right, wrong, right]


def test_neighbours_without_labels_have_none(drawn):
    images = np.zeros((1, 4, 4, 1), np.uint8)
    charts.neighbour_figure(images, None, images[np.newaxis], None, "a run")
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["", ""]


@pytest.mark.parametrize("classes", [3, 40])
def test_an_embedding_has_a_colour_and_a_place_in_the_legend_for_each_class(drawn, classes):
    points = np.random.default_rng(0).normal(size=(80, 2))
    labels = np.arange(80) % classes
    names = [f"class {label}" for label in range(classes)]
    charts.embedding_chart(points, labels, names, "t-SNE", "a run")
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


def test_an_embedding_without_labels_has_no_legend(drawn):
    charts.embedding_chart(np.eye(2), None, (), "PCA", "a run")
    assert isinstance(drawn[0], Figure)
    assert drawn[0].axes[0].get_legend() is None
    assert len(drawn[0].axes[0].collections[0].get_offsets()) == 2
