"""Text in figures is read as it is: neither cut, nor on top of other text, nor a formula."""

import warnings

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from elastic_infogan_tf.evaluation.figures import codes, image_grids, style
from elastic_infogan_tf.evaluation.metrics.quality import Neighbours
from tests.evaluation.figures.subjects import subject


def _contingency(table, names, title):
    counts = np.arange(len(table)) != 1  # code 1 is empty
    parts = {"contingency": table, "class_names": names, "code_counts": counts}
    codes.draw_contingency(subject(title, **parts))


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
        assert not _overlap([box.shrunk(0.95, 0.7).extents for box in boxes])


def _overlap(boxes):
    """Whether any two boxes (x0, y0, x1, y1) share a point: all pairs at once, they may be 1e6."""
    lower, upper = np.hsplit(np.reshape(boxes, (-1, 4)), 2)
    meet = np.all(lower[:, None] <= upper[None], axis=2)
    pairs = np.triu(meet & meet.T, k=1)
    return pairs.any()


def test_boxes_that_overlap_are_found():
    left, right, above = (0, 0, 2, 2), (3, 0, 5, 2), (1, 2.5, 4, 4)
    assert not _overlap([]) and not _overlap([left, right, above])
    assert _overlap([left, above, right, (1, 1, 4, 1.5)])


LONG_NAMES = [f"Chevrolet Silverado 1500 Extended Cab {2000 + number}" for number in range(40)]
LONG_TITLE = "own, elastic_infogan, source: image folder " + 6 * "photographs-of-mine " + ", step 1"


NUMBERS = [str(number) for number in range(40)]
# In the fast tests those with most text of each kind.
SIZES = [(10, NUMBERS), (13, LONG_NAMES)]
MORE_SIZES = [(2, NUMBERS), (13, NUMBERS), (40, NUMBERS), (2, LONG_NAMES)]
MORE_SIZES += [(10, LONG_NAMES), (40, LONG_NAMES)]


@pytest.mark.parametrize(
    ("classes", "names"),
    SIZES + [pytest.param(*size, marks=pytest.mark.slow) for size in MORE_SIZES],
)
def test_class_names_and_titles_are_neither_cut_nor_on_top_of_each_other(
    drawn, draw_points, classes, names
):
    names, matched = names[:classes], np.arange(classes)
    shares = np.full(classes, 1 / classes)
    _contingency(1000 * np.eye(classes, dtype=int), names, LONG_TITLE)
    parts = {"probabilities": shares, "frequent_shares": shares, "true_proportions": shares}
    for of in (matched, 0 * matched):
        codes.draw_matched(subject(LONG_TITLE, class_names=names, frequent_classes=of, **parts))
    draw_points(np.eye(classes, 2), matched, names, "t-SNE", LONG_TITLE)
    for figure in drawn:
        _assert_readable(figure)


@pytest.mark.parametrize("nearest", [1, 3])
def test_names_under_neighbours_are_neither_cut_nor_on_top_of_each_other(drawn, nearest):
    rows = np.arange(2 * nearest).reshape(2, nearest) + 2
    labels = np.concatenate([[0, 1], np.arange(nearest), np.arange(nearest)])
    parts = {"labels": labels, "class_names": LONG_NAMES[:3]}
    images = np.zeros((len(labels), 4, 4, 3), np.uint8)
    nearest_ones = Neighbours(np.array([0, 1]), rows)
    image_grids.draw_neighbours(
        subject(LONG_TITLE, images=images, neighbours=nearest_ones, **parts)
    )
    _assert_readable(drawn[0])
    assert drawn[0].axes[0].get_xlabel().endswith("2000")


def test_names_and_titles_are_no_formulas(drawn):
    names = ["$\\x$", "a$b$"]
    _contingency(np.eye(2, dtype=int), names, "folder $\\x$")
    (axes, _) = drawn[0].axes
    assert [label.get_text() for label in axes.get_xticklabels()] == names
    assert not any(label.get_parse_math() for label in [*axes.get_xticklabels(), axes.title])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Chevrolet Silverado 1500 Extended Cab 2012", "Chevrolet Silv\u2026ended Cab 2012"),
        ("a\tb\n c", "a b c"),
        ("", "(no name)"),
        ("\x07", r"\x07"),
        ("\udcff", r"\xff"),
        ("\u0378", r"\u0378"),  # no font has it: nothing is assigned there
    ],
)
def test_a_name_is_legible(name, expected):
    assert style.name(name) == expected


def test_lines_break_at_spaces_and_hyphens_and_never_within_an_escape():
    assert style.paragraph("one two-three\nfour", 8) == "one two-\nthree\nfour"
    assert style.paragraph("\u0378" * 3, 8) == "\\u0378\n\\u0378\n\\u0378"
    assert style.paragraph("x" * 10, 4) == "xxxx\nxxxx\nxx"


def test_a_title_keeps_its_beginning_and_its_end():
    lines = style.heading(f"mnist, {100 * 'source '}, step 7", 4).split("\n")
    assert len(lines) == 5 and lines[2] == "\u2026"
    assert lines[0].startswith("mnist") and lines[-1].endswith("step 7")


@pytest.fixture
def fallback(monkeypatch):
    """A function: from then on a font of Matplotlib's own is the only fallback."""

    def use(*families):
        monkeypatch.setattr(style, "FALLBACKS", families)
        style._fonts.cache_clear()

    yield use
    monkeypatch.undo()
    style._fonts.cache_clear()


def test_what_another_font_has_is_drawn_in_it(fallback, drawn):
    sign = "\u20dd"  # a circle that DejaVu lacks
    fallback()
    assert style.name(sign) == r"\u20dd"
    fallback("A Font That Nobody Has", "STIXGeneral")
    assert style.name(sign) == sign
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in (sign, " "):
            _contingency(np.eye(1, dtype=int), [name], "a run")
