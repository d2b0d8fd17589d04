"""Between pixels on disk, 0 to 255, and pixels in the networks, -1 to 1."""

from typing import Any

import tensorflow as tf


def scale(images: Any) -> tf.Tensor:
    """Maps [0, 255] to [-1, 1], the range of the generator's tanh.

    Args:
        images: array or tensor of any shape, uint8 or float.

    Returns:
        float32, same shape.
    """
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def unscale(images: Any) -> tf.Tensor:
    """Maps [-1, 1] to whole pixels; what lies outside is clipped. Undoes `scale` exactly.

    Args:
        images: array or tensor of any shape, float.

    Returns:
        uint8, same shape.
    """
    pixels = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    return tf.cast(tf.clip_by_value(pixels, 0.0, 255.0), tf.uint8)
