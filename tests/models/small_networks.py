"""Networks for 8x8 images that are soon built: one block each, with batch normalisation.

A family of somebody's own, as `elastic_infogan_tf.models.networks.stages.build_stages` takes one.
"""

import dataclasses

import keras
from keras import layers

from elastic_infogan_tf.models.networks.layers import LEAK, batch_norm


def instead_of_its_own(config):
    """Returns a configuration with these networks and images of 8x8."""
    data = dataclasses.replace(config.data, image_shape=(8, 8, 1))
    return dataclasses.replace(
        config, data=data, model=dataclasses.replace(config.model, networks=__name__)
    )


def _block(x, width, initializers):
    x = layers.Dense(width, use_bias=False, kernel_initializer=next(initializers))(x)
    return layers.LeakyReLU(LEAK)(batch_norm("norm")(x))


def generator(noise_dim, num_codes, channels, base_channels, initializers):
    noise, code = keras.Input((noise_dim,)), keras.Input((num_codes,))
    x = _block(layers.Concatenate()([noise, code]), 8 * base_channels, initializers)
    x = layers.Dense(64 * channels, activation="tanh", kernel_initializer=next(initializers))(x)
    return keras.Model([noise, code], layers.Reshape((8, 8, channels))(x), name="generator")


def trunk(image_shape, base_channels, initializers):
    image = keras.Input(image_shape)
    x = _block(layers.Flatten()(image), 8 * base_channels, initializers)
    return keras.Model(image, x, name="trunk")


def discriminator_head(trunk_shape, base_channels, initializers):
    features = keras.Input(trunk_shape)
    x = layers.Dense(1, kernel_initializer=next(initializers))(features)
    return keras.Model(features, layers.Reshape(())(x), name="discriminator_head")


def q_head(trunk_shape, num_codes, base_channels, initializers):
    inputs = keras.Input(trunk_shape)
    features = _block(inputs, 2 * base_channels, initializers)
    logits = layers.Dense(num_codes, kernel_initializer=next(initializers))(features)
    return keras.Model(inputs, {"logits": logits, "features": features}, name="q_head")
