"""The prior and the truth, each from the largest down."""

import io

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.evaluation.figures.prior import prior_chart


@pytest.fixture
def chart_axes(drawn):
    """A function: the axes of `prior_chart`."""

    def draw(*arguments):
        prior_chart(*arguments)
        return drawn[-1].axes[0]

    return draw


def test_the_prior_stands_beside_the_true_proportions_both_sorted(chart_axes):
    axes = chart_axes(np.array([0.2, 0.5, 0.3]), np.array([0.1, 0.1, 0.8]), "title")
    learned, true = axes.containers
    assert [bar.get_height() for bar in learned] == [0.5, 0.3, 0.2]
    assert [bar.get_height() for bar in true] == [0.8, 0.1, 0.1]
    assert all(a.get_x() < b.get_x() for a, b in zip(learned, true, strict=True))
    assert axes.lines[0].get_ydata()[0] == pytest.approx(1 / 3)
    assert axes.get_title() == "title"


def test_without_labels_only_the_prior_is_drawn(chart_axes):
    axes = chart_axes(np.array([0.2, 0.8]), None, "title")
    assert [bar.get_height() for bar in axes.patches] == [0.8, 0.2]
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert labels == {"prior over codes", "uniform"}


def test_the_prior_chart_is_a_picture():
    with_true, without = (
        np.asarray(Image.open(io.BytesIO(prior_chart(np.array([0.2, 0.8]), true, "title"))))
        for true in (np.array([0.5, 0.5]), None)
    )
    assert with_true.std() > 10 and without.std() > 10
    assert with_true.shape == without.shape and (with_true != without).any()
