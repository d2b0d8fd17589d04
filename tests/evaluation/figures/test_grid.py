"""The grid shows the pixels and the prior that it was given."""

import types

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.evaluation.figures import image_grids
from elastic_infogan_tf.evaluation.inference import Inference
from tests.evaluation.figures.subjects import subject

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _decode(png):
    assert png.startswith(SIGNATURE)
    return tf.io.decode_png(png, channels=3).numpy()


def _grid(pixels, probabilities, title="title", side=4):
    """The grid of a model whose images of a code are of one colour."""
    colours = tf.constant(pixels, tf.float32)[:, tf.newaxis, tf.newaxis] / 127.5 - 1

    def generator(inputs, training):
        return tf.tile(tf.gather(colours, tf.argmax(inputs[1], axis=1)), [1, side, side, 1])

    model = types.SimpleNamespace(generator=generator, noise_dim=2, num_codes=len(pixels))
    inference = Inference(model, encoder=tf.identity)
    parts = {"inference": inference, "probabilities": np.array(probabilities)}
    return image_grids.draw_grid(subject(title, **parts))


def _rows_of(figure, colour):
    """The rows of the figure that are mostly of a colour, up to rounding."""
    difference = np.abs(figure.astype(int) - colour).max(axis=-1)
    return np.flatnonzero((difference <= 1).mean(axis=1) > 0.5)


def test_the_grid_shows_code_0_on_top_in_its_colours():
    red, blue = [250, 0, 10], [0, 20, 240]
    png = _grid([red, blue], [0.75, 0.25])
    figure = _decode(png)
    red_rows, blue_rows = _rows_of(figure, red), _rows_of(figure, blue)
    assert len(red_rows) > 50 and len(blue_rows) > 50
    assert red_rows.max() < blue_rows.min()


def test_the_grid_says_that_its_columns_share_their_noise(drawn):
    _grid([[60], [90]], [0.5, 0.5])
    assert "column are made of the same noise" in drawn[0].axes[0].get_xlabel()


def test_grey_images_keep_their_grey_levels():
    figure = _decode(_grid([[60], [90]], [0.5, 0.5]))
    for level in (60, 90):  # not stretched to black and white
        assert len(_rows_of(figure, [level] * 3)) > 50


def test_the_title_and_the_prior_are_drawn():
    images = [[0], [0]]
    plain = _grid(images, [0.5, 0.5])
    assert plain == _grid(images, [0.5, 0.5])
    assert plain != _grid(images, [0.6, 0.4])
    assert plain != _grid(images, [0.5, 0.5], "another")
