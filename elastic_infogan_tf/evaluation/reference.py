"""What models of one run are measured against."""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.classifiers import Classifier
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.metrics.quality import Neighbours, find_neighbours

_REAL_SAMPLE = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Reference:
    """What models of one run are measured against; it is the same at every step.

    Attributes:
        data: the run's training set.
        classifier: of the same classes, or None where the data has no labels; with it go all
            metrics of generated images.
        seed: of noise, splits and subsets; equal models and seeds, equal numbers.
        random_model: makes one of the same architecture with fresh weights, for a Q that has
            learned nothing; None: that is not measured.
    """

    data: LabelledImages
    classifier: Classifier | None = None
    seed: int = 0
    random_model: Callable[[], keras.Model] | None = None

    @functools.cached_property
    def true_proportions(self) -> np.ndarray | None:
        """Of the classes, float64 `[classes]`."""
        counts = self.data.class_counts
        return None if counts is None else counts / counts.sum()

    @functools.cached_property
    def sample(self) -> np.ndarray:
        """Which real images stand for all of them where their number would be too large."""
        rng = np.random.default_rng(self.seed)
        return rng.permutation(len(self.data.images))[:_REAL_SAMPLE]

    @functools.cached_property
    def sample_features(self) -> np.ndarray | None:
        """The classifier's features of that sample, float32 `[m, d]`."""
        if self.classifier is None:
            return None
        images = self.data.images[self.sample]
        return self.classifier.features_and_predictions(images)[0]

    @property
    def sample_labels(self) -> np.ndarray | None:
        """The classes of that sample, int64 `[m]`."""
        return None if self.data.labels is None else self.data.labels[self.sample]

    @functools.cached_property
    def random_neighbours(self) -> Neighbours | None:
        """The nearest neighbour of real images by the features of a Q that has learned nothing."""
        if self.random_model is None:
            return None
        encoded = Inference(self.random_model()).encode(self.data.images)
        return find_neighbours(encoded.features, 1, self.seed)
