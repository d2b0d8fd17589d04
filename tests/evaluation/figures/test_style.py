"""Text in pictures is read as it is: neither cut, nor on top of other text, nor a formula."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from elastic_infogan_tf.evaluation.figures.contingency import contingency_heat_map
from elastic_infogan_tf.evaluation.figures.embedding import embedding_chart
from elastic_infogan_tf.evaluation.figures.neighbours import neighbour_figure
from elastic_infogan_tf.evaluation.figures.prior_matched import matched_prior_chart


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
    contingency_heat_map(1000 * np.eye(classes, dtype=int), names, matched, LONG_TITLE)
    matched_prior_chart(shares, matched, shares, names, LONG_TITLE)
    embedding_chart(np.eye(classes, 2), matched, names, "t-SNE", LONG_TITLE)
    for figure in drawn:
        _assert_readable(figure)


@pytest.mark.parametrize("nearest", [1, 3])
def test_names_under_neighbours_are_neither_cut_nor_on_top_of_each_other(drawn, nearest):
    images = np.zeros((2, nearest, 4, 4, 3), np.uint8)
    labels = [LONG_NAMES[:nearest]] * 2
    neighbour_figure(images[:, 0], LONG_NAMES[:2], images, labels, LONG_TITLE)
    _assert_readable(drawn[0])
    assert drawn[0].axes[0].get_xlabel().endswith("2000")
