"""What the figures' tests share: a look at a figure before it becomes a figure."""

import types

import pytest

from elastic_infogan_tf.evaluation.figures import features, style
from tests.evaluation.figures.subjects import subject


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are drawn, before they become PNG bytes; those are made all the same."""
    figures = []
    to_png = style.to_png

    def keep(figure, dpi):
        figures.append(figure)
        return to_png(figure, dpi)

    monkeypatch.setattr(style, "to_png", keep)
    return figures


@pytest.fixture
def draw_points(monkeypatch):
    """A function: draws an embedding of features that are points of the plane already."""

    def draw(points, labels, names, method, title="a run"):
        monkeypatch.setattr(features, "embed", lambda rows, seed: (rows, method))
        encoded = types.SimpleNamespace(features=points)
        parts = {"encoded": encoded, "code_counts": None}
        return features.draw_embedding(subject(title, labels=labels, class_names=names, **parts))

    return draw
