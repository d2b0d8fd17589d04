"""The prior by its matching: each bar beside that of its class."""

import numpy as np

from elastic_infogan_tf.evaluation.figures.prior_matched import matched_prior_chart
from elastic_infogan_tf.evaluation.measures.disentanglement import UNMATCHED


def test_the_prior_stands_beside_the_class_of_its_code(drawn):
    probabilities, truth = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])
    matched_prior_chart(probabilities, np.array([1, UNMATCHED, 0]), truth, ("one", "two"), "a run")
    axes = drawn[0].axes[0]
    prior, true = axes.containers
    assert [bar.get_height() for bar in prior] == [0.2, 0.5, 0.3]
    assert [bar.get_height() for bar in true] == [0.4, 0.6]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["one\ncode 2", "two\ncode 0", "code 1"]
