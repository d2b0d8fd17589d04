"""The figures show the pixels and numbers they were given."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.evaluation.figures import grids as figures

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLUMNS = 2


def _decode(png):
    assert png.startswith(SIGNATURE)
    return tf.io.decode_png(png, channels=3).numpy()


def _constant(pixels, side=4):
    """One row of `COLUMNS` images per pixel, each of that one colour."""
    pixels = np.repeat(np.asarray(pixels, np.uint8), COLUMNS, axis=0)
    return np.broadcast_to(pixels[:, None, None], (len(pixels), side, side, pixels.shape[1])).copy()


def test_tile_places_images_row_by_row():
    images = np.array(
        [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9], [10, 11]], [[12, 13], [14, 15]]], np.uint8
    )[..., np.newaxis]
    expected = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    np.testing.assert_array_equal(figures.tile(images, 2)[..., 0], expected)
    one_row = [[0, 1, 4, 5, 8, 9, 12, 13], [2, 3, 6, 7, 10, 11, 14, 15]]
    np.testing.assert_array_equal(figures.tile(images, 1)[..., 0], one_row)


def test_tile_keeps_height_width_and_channels_apart():
    images = np.arange(6 * 2 * 3 * 3, dtype=np.uint8).reshape(6, 2, 3, 3)
    grid = figures.tile(images, 3)
    assert grid.shape == (6, 6, 3)
    np.testing.assert_array_equal(grid[2:4, 3:6], images[3])


def _rows_of(picture, colour):
    """The rows of the picture that are mostly of a colour, up to rounding."""
    difference = np.abs(picture.astype(int) - colour).max(axis=-1)
    return np.flatnonzero((difference <= 1).mean(axis=1) > 0.5)


def test_the_grid_shows_code_0_on_top_in_its_colours():
    red, blue = [250, 0, 10], [0, 20, 240]
    png = figures.code_grid(_constant([red, blue]), np.array([0.75, 0.25]), "title")
    picture = _decode(png)
    red_rows, blue_rows = _rows_of(picture, red), _rows_of(picture, blue)
    assert len(red_rows) > 50 and len(blue_rows) > 50
    assert red_rows.max() < blue_rows.min()


def test_grey_images_keep_their_grey_levels():
    picture = _decode(figures.code_grid(_constant([[60], [90]]), np.array([0.5, 0.5]), "title"))
    for level in (60, 90):  # not stretched to black and white
        assert len(_rows_of(picture, [level] * 3)) > 50


def test_the_title_and_the_prior_are_drawn():
    images = _constant([[0], [0]])
    plain = figures.code_grid(images, np.array([0.5, 0.5]), "title")
    assert plain == figures.code_grid(images, np.array([0.5, 0.5]), "title")
    assert plain != figures.code_grid(images, np.array([0.6, 0.4]), "title")
    assert plain != figures.code_grid(images, np.array([0.5, 0.5]), "another")


@pytest.fixture
def chart_axes(monkeypatch):
    """A function: the axes of `prior_chart`, before it becomes PNG bytes."""
    monkeypatch.setattr(figures, "to_png", lambda figure, dpi: figure)
    return lambda *arguments: figures.prior_chart(*arguments).axes[0]


def test_the_prior_stands_beside_the_true_proportions_both_sorted(chart_axes):
    axes = chart_axes(np.array([0.2, 0.5, 0.3]), np.array([0.1, 0.1, 0.8]), "title")
    learned, true = axes.containers
    assert [bar.get_height() for bar in learned] == [0.5, 0.3, 0.2]
    assert [bar.get_height() for bar in true] == [0.8, 0.1, 0.1]
    assert all(a.get_x() < b.get_x() for a, b in zip(learned, true, strict=True))
    assert axes.lines[0].get_ydata()[0] == pytest.approx(1 / 3)
    assert axes.get_title() == "title"


def test_without_labels_only_the_prior_is_drawn(chart_axes):
    axes = chart_axes(np.array([0.2, 0.8]), None, "title")
    assert [bar.get_height() for bar in axes.patches] == [0.8, 0.2]
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert labels == {"prior over codes", "uniform"}


def test_the_prior_chart_is_a_picture():
    with_true, without = (
        _decode(figures.prior_chart(np.array([0.2, 0.8]), true, "title"))
        for true in (np.array([0.5, 0.5]), None)
    )
    assert with_true.std() > 10 and without.std() > 10
    assert with_true.shape == without.shape and (with_true != without).any()


def test_a_title_is_no_formula():
    figures.code_grid(
        np.zeros((2, 4, 4, 1), np.uint8), np.full(2, 0.5), r"source: image folder $\x$"
    )
    assert figures.plain_text("a $b$") == r"a \$b\$"
