"""Layers that Keras lacks, and what both families of networks are made of."""

import itertools
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.models import replicas

LEAK = 0.2  # slope of the leaky ReLU (official)
_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}

Initializers = Iterator[keras.initializers.Initializer]


def policy(dtype: str) -> str:
    """Returns the Keras policy of layers that compute in `float32` or `bfloat16`."""
    errors.one_of("dtype", dtype, _POLICIES)
    return _POLICIES[dtype]


def normal_initializers(seed: int) -> Initializers:
    """Returns fresh N(0, 0.02) initialisers (official), each with its own seed.

    One object used for several layers would draw the same numbers for each of them, and networks
    that start equal do not train.
    """
    return (keras.initializers.RandomNormal(stddev=0.02, seed=x) for x in itertools.count(seed))


def he_initializers(seed: int) -> Initializers:
    """Returns fresh initialisers for layers with ReLU, each with its own seed."""
    return (keras.initializers.HeUniform(seed=x) for x in itertools.count(seed))


def convolution(
    filters: int, kernel_size: int, strides: int, initializers: Initializers, **arguments: Any
) -> keras.layers.Conv2D:
    """Returns a convolution of images that keeps or, with strides of 2, halves their size."""
    initializer = next(initializers)
    return keras.layers.Conv2D(
        filters, kernel_size, strides, "same", kernel_initializer=initializer, **arguments
    )


def transposed_convolution(
    filters: int, initializers: Initializers, **arguments: Any
) -> keras.layers.Conv2DTranspose:
    """Returns a transposed convolution, of a 4x4 kernel, that doubles images' size."""
    initializer = next(initializers)
    return keras.layers.Conv2DTranspose(
        filters, 4, 2, "same", kernel_initializer=initializer, **arguments
    )


@keras.saving.register_keras_serializable("elastic_infogan_tf")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' layer, normalising a batch by one operation where a replica has the whole of it.

    Keras computes the same in a dozen passes over the batch, and backwards in more; TensorFlow's
    `FusedBatchNorm` needs two. Several replicas take Keras' way, which asks all of them.
    """

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalises float `[n, c]` or `[n, h, w, c]` for each of c channels."""
        if not (training and self.trainable) or mask is not None or replicas.count() > 1:
            return super().call(inputs, training=training, mask=mask)
        images = inputs if inputs.shape.rank == 4 else inputs[:, tf.newaxis, tf.newaxis]
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=self.gamma,
            offset=self.beta,
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation's variance is of n - 1 values, Keras' of n.
        values = tf.cast(tf.reduce_prod(tf.shape(images)[:-1]), tf.float32)
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance * (values - 1) / values)
        return tf.reshape(outputs, tf.shape(inputs))

    def _follow(self, moving: keras.Variable, now: tf.Tensor) -> None:
        moving.assign(moving * self.momentum + now * (1 - self.momentum))


def batch_norm(name: str, dtype: str = "float32") -> BatchNormalization:
    """Batch normalisation over the global batch, with the official momentum and epsilon.

    Synchronised: N replicas compute what one would. PyTorch's default momentum 0.1 (official) is
    0.9 in Keras' counting. `dtype`, the layer's policy, is the type of what it returns: statistics,
    scale and offset are float32 under every policy (Keras).
    """
    return BatchNormalization(momentum=0.9, epsilon=1e-5, synchronized=True, name=name, dtype=dtype)


@keras.saving.register_keras_serializable("elastic_infogan_tf")
class GatedLinearUnit(keras.layers.Layer):
    """GLU: the first half of the channels times the sigmoid of the second half."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps float `[..., 2c]` to `[..., c]`."""
        values, gates = tf.split(inputs, 2, axis=-1)
        return values * tf.sigmoid(gates)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Halves the channels."""
        return (*input_shape[:-1], input_shape[-1] // 2)
