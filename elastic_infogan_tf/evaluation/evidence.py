"""What metrics and figures of a model rest on, each part got ready once and only when asked for.

A part is None where there is nothing to make it of, as without labels or a classifier, or while a
model has no codes yet.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.classifiers import Classifier
from elastic_infogan_tf.evaluation.inference import Encoded, Inference
from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.evaluation.metrics.quality import Neighbours, find_neighbours

_REAL_SAMPLE = 10_000
_NEIGHBOURS = 8
_FEW = 250  # images that tell whether a model is alive: a moment's work


@dataclasses.dataclass(frozen=True, eq=False)
class Reference:
    """What models of one run are measured against; it is the same at every step."""

    data: LabelledImages  # the run's training set
    # Of the same classes; None, as without labels: without metrics of what generated images show.
    classifier: Classifier | None = None
    seed: int = 0  # of noise, splits and subsets; equal models and seeds, equal numbers
    # Makes a model of the same architecture with fresh weights, for a Q that has learned nothing;
    # None: that is not measured.
    random_model: Callable[[], keras.Model] | None = None

    @functools.cached_property
    def true_proportions(self) -> np.ndarray | None:
        """Of the classes, float64 `[classes]`."""
        counts = self.data.class_counts
        return None if counts is None else counts / counts.sum()

    @functools.cached_property
    def _sample(self) -> np.ndarray:
        """Which real images stand for all of them where their number would be too large."""
        rng = np.random.default_rng(self.seed)
        return rng.permutation(len(self.data.images))[:_REAL_SAMPLE]

    @functools.cached_property
    def sample_features(self) -> np.ndarray | None:
        """The classifier's features of a sample of real images, float32 `[m, d]`."""
        if self.classifier is None:
            return None
        return self.classifier.features_and_predictions(self.data.images[self._sample])[0]

    @property
    def sample_labels(self) -> np.ndarray | None:
        """The classes of that sample, int64 `[m]`."""
        return None if self.data.labels is None else self.data.labels[self._sample]

    @functools.cached_property
    def random_neighbours(self) -> Neighbours | None:
        """The nearest neighbour of real images by the features of a Q that has learned nothing."""
        if self.random_model is None:
            return None
        encoded = Inference(self.random_model()).encode(self.data.images)
        return find_neighbours(encoded.features, 1, self.seed)


