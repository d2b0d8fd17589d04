"""Layers that Keras lacks, and what both families of networks are made of."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.models import replicas

LEAK = 0.2  # slope of the leaky ReLU (official)
# Pixels of the largest small grid whose kernel's gradient is computed by matrix products: on 4x4
# they are faster in both types (1.2 to 2, and 2 to 20 times), on 8x8 in bfloat16 alone (3 times).
_PIXELS_BY_PRODUCTS = {tf.float32: 16, tf.bfloat16: 64}
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


@keras.saving.register_keras_serializable("elastic_infogan_tf")
class UpsamplingConv2D(keras.layers.Layer):
    """Nearest-neighbour x2 upsampling followed by a 3x3 convolution, computed on the small grid.

    Upsampling is a transposed convolution of stride 2 with a 2x2 kernel of ones, so the pair of
    layers is exactly one transposed convolution: its 4x4 kernel is the 3x3 one summed over those
    four places. That is 4/9 of the work, and nothing is copied. The weight is the plain 3x3 kernel
    (no bias: batch normalisation follows), so a checkpoint does not depend on the folding. It is
    folded in float32 and only then takes the type that the layer computes in.
    """

    def __init__(self, filters: int, kernel_initializer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the kernel."""
        self.kernel = self.add_weight(
            shape=(3, 3, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
            autocast=False,
            name="kernel",
        )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps float `[n, h, w, in]` to `[n, 2h, 2w, filters]`."""
        kernel = tf.cast(_folded(tf.convert_to_tensor(self.kernel)), self.compute_dtype)
        height, width = inputs.shape[1:3]
        shape = [tf.shape(inputs)[0], 2 * height, 2 * width, self.filters]
        by_products = height * width <= _PIXELS_BY_PRODUCTS.get(inputs.dtype, 0)
        convolve = _small_transposed if by_products else _transposed
        outputs = convolve(inputs, kernel, tf.stack(shape))
        return tf.ensure_shape(outputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Doubles height and width."""
        batch, height, width, _ = input_shape
        return (batch, 2 * height, 2 * width, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return super().get_config() | {"filters": self.filters, "kernel_initializer": initializer}


def _folded(kernel: tf.Tensor) -> tf.Tensor:
    """Folds a kernel `[3, 3, in, out]` into a transposed convolution's, `[4, 4, out, in]`."""
    places = [
        tf.pad(kernel, [[row, 1 - row], [column, 1 - column], [0, 0], [0, 0]])
        for row in (0, 1)
        for column in (0, 1)
    ]
    turned = tf.reverse(tf.add_n(places), axis=[0, 1])
    return tf.transpose(turned, [0, 1, 3, 2])


def _transposed(inputs: tf.Tensor, kernel: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    return tf.nn.conv2d_transpose(inputs, kernel, shape, strides=2, padding="SAME")


@tf.custom_gradient
def _small_transposed(
    inputs: tf.Tensor, kernel: tf.Tensor, shape: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor, None]]]:
    def gradients(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, None]:
        of_inputs = tf.nn.conv2d(upstream, kernel, strides=2, padding="SAME")
        return of_inputs, _kernel_gradient(upstream, inputs), None

    return _transposed(inputs, kernel, shape), gradients


def _kernel_gradient(upstream: tf.Tensor, inputs: tf.Tensor) -> tf.Tensor:
    """Returns the gradient of a transposed convolution's kernel by four matrix products.

    oneDNN has no fast kernel for many channels on a small grid: 22 GFLOP/s of bfloat16 with 1,024
    channels on 4x4, where the products reach 240.

    Of the outputs' gradients, float `[n, 2h, 2w, out]`, and inputs, float `[n, h, w, in]`; the
    kernel's is `[4, 4, out, in]`.
    """
    height, width, channels = inputs.shape[1:]
    outputs = upstream.shape[-1]
    padded = tf.pad(upstream, [[0, 0], [1, 1], [1, 1], [0, 0]])
    blocks = tf.nn.space_to_depth(padded, 2)  # [n, h + 1, w + 1, 4 * out]
    rows = tf.reshape(inputs, [-1, channels])
    products = [
        tf.matmul(
            tf.reshape(blocks[:, top : top + height, left : left + width], [-1, 4 * outputs]),
            rows,
            transpose_a=True,
        )
        for top in (0, 1)
        for left in (0, 1)
    ]
    # The kernel's row is 2 * top + the block's row, and so its column.
    by_place = tf.reshape(tf.stack(products), [2, 2, 2, 2, outputs, channels])
    return tf.reshape(tf.transpose(by_place, [0, 2, 1, 3, 4, 5]), [4, 4, outputs, channels])
