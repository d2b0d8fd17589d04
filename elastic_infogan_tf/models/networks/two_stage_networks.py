"""StackGAN-v2's second stage for 64x64 or 128x128 images (published for YouTube-Faces).

The paper has the second stage, not the size of its images: 128x128 as in StackGAN-v2 and 64x64 are
both here. What the paper does not print is StackGAN-v2's. Every width scales with `base_channels`,
b in the shapes beside the layers; 64 is published. The heads are the first stage's. `dtype` is the
Keras policy of the layers; the one that makes the image is float32 always.
"""

import keras
from keras import layers

from elastic_infogan_tf.models.networks import stackgan_networks
from elastic_infogan_tf.models.networks.layers import LEAK, GatedLinearUnit, batch_norm
from elastic_infogan_tf.models.networks.stackgan_networks import Initializers
from elastic_infogan_tf.models.networks.upsampling import UpsamplingConv2D

_RESIDUAL_BLOCKS = 2  # published


def generator(
    first: keras.Model,
    size: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns G with its second stage: (noise, code) -> images `[n, size, size, channels]`.

    Args:
        first: the first stage, `stackgan_networks.generator`, whose layers it shares up to the
            features `[64, 64, b]` that the first stage makes its image of.
        size: 64 or 128.
        base_channels: b.
        initializers: of the second stage's kernels.
        dtype: the first stage's too.
    """
    b = base_channels
    features, code = first.layers[-1].input, first.inputs[1]
    height, width, channels = first.output_shape[1:]
    everywhere = layers.RepeatVector(height * width, dtype=dtype)(code)
    everywhere = layers.Reshape((height, width, code.shape[-1]), dtype=dtype)(everywhere)
    x = layers.Concatenate(dtype=dtype)([features, everywhere])  # [64, 64, b + K]
    x = _gated_block(x, b, initializers, "stage_2_joint", dtype)  # [64, 64, b]
    for block in range(1, _RESIDUAL_BLOCKS + 1):
        x = _residual_block(x, b, initializers, f"stage_2_residual_{block}", dtype)
    if size > height:
        half = max(b // 2, 1)
        x = UpsamplingConv2D(2 * half, next(initializers), name="stage_2_upsampling", dtype=dtype)(
            x
        )
        x = batch_norm("stage_2_upsampling_norm", dtype)(x)
        x = GatedLinearUnit(dtype=dtype)(x)  # [128, 128, b / 2]
    # Without StackGAN-v2's upsampling (ours) the image is made of all b channels.
    image = stackgan_networks.to_image(channels, next(initializers))(x)
    return keras.Model(first.inputs, image, name="generator")


def trunk(
    image_shape: tuple[int, int, int],
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns what D and Q share: images `[n, s, s, c]`, s 64 or 128, -> `[n, 4, 4, 8b]`.

    At 64 it is the first stage's, at 128 StackGAN-v2's for that size: a fifth halving to 16b
    channels and a 3x3 convolution back to 8b.
    """
    b = base_channels
    sixteenth = stackgan_networks.trunk(image_shape, b, initializers, dtype)
    if image_shape[0] == 64:
        return sixteenth
    x = layers.Conv2D(
        16 * b,
        4,
        2,
        padding="same",
        use_bias=False,
        kernel_initializer=next(initializers),
        dtype=dtype,
    )(sixteenth.output)  # of [8, 8, 8b]
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_5", dtype)(x))  # [4, 4, 16b]
    x = _convolution(8 * b, initializers, dtype)(x)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_6", dtype)(x))  # [4, 4, 8b]
    return keras.Model(sixteenth.input, x, name="trunk")


def _gated_block(
    x: keras.KerasTensor, width: int, initializers: Initializers, name: str, dtype: str
) -> keras.KerasTensor:
    """Applies a 3x3 convolution, batch normalisation and a GLU: `[h, w, c]` -> `[h, w, width]`."""
    x = _convolution(2 * width, initializers, dtype)(x)
    return GatedLinearUnit(dtype=dtype)(batch_norm(f"{name}_norm", dtype)(x))


def _residual_block(
    x: keras.KerasTensor, width: int, initializers: Initializers, name: str, dtype: str
) -> keras.KerasTensor:
    """Adds to `x` `[h, w, width]` what a gated block and another 3x3 convolution make of it."""
    change = _gated_block(x, width, initializers, name, dtype)
    change = batch_norm(f"{name}_norm_2", dtype)(_convolution(width, initializers, dtype)(change))
    return layers.Add(dtype=dtype)([x, change])


def _convolution(width: int, initializers: Initializers, dtype: str) -> keras.layers.Layer:
    """Returns a 3x3 convolution before a batch normalisation."""
    return layers.Conv2D(
        width,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer=next(initializers),
        dtype=dtype,
    )
