"""InfoGAN's networks for 28x28 images (official; published for MNIST).

Every width scales with `base_channels`, b in the shapes beside the layers; 64 is published.
`dtype` is the Keras policy of the layers; those that a network ends with are float32 always.
"""

import keras
from keras import layers

from elastic_infogan_tf.models.networks.layers import (
    LEAK,
    Initializers,
    batch_norm,
    convolution,
    transposed_convolution,
)


def generator(
    noise_dim: int,
    num_codes: int,
    channels: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns G: (noise `[n, noise_dim]`, code `[n, K]`) -> images `[n, 28, 28, channels]`."""
    b = base_channels
    noise = keras.Input((noise_dim,), name="noise")
    code = keras.Input((num_codes,), name="code")
    x = layers.Concatenate(dtype=dtype)([noise, code])
    for block, width in enumerate((16 * b, 7 * 7 * 2 * b), start=1):
        dense = layers.Dense(
            width, use_bias=False, kernel_initializer=next(initializers), dtype=dtype
        )
        x = batch_norm(f"norm_{block}", dtype)(dense(x))
        x = layers.ReLU(dtype=dtype)(x)
    x = layers.Reshape((7, 7, 2 * b), dtype=dtype)(x)
    x = transposed_convolution(b, initializers, use_bias=False, dtype=dtype)(x)
    x = layers.ReLU(dtype=dtype)(batch_norm("norm_3", dtype)(x))  # [14, 14, b]
    x = transposed_convolution(channels, initializers, activation="tanh")(x)  # [28, 28, channels]
    return keras.Model([noise, code], x, name="generator")


def trunk(
    image_shape: tuple[int, int, int],
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns what D and Q share: images `[n, 28, 28, c]` in [-1, 1] -> `[n, 16b]`."""
    b = base_channels
    image = keras.Input(image_shape, name="image")
    x = convolution(b, 4, 2, initializers, dtype=dtype)(image)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(x)  # [14, 14, b]
    x = convolution(2 * b, 4, 2, initializers, use_bias=False, dtype=dtype)(x)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_1", dtype)(x))  # [7, 7, 2b]
    x = layers.Flatten(dtype=dtype)(x)
    x = layers.Dense(16 * b, use_bias=False, kernel_initializer=next(initializers), dtype=dtype)(x)
    x = layers.LeakyReLU(LEAK, dtype=dtype)(batch_norm("norm_2", dtype)(x))  # [16b]
    return keras.Model(image, x, name="trunk")


def discriminator_head(
    trunk_shape: tuple[int, ...], base_channels: int, initializers: Initializers
) -> keras.Model:
    """Returns D's head: trunk features -> real/fake logits `[n]`."""
    features = keras.Input(trunk_shape, name="trunk_features")
    x = layers.Dense(1, kernel_initializer=next(initializers))(features)
    return keras.Model(features, layers.Reshape(())(x), name="discriminator_head")


def q_head(
    trunk_shape: tuple[int, ...],
    num_codes: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns Q's head: trunk features -> `logits` `[n, K]`, contrastive `features` `[n, 2b]`."""
    inputs = keras.Input(trunk_shape, name="trunk_features")
    x = layers.Dense(
        2 * base_channels, use_bias=False, kernel_initializer=next(initializers), dtype=dtype
    )(inputs)
    x = layers.LeakyReLU(LEAK)(batch_norm("norm")(x))
    logits = layers.Dense(num_codes, kernel_initializer=next(initializers))(x)
    return keras.Model(inputs, {"logits": logits, "features": x}, name="q_head")
