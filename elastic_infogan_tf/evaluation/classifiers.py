"""The classifiers that say what generated images show, and their networks."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.data.labelled_images import ImageArray

TRUSTED_ACCURACY = 0.95
_INFERENCE_BATCH = 250


@dataclasses.dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Attributes:
        model: as its recipe built it.
        name: key of `CLASSIFIERS`.
        accuracy: on the held-out 20 %, in [0, 1].
        held_out_images: how many they are.
    """

    model: keras.Model
    name: str
    accuracy: float
    held_out_images: int

    @functools.cached_property
    def _infer(self) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        return tf.function(lambda x: self.model(scale(x), training=False))

    @property
    def warning(self) -> str | None:
        """What to say of scores from a classifier that is often wrong; None if it is not."""
        if self.accuracy >= TRUSTED_ACCURACY:
            return None
        return (
            f"the classifier's held-out accuracy is {self.accuracy:.4f}, below {TRUSTED_ACCURACY}: "
            "NMI, ENT and the prior's distance are not to be trusted"
        )

    def features_and_predictions(self, images: ImageArray) -> tuple[np.ndarray, np.ndarray]:
        """Classifies images.

        Args:
            images: uint8 `[n, h, w, c]`, n is 1 or more.

        Returns:
            Features, float32 `[n, d]`, and classes, int64 `[n]`.
        """
        outputs = [
            self._infer(tf.constant(images[start : start + _INFERENCE_BATCH]))
            for start in range(0, len(images), _INFERENCE_BATCH)
        ]
        features = np.concatenate([part["features"].numpy() for part in outputs])
        logits = np.concatenate([part["logits"].numpy() for part in outputs])
        return features, logits.argmax(axis=1)


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
