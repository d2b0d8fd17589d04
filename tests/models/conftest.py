"""Two replicas, and networks of somebody else's: dense layers, 8x8 images, three codes."""

import itertools

import keras
import pytest
import tensorflow as tf
from keras import layers

from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.joint_vae import JointVAE
from elastic_infogan_tf.models.networks.stages import Stage
from elastic_infogan_tf.models.prior import Prior

IMAGE_SHAPE = (8, 8, 1)
NOISE_DIM, CODES, HIDDEN = 4, 3, 16


@pytest.fixture(scope="session")
def strategy():
    """Two replicas; one object for all tests, because two in one process collide."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def _dense():
    """A function (units, ...) -> a dense layer; the n-th one always starts the same."""
    seeds = itertools.count()
    return lambda units, **arguments: layers.Dense(
        units, kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)), **arguments
    )


def _decoder(dense, activation):
    noise, code = keras.Input((NOISE_DIM,)), keras.Input((CODES,))
    x = dense(HIDDEN, activation="relu")(layers.Concatenate()([noise, code]))
    x = layers.Reshape(IMAGE_SHAPE)(dense(64, activation=activation)(x))
    return keras.Model([noise, code], x)


@pytest.fixture(scope="session")
def own_stage():
    """A function () -> a `Stage` of dense layers; all of them start equal."""

    def build():
        dense = _dense()
        image, features = keras.Input(IMAGE_SHAPE), keras.Input((HIDDEN,))
        trunk = dense(HIDDEN, activation="relu")(layers.Flatten()(image))
        hidden = dense(HIDDEN, activation="tanh")(features)
        return Stage(
            generator=_decoder(dense, "tanh"),
            trunk=keras.Model(image, trunk),
            discriminator_head=keras.Model(features, layers.Reshape(())(dense(1)(features))),
            q_head=keras.Model(features, {"logits": dense(CODES)(hidden), "features": hidden}),
        )

    return build


@pytest.fixture(scope="session")
def own_infogan(own_stage):
    """A function (**arguments) -> an `ElasticInfoGAN` of one such stage, not compiled."""
    return lambda **arguments: ElasticInfoGAN([own_stage()], Prior(CODES), **arguments)


@pytest.fixture(scope="session")
def own_vae():
    """A function (**arguments) -> a `JointVAE` of dense layers, not compiled."""

    def build(**arguments):
        dense = _dense()
        image = keras.Input(IMAGE_SHAPE)
        x = dense(HIDDEN, activation="relu")(layers.Flatten()(image))
        sizes = {"mean": NOISE_DIM, "log_variance": NOISE_DIM, "logits": CODES}
        outputs = {name: dense(size)(x) for name, size in sizes.items()}
        encoder = keras.Model(image, outputs | {"features": x})
        return JointVAE(encoder, _decoder(dense, None), **arguments)

    return build
