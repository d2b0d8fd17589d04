"""Tiles stand row by row, height, width and channels apart."""

import numpy as np

from elastic_infogan_tf.evaluation.figures.style import tile


def test_tile_places_images_row_by_row():
    images = np.array(
        [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9], [10, 11]], [[12, 13], [14, 15]]], np.uint8
    )[..., np.newaxis]
    expected = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    np.testing.assert_array_equal(tile(images, 2)[..., 0], expected)
    one_row = [[0, 1, 4, 5, 8, 9, 12, 13], [2, 3, 6, 7, 10, 11, 14, 15]]
    np.testing.assert_array_equal(tile(images, 1)[..., 0], one_row)


def test_tile_keeps_height_width_and_channels_apart():
    images = np.arange(6 * 2 * 3 * 3, dtype=np.uint8).reshape(6, 2, 3, 3)
    grid = tile(images, 3)
    assert grid.shape == (6, 6, 3)
    np.testing.assert_array_equal(grid[2:4, 3:6], images[3])
