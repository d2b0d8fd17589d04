"""Pixel ranges."""

import numpy as np

from elastic_infogan_tf.data.batches import pipeline


def test_scale_and_back_is_exact_for_every_grey_level():
    levels = np.arange(256, dtype=np.uint8)
    scaled = pipeline.scale(levels).numpy()
    assert scaled.dtype == np.float32 and (scaled[0], scaled[-1]) == (-1.0, 1.0)
    np.testing.assert_array_equal(pipeline.unscale(scaled).numpy(), levels)
    np.testing.assert_array_equal(pipeline.scale(levels.astype(np.float32)).numpy(), scaled)


def test_unscale_rounds_and_clips():
    values = np.array([-3.0, -1.0, 0.6 / 127.5 - 1, 0.4 / 127.5 - 1, 1.0, 1.5])
    result = pipeline.unscale(values).numpy()
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, [0, 0, 1, 0, 255, 255])
