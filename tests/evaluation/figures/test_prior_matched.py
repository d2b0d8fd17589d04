"""The prior by its matching: each bar beside that of its class."""

import numpy as np

from elastic_infogan_tf.evaluation.figures.prior_matched import matched_prior_chart
from elastic_infogan_tf.evaluation.measures.disentanglement import UNMATCHED

PROBABILITIES, TRUTH = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])
MATCHED = np.array([1, UNMATCHED, 0])


def _axes(drawn, purities, empty):
    given = (PROBABILITIES, MATCHED, purities, np.array(empty, int), TRUTH, ("one", "two"))
    matched_prior_chart(*given, "a run")
    return drawn[-1].axes[0]


def _names(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def test_the_prior_stands_beside_the_class_of_its_code(drawn):
    axes = _axes(drawn, None, [])
    prior, true = axes.containers
    assert [bar.get_height() for bar in prior] == [0.2, 0.5, 0.3]
    assert [bar.get_height() for bar in true] == [0.4, 0.6]
    assert _names(axes) == ["one\ncode 2", "two\ncode 0", "code 1"]


def test_a_match_is_shown_with_its_purity(drawn):
    axes = _axes(drawn, (0.25, None, 0.996), [])
    assert _names(axes) == ["one\ncode 2\n99.6%", "two\ncode 0\n25.0%", "code 1"]


def test_a_code_without_a_real_image_is_empty_and_has_no_class(drawn):
    axes = _axes(drawn, (0.5, None, None), [1, 2])
    assert _names(axes) == ["one", "two\ncode 0\n50.0%", "code 1\nempty", "code 2\nempty"]
    prior, _ = axes.containers
    assert [bar.get_height() for bar in prior] == [0, 0.5, 0.3, 0.2]
    assert MATCHED.tolist() == [1, UNMATCHED, 0]  # what was given stays
