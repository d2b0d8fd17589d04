"""The gallery shows each image with its own words."""

import io

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.evaluation.figures.image_grids import GALLERY_COLUMNS, draw_gallery
from tests.nasty_names import NASTY


def _images(count):
    images = np.empty((count, 16, 16, 1), np.uint8)
    images[:] = np.arange(10, 10 + count, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


def test_images_stand_in_their_order_with_their_captions_below(drawn):
    draw_gallery(_images(11), [f"{number}.jpg\nseat" for number in range(11)], "title")
    (axes,) = drawn[0].axes
    pixels = axes.images[0].get_array()
    texts = [text.get_text() for text in axes.texts]
    assert texts == [f"{number}.jpg\nseat" for number in range(11)]
    for number, text in enumerate(axes.texts):
        x, y = text.get_position()
        assert pixels[int(y) - 2, int(x)] == 10 + number  # what is right above the words
    assert len(np.unique(axes.texts[0].get_position()[1])) == 1
    assert axes.texts[GALLERY_COLUMNS].get_position()[0] == axes.texts[0].get_position()[0]


@pytest.mark.parametrize("count", [1, len(NASTY), 48])
def test_any_number_of_images_and_any_words_make_a_figure_of_bearable_size(count):
    captions = [f"{NASTY[number % len(NASTY)]}\n1" for number in range(count)]
    png = draw_gallery(_images(count), captions, "a title, " * 30)
    assert max(Image.open(io.BytesIO(png)).size) < 2000
