"""What the figures' tests share: a look at a figure before it becomes a picture."""

import pytest

from elastic_infogan_tf.evaluation.figures import style


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
