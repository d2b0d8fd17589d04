"""Classifiers that say what generated images show; trained on labelled real images."""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.pixels import scale
from elastic_infogan_tf.data.image_array import ImageArray

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
