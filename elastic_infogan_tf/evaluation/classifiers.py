"""The classifiers that say what generated images show: networks, and what they start from."""

import dataclasses
import functools
import random
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.data.labelled_images import ImageArray, LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import batches_of

TRUSTED_ACCURACY = 0.95
SEED = 0  # of the split, the weights and the order: one classifier per data set

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Classifier:
    """A trained classifier."""

    model: keras.Model  # as its recipe built it
    name: str  # key of `CLASSIFIERS`
    accuracy: float  # on the held-out 20 %, in [0, 1]
    held_out_images: int

    @functools.cached_property
    def _infer(self) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        return tf.function(lambda x: self.model(scale(x), training=False))

    @property
    def warning(self) -> str | None:
        """What to say of scores of a classifier that is often wrong; None if it is not."""
        if self.accuracy >= TRUSTED_ACCURACY:
            return None
        return (
            f"the classifier's held-out accuracy is {self.accuracy:.4f}, below {TRUSTED_ACCURACY}: "
            "NMI, ENT and the prior's distance are not to be trusted"
        )

    def features_and_predictions(self, images: ImageArray) -> tuple[np.ndarray, np.ndarray]:
        """Classifies images, uint8 `[n, h, w, c]`, n is 1 or more.

        Returns:
            Features, float32 `[n, d]`, and classes, int64 `[n]`.
        """
        outputs = (self._infer(*batch) for batch in batches_of(images))
        parts = [(output["features"].numpy(), output["logits"].numpy()) for output in outputs]
        features, logits = map(np.concatenate, zip(*parts, strict=True))
        return features, logits.argmax(axis=1)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a classifier is made."""

    # From image shape and number of classes a model of images in [-1, 1] with a dict of `logits`
    # `[n, classes]` and `features` `[n, d]`, the last layer but one.
    build: Callable[[Shape, int], keras.Model]
    epochs: int  # over the 80 %
    most_steps: int  # for large data sets
    batch_size: int
    learning_rate: float  # Adam's, falling to 0 along a cosine


def _mnist_cnn(shape: Shape, classes: int) -> keras.Model:
    image = x = keras.Input(shape)
    for width in (32, 64):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.4, seed=SEED)(layers.Flatten()(x))
    return _with_logits(image, layers.Dense(128, activation="relu")(x), classes)


def _small_cnn(shape: Shape, classes: int) -> keras.Model:
    image = x = keras.Input(shape)
    for width in (16, 32, 64, 128):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.MaxPooling2D(padding="same")(layers.ReLU()(x))
    x = layers.GlobalAveragePooling2D()(x)
    return _with_logits(image, layers.Dense(128, activation="relu")(x), classes)


def _resnet50(shape: Shape, classes: int) -> keras.Model:
    trunk = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=shape, pooling="avg"
    )
    for layer in trunk.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9  # Keras' 0.99 lags behind a few hundred steps
    return _with_logits(trunk.input, trunk.output, classes, name="classes")


def _with_logits(
    image: keras.KerasTensor, features: keras.KerasTensor, classes: int, name: str | None = None
) -> keras.Model:
    logits = layers.Dense(classes, name=name)(features)
    return keras.Model(image, {"logits": logits, "features": features})


CLASSIFIERS: Mapping[str, Recipe] = {
    "mnist_cnn": Recipe(_mnist_cnn, epochs=40, most_steps=2600, batch_size=128, learning_rate=2e-3),
    "resnet50": Recipe(_resnet50, epochs=12, most_steps=6000, batch_size=64, learning_rate=1e-3),
    "small_cnn": Recipe(_small_cnn, epochs=30, most_steps=4000, batch_size=64, learning_rate=2e-3),
}


def check_images(data: LabelledImages, name: str) -> None:
    """Refuses images that a classifier, key of `CLASSIFIERS`, cannot be trained on.

    Raises:
        UsageError: if they are too small for it, or too few to hold some out.
    """
    if name == "resnet50" and min(data.images.shape[1:3]) < 32:
        raise UsageError(
            f"--classifier=resnet50 needs images of 32x32 or more, and these are "
            f"{data.images.shape[1]}x{data.images.shape[2]}; choose mnist_cnn or small_cnn."
        )
    counts = data.class_counts
    if counts is None or len(counts) < 2 or counts.min() < 2 or len(data.images) < 5 * len(counts):
        words = "no labels" if counts is None else f"images per class: {counts.tolist()}"
        raise UsageError(
            "the evaluation's classifier needs two classes or more, of two images each and five on "
            f"average, to hold out 20 % of each; found {words}. Add images, or leave the "
            "evaluation out with --noevaluate."
        )


def build_classifier(data: LabelledImages, name: str) -> keras.Model:
    """Returns the untrained network of `CLASSIFIERS[name]`, always with the same weights."""
    # Layers without seeds of their own draw them from Python's generator.
    state = random.getstate()
    random.seed(SEED)
    model = CLASSIFIERS[name].build(data.images.shape[1:], len(data.class_names))
    random.setstate(state)
    return model


def load_weights(model: keras.Model, weights: Path) -> int:
    """Takes the weights of a file that fit; returns how many they are.

    Raises:
        UsageError: if they cannot be read, or no layer fits.
    """
    before = [value.copy() for value in model.get_weights()]
    try:
        with warnings.catch_warnings(action="ignore"):  # a page for each layer that does not fit
            model.load_weights(weights, skip_mismatch=True)
    except Exception as error:  # each file format fails in its own way
        raise UsageError(
            f"--classifier_weights={weights} cannot be read ({type(error).__name__}: "
            f"{str(error).splitlines()[0]}); give a .weights.h5 or .keras file of this classifier."
        ) from error
    after = model.get_weights()
    taken = sum(not np.array_equal(old, new) for old, new in zip(before, after, strict=True))
    if not taken:
        raise UsageError(
            f"--classifier_weights={weights} has no layer that fits this classifier; give weights "
            "of the same architecture and image size."
        )
    return taken
