"""The StackGAN-v2 networks for 64x64 images, in one stage (published) or as the first of two.

Every width scales with `base_channels`, b in the shapes beside the layers; 64 is published.
`dtype` is the Keras policy of the layers; those that a network ends with are float32 always.
"""

import keras
from keras import layers

from elastic_infogan_tf.models.networks.layers import (
    LEAK,
    GatedLinearUnit,
    Initializers,
    UpsamplingConv2D,
    batch_norm,
    convolution,
)

_RESIDUAL_BLOCKS = 2  # published


def generator(
    noise_dim: int,
    num_codes: int,
    channels: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns G: (noise `[n, noise_dim]`, code `[n, K]`) -> images `[n, 64, 64, channels]`."""
    b = base_channels
    noise = keras.Input((noise_dim,), name="noise")
    code = keras.Input((num_codes,), name="code")
    x = layers.Concatenate(dtype=dtype)([noise, code])
    x = layers.Dense(
        4 * 4 * 32 * b, use_bias=False, kernel_initializer=next(initializers), dtype=dtype
    )(x)
    x = layers.Reshape((4, 4, 32 * b), dtype=dtype)(batch_norm("norm_1", dtype)(x))
    x = GatedLinearUnit(dtype=dtype)(x)  # [4, 4, 16b]
    # [8, 8, 8b], [16, 16, 4b], [32, 32, 2b], [64, 64, b]
    for block, width in enumerate((8 * b, 4 * b, 2 * b, b), start=2):
        name = f"upsampling_{block}"
        x = UpsamplingConv2D(2 * width, next(initializers), name=name, dtype=dtype)(x)
        x = GatedLinearUnit(dtype=dtype)(batch_norm(f"norm_{block}", dtype)(x))
    image = _to_image(channels, initializers)(x)  # [64, 64, channels]
    return keras.Model([noise, code], image, name="generator")


def _to_image(channels: int, initializers: Initializers) -> keras.layers.Layer:
    """Returns a generator stage's last layer: its features -> images in [-1, 1]."""
    return convolution(channels, 3, 1, initializers, activation="tanh")


def trunk(
    image_shape: tuple[int, int, int],
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns what D and Q share: images `[n, 64, 64, c]` in [-1, 1] -> `[n, 4, 4, 8b]`.

    It halves four times, whatever the height and width.
    """
    b = base_channels
    image = keras.Input(image_shape, name="image")
    x = convolution(b, 4, 2, initializers, dtype=dtype)(image)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(x)  # [32, 32, b]
    # [16, 16, 2b], [8, 8, 4b], [4, 4, 8b]
    for block, width in enumerate((2 * b, 4 * b, 8 * b), start=2):
        x = convolution(width, 4, 2, initializers, use_bias=False, dtype=dtype)(x)
        x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm(f"norm_{block}", dtype)(x))
    return keras.Model(image, x, name="trunk")


def discriminator_head(
    trunk_shape: tuple[int, ...], base_channels: int, initializers: Initializers
) -> keras.Model:
    """Returns D's head: trunk features `[n, 4, 4, 8b]` -> real/fake logits `[n]`."""
    features = keras.Input(trunk_shape, name="trunk_features")
    x = layers.Conv2D(1, 4, kernel_initializer=next(initializers))(features)  # [1, 1, 1]
    return keras.Model(features, layers.Reshape(())(x), name="discriminator_head")


def q_head(
    trunk_shape: tuple[int, ...],
    num_codes: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns Q's head: trunk features -> `logits` `[n, K]`, contrastive `features` `[n, 128b]`."""
    inputs = keras.Input(trunk_shape, name="trunk_features")
    x = convolution(8 * base_channels, 3, 1, initializers, use_bias=False, dtype=dtype)(inputs)
    x = layers.LeakyReLU(LEAK)(batch_norm("norm")(x))  # [4, 4, 8b]
    logits = layers.Conv2D(num_codes, 4, kernel_initializer=next(initializers))(x)  # [1, 1, K]
    outputs = {"logits": layers.Flatten()(logits), "features": layers.Flatten()(x)}
    return keras.Model(inputs, outputs, name="q_head")


def two_stage_generator(
    first: keras.Model,
    size: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns G with its second stage: (noise, code) -> images `[n, size, size, channels]`.

    It shares the layers of the first stage, a `generator` of the same `dtype`, up to the features
    `[64, 64, b]` that this makes its image of; `size` is 64 or 128.
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
        name = "stage_2_upsampling"
        x = UpsamplingConv2D(2 * half, next(initializers), name=name, dtype=dtype)(x)
        x = batch_norm(f"{name}_norm", dtype)(x)
        x = GatedLinearUnit(dtype=dtype)(x)  # [128, 128, b / 2]
    # Without StackGAN-v2's upsampling (ours) the image is made of all b channels.
    image = _to_image(channels, initializers)(x)
    return keras.Model(first.inputs, image, name="generator")


def two_stage_trunk(
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
    sixteenth = trunk(image_shape, b, initializers, dtype)
    if image_shape[0] == 64:
        return sixteenth
    x = sixteenth.output  # [8, 8, 8b]
    x = convolution(16 * b, 4, 2, initializers, use_bias=False, dtype=dtype)(x)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_5", dtype)(x))  # [4, 4, 16b]
    x = convolution(8 * b, 3, 1, initializers, use_bias=False, dtype=dtype)(x)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_6", dtype)(x))  # [4, 4, 8b]
    return keras.Model(sixteenth.input, x, name="trunk")


def _gated_block(
    x: keras.KerasTensor, width: int, initializers: Initializers, name: str, dtype: str
) -> keras.KerasTensor:
    """Applies a 3x3 convolution, batch normalisation and a GLU: `[h, w, c]` -> `[h, w, width]`."""
    x = convolution(2 * width, 3, 1, initializers, use_bias=False, dtype=dtype)(x)
    return GatedLinearUnit(dtype=dtype)(batch_norm(f"{name}_norm", dtype)(x))


def _residual_block(
    x: keras.KerasTensor, width: int, initializers: Initializers, name: str, dtype: str
) -> keras.KerasTensor:
    """Adds to `x` `[h, w, width]` what a gated block and another 3x3 convolution make of it."""
    change = _gated_block(x, width, initializers, name, dtype)
    change = convolution(width, 3, 1, initializers, use_bias=False, dtype=dtype)(change)
    return layers.Add(dtype=dtype)([x, batch_norm(f"{name}_norm_2", dtype)(change)])
