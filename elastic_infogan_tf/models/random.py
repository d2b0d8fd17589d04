"""Stateless random numbers that are the same with and without XLA."""

import tensorflow as tf


def uniform(shape: list[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws from (0, 1), both ends excluded, float32.

    From Philox's integers, on which TensorFlow and XLA agree; they turn them into floats in
    different ways (the low 23 bits here, the high ones there).
    """
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.uint32, alg="philox")
    high = tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32))
    return (tf.cast(high, tf.float32) + 0.5) * 2.0**-23


def normal(shape: list[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws from N(0, 1), float32, by the inverse of its distribution function."""
    return tf.math.ndtri(uniform(shape, seed))
