"""The heat map: what stands where, read from the pixels or from the figure before it is drawn."""

import io
import itertools

import numpy as np
from PIL import Image

from elastic_infogan_tf.evaluation.figures import codes
from tests.evaluation.figures.subjects import subject

NAMES = ("one", "two", "three")


def _draw(table, names, counts=None, title="a run"):
    parts = {"contingency": table, "class_names": names, "code_counts": counts}
    return codes.draw_contingency(subject(title, **parts))


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_pixels_of_a_heat_map_are_dark_where_the_counts_are(drawn):
    png = _draw(np.array([[9, 0], [0, 9]]), NAMES[:2])
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    axes = drawn[0].axes[0]
    for row, column in itertools.product(range(2), range(2)):
        # Beside the number, in shares of the figure from its lower left corner.
        x, y = (
            drawn[0]
            .transFigure.inverted()
            .transform(axes.transData.transform((column + 0.3, row + 0.3)))
        )
        level = pixels[int((1 - y) * pixels.shape[0]), int(x * pixels.shape[1])]
        assert level < 100 if row == column else level > 230


def test_codes_stand_in_the_order_of_their_most_frequent_classes_and_no_match_is_forced(drawn):
    table = np.array([[0, 7, 0], [0, 0, 9], [8, 1, 0], [3, 0, 1]])
    _draw(table, NAMES, title="a run\nsource: made up")
    axes = drawn[0].axes[0]
    shown = axes.images[0].get_array()
    assert shown.tolist() == table[[2, 3, 0, 1]].tolist()
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["code 2: 88.9%", "code 3: 75.0%", "code 0: 100.0%", "code 1: 100.0%"]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(NAMES)
    assert sorted(_texts(axes)) == ["1", "1", "3", "7", "8", "9"]
    assert axes.get_title() == "a run\nsource: made up"


def test_a_code_without_a_real_image_is_empty_and_off_the_diagonal(drawn):
    _draw(np.diag([5, 6, 7]), NAMES, np.array([0, 3, 3]))
    axes = drawn[0].axes[0]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["code 1: 100.0%", "code 2: 100.0%", "code 0: empty"]
    assert axes.images[0].get_array().tolist() == [[0, 6, 0], [0, 0, 7], [5, 0, 0]]


def test_forty_classes_have_no_numbers_and_fit(drawn):
    table = np.diag(np.arange(1, 41))
    names = [f"person {number}" for number in range(40)]
    png = _draw(table, names, title="faces")
    assert _texts(drawn[0].axes[0]) == []
    assert len(drawn[0].axes[0].get_xticklabels()) == 40
    assert max(Image.open(io.BytesIO(png)).size) < 2000
