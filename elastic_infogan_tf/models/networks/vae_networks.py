"""JointVAE's encoder and decoder for 28x28 and 64x64 images (Dupont 2018).

Every width scales with `base_channels`, b in the shapes beside the layers; at 64 they are the
published ones of JointVAE (32, 32, 64, 64 channels and 256 units). JointVAE enlarges MNIST to
32x32; here 28x28 images stay as they are, with a convolution less (ours). `dtype` is the Keras
policy of the layers; those whose outputs losses see are float32 always.
"""

import keras
from keras import layers

from elastic_infogan_tf.models.networks.layers import (
    Initializers,
    convolution,
    transposed_convolution,
)


def encoder(
    image_shape: tuple[int, int, int],
    noise_dim: int,
    num_codes: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns the encoder: images `[n, h, w, c]` in [-1, 1] to the parameters of the latents.

    Its outputs are a dict of `mean` and `log_variance` `[n, noise_dim]`, `logits` `[n, K]` and the
    `features` `[n, 4b]` that they are read from.
    """
    image = keras.Input(image_shape, name="image")
    x = image
    for width in _widths(image_shape, base_channels):  # [h / 2, w / 2, width] and so on
        x = convolution(width, 4, 2, initializers, activation="relu", dtype=dtype)(x)
    x = layers.Flatten(dtype=dtype)(x)
    features = layers.Dense(
        4 * base_channels, activation="relu", kernel_initializer=next(initializers)
    )(x)
    sizes = {"mean": noise_dim, "log_variance": noise_dim, "logits": num_codes}
    outputs = {
        name: layers.Dense(size, kernel_initializer=next(initializers), name=name)(features)
        for name, size in sizes.items()
    }
    return keras.Model(image, outputs | {"features": features}, name="encoder")


def decoder(
    image_shape: tuple[int, int, int],
    noise_dim: int,
    num_codes: int,
    base_channels: int,
    initializers: Initializers,
    dtype: str = "float32",
) -> keras.Model:
    """Returns the decoder: (noise `[n, d]`, code `[n, K]`) -> pixel logits `[n, h, w, c]`."""
    widths = _widths(image_shape, base_channels)
    side = image_shape[0] // 2 ** len(widths)
    noise = keras.Input((noise_dim,), name="noise")
    code = keras.Input((num_codes,), name="code")
    x = layers.Concatenate(dtype=dtype)([noise, code])
    for units in (4 * base_channels, side * side * widths[-1]):
        x = layers.Dense(
            units, activation="relu", kernel_initializer=next(initializers), dtype=dtype
        )(x)
    x = layers.Reshape((side, side, widths[-1]), dtype=dtype)(x)
    for width in reversed(widths[:-1]):  # twice as high and wide each time
        x = transposed_convolution(width, initializers, activation="relu", dtype=dtype)(x)
    x = transposed_convolution(image_shape[-1], initializers)(x)
    return keras.Model([noise, code], x, name="decoder")


def _widths(image_shape: tuple[int, int, int], base_channels: int) -> list[int]:
    """Returns the channels of the convolutions, each of which halves the image."""
    half = max(base_channels // 2, 1)
    if image_shape[0] % 16 == 0:
        return [half, half, base_channels, base_channels]
    return [half, base_channels]
