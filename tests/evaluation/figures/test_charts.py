"""Charts: what stands where, read from the pixels or from the figure before it is drawn."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from elastic_infogan_tf.evaluation.figures import charts
from elastic_infogan_tf.evaluation.measures.disentanglement import UNMATCHED

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


def _drawn_tick_labels(axis):
    """Those in view, on the side where they are; Matplotlib keeps others without drawing them."""
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    labels = [label for tick in ticks for label in (tick.label1, tick.label2)]
    return [label for label in labels if label.get_visible()]


def _assert_readable(figure):
    """No text is cut at the figure's edge, and no label lies on another one of its kind."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    kinds = [[axes.title, axes.xaxis.label, axes.yaxis.label] for axes in figure.axes]
    kinds += [_drawn_tick_labels(axes.xaxis) for axes in figure.axes]
    kinds += [_drawn_tick_labels(axes.yaxis) for axes in figure.axes]
    kinds += [axes.texts for axes in figure.axes]
    kinds += [axes.get_legend().get_texts() for axes in figure.axes if axes.get_legend()]
    kinds += [[axes.xaxis.label for axes in figure.axes], figure.texts]
    for texts in kinds:
        boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
        for box in boxes:
            assert box.x0 >= 0 and box.y0 >= 0
            assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        # 0.7: letters do not fill the height of their box.
        for one, other in itertools.combinations(boxes, 2):
            assert not (one.shrunk(0.95, 0.7)).overlaps(other.shrunk(0.95, 0.7))


LONG_NAMES = [f"Chevrolet Silverado 1500 Extended Cab {2000 + number}" for number in range(40)]
LONG_TITLE = "own, elastic_infogan, source: image folder " + 6 * "photographs-of-mine " + ", step 1"


@pytest.mark.parametrize("classes", [2, 10, 13, 40])
@pytest.mark.parametrize("names", [[str(number) for number in range(40)], LONG_NAMES])
def test_class_names_and_titles_are_neither_cut_nor_on_top_of_each_other(drawn, classes, names):
    names, matched = names[:classes], np.arange(classes)
    shares = np.full(classes, 1 / classes)
    charts.contingency_heat_map(1000 * np.eye(classes, dtype=int), names, matched, LONG_TITLE)
    charts.matched_prior_chart(shares, matched, shares, names, LONG_TITLE)
    charts.embedding_chart(np.eye(classes, 2), matched, names, "t-SNE", LONG_TITLE)
    for figure in drawn:
        _assert_readable(figure)


@pytest.mark.parametrize("nearest", [1, 3])
def test_names_under_neighbours_are_neither_cut_nor_on_top_of_each_other(drawn, nearest):
    images = np.zeros((2, nearest, 4, 4, 3), np.uint8)
    labels = [LONG_NAMES[:nearest]] * 2
    charts.neighbour_figure(images[:, 0], LONG_NAMES[:2], images, labels, LONG_TITLE)
    _assert_readable(drawn[0])
    assert drawn[0].axes[0].get_xlabel().endswith("2000")


def test_names_and_titles_are_no_formulas(drawn):
    names = ["$\\x$", "a$b$"]
    charts.contingency_heat_map(np.eye(2, dtype=int), names, np.arange(2), "folder $\\x$")
    charts.loss_curves([{"epoch": "1", "generator_loss": "1"}], "folder $\\x$")
    # An escaped dollar is drawn as a dollar.
    shown = [label.get_text().replace("\\$", "$") for label in drawn[0].axes[0].get_xticklabels()]
    assert shown == names


def test_the_pixels_of_a_heat_map_are_dark_where_the_counts_are(drawn):
    png = charts.contingency_heat_map(np.array([[9, 0], [0, 9]]), NAMES[:2], np.arange(2), "a run")
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    axes = drawn[0].axes[0]
    for row, column in itertools.product(range(2), range(2)):
        # Beside the number, in shares of the figure from its lower left corner.
        x, y = (
            drawn[0]
            .transFigure.inverted()
            .transform(axes.transData.transform((column + 0.3, row + 0.3)))
        )
        level = pixels[int((1 - y) * pixels.shape[0]), int(x * pixels.shape[1])]
        assert level < 100 if row == column else level > 230


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
    assert drawn[0].get_suptitle() == "a run"
    losses, _, scores = (axes.lines[0].get_xydata().tolist() for axes in drawn[0].axes)
    assert losses == [[1, 1.5], [2, 1.0]] and scores == [[2, 0.5]]


def test_one_epoch_is_seen_and_epochs_are_whole_numbers(drawn):
    charts.loss_curves([{"epoch": "1", "generator_loss": "2"}], "a run")
    (axes,) = drawn[0].axes
    assert axes.lines[0].get_markersize() > 5
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert ticks == [1]


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
    frames = [axes.spines["left"].get_edgecolor() for axes in places]
    assert frames == [to_rgba(colour) for colour in colours]


def test_neighbours_without_labels_have_none(drawn):
    images = np.zeros((1, 4, 4, 1), np.uint8)
    charts.neighbour_figure(images, None, images[np.newaxis], None, "a run")
    assert [axes.get_xlabel() for axes in drawn[0].axes] == ["", ""]


@pytest.mark.parametrize("classes", [3, 40])
def test_an_embedding_has_a_colour_and_a_place_in_the_legend_for_each_class(drawn, classes):
    points = np.random.default_rng(0).normal(size=(80, 2))
    labels = np.arange(80) % classes
    names = [f"_class {label}" for label in range(classes)]
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
