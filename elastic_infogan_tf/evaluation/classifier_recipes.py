"""The networks of the evaluation's classifiers, and how each is trained.

Published: for MNIST two convolutions and two dense layers, ResNet-50 for the others. All widths,
the lengths and `small_cnn` are ours.
"""

import dataclasses
from collections.abc import Callable, Mapping

import keras
from keras import layers

SEED = 0  # of the split, the weights and the order: one classifier per data set

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a classifier is made.

    Attributes:
        build: (image shape, number of classes) -> model of images in [-1, 1] with a dict of
            `logits` `[n, classes]` and `features` `[n, d]`, the last layer but one.
        epochs: passes over the 80 %.
        most_steps: an upper bound for large data sets.
        batch_size: images a step.
        learning_rate: Adam's, falling to 0 along a cosine.
    """

    build: Callable[[Shape, int], keras.Model]
    epochs: int
    most_steps: int
    batch_size: int
    learning_rate: float


def _mnist_cnn(shape: Shape, classes: int) -> keras.Model:
    image = keras.Input(shape)
    x = image
    for width in (32, 64):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.4, seed=SEED)(layers.Flatten()(x))
    features = layers.Dense(128, activation="relu")(x)
    return keras.Model(image, {"logits": layers.Dense(classes)(features), "features": features})


def _small_cnn(shape: Shape, classes: int) -> keras.Model:
    image = keras.Input(shape)
    x = image
    for width in (16, 32, 64, 128):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.MaxPooling2D(padding="same")(layers.ReLU()(x))
    features = layers.Dense(128, activation="relu")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, {"logits": layers.Dense(classes)(features), "features": features})


def _resnet50(shape: Shape, classes: int) -> keras.Model:
    trunk = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=shape, pooling="avg"
    )
    for layer in trunk.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9  # Keras' 0.99 lags behind a few hundred steps
    features = trunk.output
    logits = layers.Dense(classes, name="classes")(features)
    return keras.Model(trunk.input, {"logits": logits, "features": features})


CLASSIFIERS: Mapping[str, Recipe] = {
    "mnist_cnn": Recipe(_mnist_cnn, epochs=40, most_steps=2600, batch_size=128, learning_rate=2e-3),
    "resnet50": Recipe(_resnet50, epochs=12, most_steps=6000, batch_size=64, learning_rate=1e-3),
    "small_cnn": Recipe(_small_cnn, epochs=30, most_steps=4000, batch_size=64, learning_rate=2e-3),
}
