"""The grid shows the pixels and the prior that it was given."""

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.evaluation.figures.grid import code_grid

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLUMNS = 2


def _decode(png):
    assert png.startswith(SIGNATURE)
    return tf.io.decode_png(png, channels=3).numpy()


def _constant(pixels, side=4):
    """One row of `COLUMNS` images per pixel, each of that one colour."""
    pixels = np.repeat(np.asarray(pixels, np.uint8), COLUMNS, axis=0)
    return np.broadcast_to(pixels[:, None, None], (len(pixels), side, side, pixels.shape[1])).copy()


def _rows_of(picture, colour):
    """The rows of the picture that are mostly of a colour, up to rounding."""
    difference = np.abs(picture.astype(int) - colour).max(axis=-1)
    return np.flatnonzero((difference <= 1).mean(axis=1) > 0.5)


def test_the_grid_shows_code_0_on_top_in_its_colours():
    red, blue = [250, 0, 10], [0, 20, 240]
    png = code_grid(_constant([red, blue]), np.array([0.75, 0.25]), "title")
    picture = _decode(png)
    red_rows, blue_rows = _rows_of(picture, red), _rows_of(picture, blue)
    assert len(red_rows) > 50 and len(blue_rows) > 50
    assert red_rows.max() < blue_rows.min()


def test_the_grid_says_that_its_columns_share_their_noise(drawn):
    code_grid(_constant([[60], [90]]), np.array([0.5, 0.5]), "title")
    assert "column are made of the same noise" in drawn[0].axes[0].get_xlabel()


def test_grey_images_keep_their_grey_levels():
    picture = _decode(code_grid(_constant([[60], [90]]), np.array([0.5, 0.5]), "title"))
    for level in (60, 90):  # not stretched to black and white
        assert len(_rows_of(picture, [level] * 3)) > 50


def test_the_title_and_the_prior_are_drawn():
    images = _constant([[0], [0]])
    plain = code_grid(images, np.array([0.5, 0.5]), "title")
    assert plain == code_grid(images, np.array([0.5, 0.5]), "title")
    assert plain != code_grid(images, np.array([0.6, 0.4]), "title")
    assert plain != code_grid(images, np.array([0.5, 0.5]), "another")
