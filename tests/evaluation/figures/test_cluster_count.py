"""The curves over the number of clusters, by hand."""

import numpy as np

from elastic_infogan_tf.clustering.cluster import NumberCurve
from elastic_infogan_tf.evaluation.figures.clusters import draw_cluster_count

COUNTS = np.array([2, 3, 4])
INFORMATION = np.array([0.5, 0.9, 1.0])
GAINS = np.array([0.5, 0.4, 0.1])
STABILITY = np.array([0.9, 1.0, 0.7])


def test_each_panel_has_its_curve_and_the_recommended_number(drawn):
    png = draw_cluster_count(NumberCurve(COUNTS, INFORMATION, GAINS, STABILITY, 3), "title")
    assert png.startswith(b"\x89PNG")
    panels = drawn[0].axes
    assert len(panels) == 3
    for axes, values in zip(panels, (INFORMATION, GAINS, STABILITY), strict=True):
        curve, mark = axes.lines[:2]
        np.testing.assert_array_equal(curve.get_xdata(), COUNTS)
        np.testing.assert_array_equal(curve.get_ydata(), values)
        assert set(mark.get_xdata()) == {3}
    assert [text.get_text() for text in panels[0].texts] == ["recommended: 3"]
