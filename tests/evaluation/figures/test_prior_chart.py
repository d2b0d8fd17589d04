"""The prior beside what real images say, by code, and the truth by rank alone."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from PIL import Image

from elastic_infogan_tf.evaluation.figures import codes
from tests.evaluation.figures.subjects import subject

TRUTH = np.array([0.1, 0.1, 0.8])


def _draw(prior, counts, true):
    parts = {"probabilities": prior, "code_counts": counts, "true_proportions": true}
    return codes.draw_prior(subject("title", **parts))


@pytest.fixture
def chart_axes(drawn):
    """A function: the axes of the figure."""

    def draw(*arguments):
        _draw(*arguments)
        return drawn[-1].axes[0]

    return draw


def test_a_codes_prior_stands_beside_its_share_and_the_truth_is_a_line_by_rank(chart_axes):
    axes = chart_axes(np.array([0.2, 0.5, 0.3]), np.array([70, 10, 20]), TRUTH)
    learned, real = axes.containers
    assert [bar.get_height() for bar in learned] == [0.2, 0.3, 0.5]
    assert [bar.get_height() for bar in real] == pytest.approx([0.7, 0.2, 0.1])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "2", "1"]
    steps = next(patch for patch in axes.patches if isinstance(patch, StepPatch))
    assert steps.get_data().values.tolist() == [0.8, 0.1, 0.1]
    assert axes.lines[0].get_ydata()[0] == pytest.approx(1 / 3)
    assert axes.get_title() == "title"


def test_what_is_not_known_is_not_drawn(chart_axes):
    axes = chart_axes(np.array([0.2, 0.8]), None, None)
    assert [bar.get_height() for bar in axes.patches] == [0.8, 0.2]
    (legend,) = axes.figure.legends
    assert {text.get_text() for text in legend.get_texts()} == {"prior of the code", "uniform"}


def test_the_legend_is_off_the_bars_and_says_how_many_images_were_counted(chart_axes):
    axes = chart_axes(np.array([0.2, 0.8]), np.array([1500, 500]), np.array([0.5, 0.5]))
    (legend,) = axes.figure.legends
    assert not legend.get_window_extent().overlaps(axes.get_window_extent())
    assert "its share of 2,000 real images, by Q" in {t.get_text() for t in legend.get_texts()}


@pytest.mark.parametrize("codes", [21, 40, 200])
def test_of_many_codes_some_ranks_are_named_and_do_not_overlap(chart_axes, codes):
    axes = chart_axes(np.full(codes, 1 / codes), np.arange(codes) + 1, None)
    labels = axes.get_xticklabels()
    ranks = [int(label.get_text()) for label in labels]
    assert 4 < len(ranks) < 15 and ranks[0] == 1
    assert [label.get_position()[0] + 1 for label in labels] == ranks
    extents = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(extents))


def test_the_prior_chart_is_a_figure():
    counts = np.array([3, 1])
    with_true, without = (
        np.asarray(Image.open(io.BytesIO(_draw(np.array([0.2, 0.8]), counts, true))))
        for true in (np.array([0.5, 0.5]), None)
    )
    assert with_true.std() > 10 and without.std() > 10
