"""The prior by the codes' most frequent classes: the bars of a class's codes beside its own."""

import numpy as np

from elastic_infogan_tf.evaluation.figures import codes
from elastic_infogan_tf.evaluation.metrics.disentanglement import UNMATCHED
from tests.evaluation.figures.subjects import subject

PROBABILITIES, TRUTH = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])


def _axes(drawn, classes, shares):
    parts = {"frequent_classes": np.array(classes), "frequent_shares": shares}
    parts |= {"probabilities": PROBABILITIES, "true_proportions": TRUTH}
    codes.draw_matched(subject(class_names=("one", "two"), **parts))
    return drawn[-1].axes[0]


def _names(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def _bars(container):
    return [(round(bar.get_x() + 0.4), bar.get_y(), bar.get_height()) for bar in container]


def test_the_codes_of_a_class_stand_on_top_of_each_other_beside_the_truth(drawn):
    axes = _axes(drawn, [1, 0, 1], (0.25, 1.0, 0.996))
    prior, true = axes.containers
    assert _bars(prior) == [(1, 0, 0.5), (0, 0, 0.3), (1, 0.5, 0.2)]
    assert [bar.get_height() for bar in true] == [0.4, 0.6]
    assert _names(axes) == ["one\ncode 1\n100.0%", "two\ncode 0\n25.0%\ncode 2\n99.6%"]


def test_a_class_of_no_code_has_none_and_an_empty_code_no_class(drawn):
    axes = _axes(drawn, [0, UNMATCHED, 0], (0.5, None, 0.75))
    assert _names(axes) == ["one\ncode 0\n50.0%\ncode 2\n75.0%", "two", "code 1\nempty"]
    assert _bars(axes.containers[0])[1] == (2, 0, 0.3)