class Generated(NamedTuple):
    """Generated images, as many of each code, as the classifier sees them."""

    features: np.ndarray  # float32 `[n, d]`
    classes: np.ndarray  # int64 `[n]`
    codes: np.ndarray  # int64 `[n]`, what they were made of


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What there is to know of a model at one step.

    Ask for it at that step: parts that were got ready stay what they are when the model goes on.
    """

    inference: Inference
    reference: Reference
    images_per_code: int = 1000  # generated ones (published)
    counted_images: int | None = None  # first real ones whose codes are counted; None: all

    @property
    def model(self) -> keras.Model:
        """The model."""
        return self.inference.model

    @property
    def data(self) -> LabelledImages:
        """The run's training set."""
        return self.reference.data

    @property
    def reconstruct(self) -> Callable[[tf.Tensor], tf.Tensor] | None:
        """Images in [-1, 1] to the model's images of them, where it can."""
        return getattr(self.model, "reconstruct", None)

    @property
    def has_codes(self) -> bool:
        """Whether codes mean something; before a model's clusters are made they do not."""
        return getattr(self.model, "next_clustering", None) is None

    @functools.cached_property
    def probabilities(self) -> np.ndarray:
        """The prior over codes, float32 `[K]`."""
        return self.model.prior.probabilities.numpy()

    @functools.cached_property
    def generated(self) -> Generated | None:
        """As many generated images of each code as were asked for."""
        classifier, inference = self.reference.classifier, self.inference
        if classifier is None:
            return None
        seed, count, codes = self.reference.seed, self.images_per_code, range(inference.num_codes)
        parts = [
            classifier.features_and_predictions(inference.generate(code, count, seed))
            for code in codes
        ]
        features, classes = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Generated(features, classes, np.repeat(codes, count))

    @functools.cached_property
    def drawn_features(self) -> np.ndarray | None:
        """The features of as many generated images as there are in the prior's proportions.

        They are the first ones of each code. Without it a prior that is not uniform would be held
        against the generator.
        """
        if self.generated is None:
            return None
        codes, probabilities = self.generated.codes, self.probabilities
        supply = np.bincount(codes, minlength=len(probabilities))
        counts = np.floor(probabilities * np.min(supply / probabilities) + 1e-6).astype(int)
        rows = [np.flatnonzero(codes == code)[:count] for code, count in enumerate(counts)]
        return self.generated.features[np.concatenate(rows)]

    @functools.cached_property
    def contingency(self) -> np.ndarray | None:
        """Generated images by code and class as the classifier sees it, int64 `[K, classes]`."""
        if self.generated is None:
            return None
        return self._table(self.generated.codes, self.generated.classes)

    @functools.cached_property
    def few_generated(self) -> np.ndarray:
        """Few generated images, as many of each code, uint8 `[m, h, w, c]`; at least 2 of each."""
        count = max(2, _FEW // self.inference.num_codes)
        return self.inference.generate_each(count, self.reference.seed)

    @property
    def few_codes(self) -> np.ndarray:
        """Theirs, int64 `[m]`."""
        codes = np.arange(self.inference.num_codes)
        return np.repeat(codes, len(self.few_generated) // len(codes))

    @property
    def few_code_losses(self) -> np.ndarray | None:
        """Q's surprise at those, -log Q(c | x), float32 `[m]`, nats: log K where it is clueless."""
        if not self.has_codes:
            return None
        logits = self.inference.encode(self.few_generated).logits
        return tf.nn.sparse_softmax_cross_entropy_with_logits(self.few_codes, logits).numpy()

    @property
    def few_real(self) -> np.ndarray:
        """Few real images, uint8 `[n, h, w, c]`: the first ones; the training set is shuffled."""
        return self.data.images[:_FEW]

    @functools.cached_property
    def few_real_codes(self) -> np.ndarray | None:
        """Their likeliest codes by Q, int64 `[n]`."""
        return self.inference.encode(self.few_real).codes if self.has_codes else None

    @functools.cached_property
    def encoded(self) -> Encoded:
        """What Q makes of the training images."""
        return self.inference.encode(self.data.images)

    @functools.cached_property
    def counted(self) -> Encoded:
        """What Q makes of the training images, or of as many as are counted."""
        if self.counted_images is None:
            return self.encoded
        return self.inference.encode(self.data.images[: self.counted_images])

    @functools.cached_property
    def code_counts(self) -> np.ndarray | None:
        """How many of those have each code, int64 `[K]`."""
        if not self.has_codes:
            return None
        return np.bincount(self.counted.codes, minlength=self.inference.num_codes)

    @functools.cached_property
    def q_contingency(self) -> np.ndarray | None:
        """Training images by Q's code and label, int64 `[K, classes]`."""
        labels = self.data.labels
        return None if labels is None else self._table(self.encoded.codes, labels)

    @property
    def frequent_classes(self) -> np.ndarray | None:
        """The most frequent label of each code's training images, int64 `[K]`; see the metric."""
        table = self.q_contingency if self.has_codes else None
        return None if table is None else disentanglement.frequent_classes(table)

    @property
    def frequent_shares(self) -> tuple[float | None, ...] | None:
        """Which share of each code's training images is of that class; see the metric."""
        table = self.q_contingency if self.has_codes else None
        return None if table is None else disentanglement.frequent_shares(table)

    @functools.cached_property
    def neighbours(self) -> Neighbours:
        """Of the training images, by Q's features."""
        return find_neighbours(self.encoded.features, _NEIGHBOURS, self.reference.seed)

    def _table(self, codes: np.ndarray, classes: np.ndarray) -> np.ndarray:
        shape = self.inference.num_codes, len(self.data.class_names)
        return disentanglement.contingency_table(codes, classes, *shape)


class Subject(NamedTuple):
    """A model at one step, and what is known of its run."""

    evidence: Evidence  # it gets only as much ready as the figures ask for
    title: str  # says which run, which step and which source
    metrics: Sequence[dict[str, str]] | None = None  # rows of `metrics.csv`, if there are any


def part(whole: object, path: str) -> Any:
    """Returns a part by its path, such as `data.labels`; None where one on the way is None."""
    for name in path.split("."):
        whole = None if whole is None else getattr(whole, name)
    return whole
