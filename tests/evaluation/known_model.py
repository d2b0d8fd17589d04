"""A generator whose scores are known, a classifier that is right, and images of grey levels."""

import types

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages

CLASSES = 4
COUNTS = np.array([40, 30, 20, 10])


def _level(label):
    """The grey level, 0 to 255, that stands for a class."""
    return 20 + 60 * label


class GreyClassifier:
    """Reads the class off the grey level; its features are a level and a pixel of noise."""

    name = "by grey level"

    def features_and_predictions(self, images):
        flat = images.reshape(len(images), -1).astype(np.float32)
        classes = np.clip(np.rint((flat[:, 0] - 20) / 60), 0, CLASSES - 1).astype(np.int64)
        return flat[:, [0, -1]], classes


class KnownModel(tf.Module):
    """Prints the class of each code; `shown` says which."""

    num_codes, noise_dim, image_shape = CLASSES, 2, (2, 2, 1)

    def __init__(self, shown, probabilities):
        super().__init__()
        self.config = types.SimpleNamespace(num_classes=CLASSES, noise_dim=2)
        self.prior = types.SimpleNamespace(probabilities=tf.constant(probabilities, tf.float32))
        self._levels = tf.constant([_level(label) for label in shown], tf.float32)

    def generator(self, inputs, training):
        noise, code = inputs
        level = tf.linalg.matvec(code, self._levels)
        noisy = tf.clip_by_value(level + 10 * noise[:, 0], 0, 255)
        pixels = tf.stack([level, level, level, noisy], axis=1)
        return tf.reshape(pixels, [-1, 2, 2, 1]) / 127.5 - 1

    def __call__(self, images, training):
        level = (images[:, 0, 0, 0] + 1) * 127.5
        distance = tf.abs(level[:, tf.newaxis] - self._levels)
        return {"features": tf.nn.softmax(-distance), "logits": -distance}


class KnownAutoencoder(KnownModel):
    """The same, and it can reconstruct."""

    def reconstruct(self, images):
        return -images


def grey_images(class_names=("a", "b", "c", "d"), source="made up"):
    """100 labelled images, shuffled."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(CLASSES), COUNTS))
    images = np.empty((100, 2, 2, 1), np.uint8)
    images[:] = _level(labels)[:, np.newaxis, np.newaxis, np.newaxis]
    noisy = _level(labels) + np.random.default_rng(1).normal(0, 5, 100)
    images[:, 1, 1, 0] = np.clip(np.rint(noisy), 0, 255)
    return LabelledImages(images, labels, tuple(class_names), source)
