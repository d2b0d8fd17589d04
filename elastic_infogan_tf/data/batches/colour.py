"""Random changes of brightness, contrast and saturation, of whole batches (ours)."""

from typing import Any

import tensorflow as tf

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: how bright red, green and blue look


def jitter(
    images: tf.Tensor, brightness: float, contrast: float, saturation: float, seed: Any
) -> tf.Tensor:
    """Changes every image by three random factors of its own, each uniform in 1 +- its strength.

    Args:
        images: float32 `[n, h, w, c]` in [0, 255], grey (c = 1) or RGB (c = 3).
        brightness: strength, 0 to 1; the factor multiplies the pixels.
        contrast: strength, 0 to 1; the factor multiplies differences from the image's mean grey.
        saturation: strength, 0 to 1; the factor multiplies differences from the pixel's grey.
        seed: int `[2]`; equal seeds, equal factors.

    Returns:
        float32 `[n, h, w, c]`, clipped to [0, 255].
    """
    uniform = tf.random.stateless_uniform([tf.shape(images)[0], 3], seed, -1.0, 1.0)
    return change(images, 1.0 + uniform * (brightness, contrast, saturation))


def change(images: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """Multiplies brightness, contrast and saturation; only the result is clipped.

    Args:
        images: float32 `[n, h, w, c]` in [0, 255], grey (c = 1) or RGB (c = 3).
        factors: float32 `[n, 3]`, of brightness, contrast and saturation; 1 leaves it, and a grey
            image has no saturation.

    Returns:
        float32 `[n, h, w, c]`, clipped to [0, 255].
    """
    brightness, contrast, saturation = tf.split(factors[:, tf.newaxis, tf.newaxis], 3, axis=-1)
    grey = images
    if images.shape[-1] == len(_LUMA):
        grey = tf.tensordot(images, tf.constant(_LUMA)[:, tf.newaxis], 1)  # [n, h, w, 1]
        images = grey + (images - grey) * saturation
    mean = tf.reduce_mean(grey, axis=(1, 2), keepdims=True)
    # Saturation alters no grey and thus not the mean, so one mean serves in any order.
    return tf.clip_by_value((mean + (images - mean) * contrast) * brightness, 0.0, 255.0)
