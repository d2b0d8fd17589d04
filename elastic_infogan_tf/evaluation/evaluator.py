"""The measures of one model, together: what `results.json` holds."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.classifiers import Classifier
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.measures import disentanglement, quality
from elastic_infogan_tf.evaluation.measures.neighbours import Neighbours, find_neighbours

NEIGHBOURS = 8
_REAL_SAMPLE = 10_000


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The measures of a model and what its figures are drawn from.

    Attributes:
        measures: JSON types: `generated`, `q`, `one_nn`, `prior`; what needs labels is None where
            the data has none.
        table: int `[K, classes]`, generated images by code and predicted class, or None.
        matched: int `[K]`, each code's class by that table, or None.
        features: float32 `[n, d]`, Q's features of the training images.
        neighbours: of those images, by those features.
    """

    measures: dict[str, Any]
    table: np.ndarray | None
    matched: np.ndarray | None
    features: np.ndarray
    neighbours: Neighbours


class Evaluator:
    """Measures models against one set of real images.

    Args:
        data: the run's training set.
        classifier: of the same classes, or None where the data has no labels; with it go all
            measures of generated images.
        seed: of noise, splits and subsets; equal models and seeds, equal numbers.
    """

    def __init__(self, data: LabelledImages, classifier: Classifier | None, seed: int) -> None:
        self._data = data
        self._classifier = classifier
        self._seed = seed
        counts = data.class_counts
        self._truth = None if counts is None else counts / counts.sum()
        self._real_features: np.ndarray | None = None

    def scores(self, model: keras.Model, images_per_code: int) -> dict[str, float]:
        """Returns the few scalars worth a curve: `nmi`, `ent`, `prior_total_variation`.

        Empty where the data has no labels.
        """
        if self._classifier is None or self._truth is None:
            return {}
        table, _, _ = self._generate(Inference(model), images_per_code)
        matched = disentanglement.match_codes(table)
        prior = model.prior.probabilities.numpy()
        return {
            "nmi": disentanglement.nmi(table),
            "ent": disentanglement.ent(table)[0],
            "prior_total_variation": disentanglement.prior_distance(prior, self._truth, matched)[0],
        }

    def evaluate(
        self, model: keras.Model, random_model: keras.Model, images_per_code: int
    ) -> Evaluation:
        """Measures everything.

        Args:
            model: the trained one.
            random_model: one of the same architecture with fresh weights.
            images_per_code: generated images of each code (published: 1,000).
        """
        inference, table, matched, generated = Inference(model), None, None, None
        probabilities = model.prior.probabilities.numpy()
        if self._classifier is not None:
            table, features, codes = self._generate(inference, images_per_code)
            matched = disentanglement.match_codes(table)
            generated = self._generated(table, matched, features, codes, probabilities)
        real_features, real_codes = inference.encode(self._data.images)
        neighbours = find_neighbours(real_features, NEIGHBOURS, self._seed)
        measures = {
            "generated": generated,
            "q": self._q(real_codes),
            "one_nn": self._one_nn(neighbours, random_model),
            "prior": self._prior(probabilities, matched),
        }
        return Evaluation(measures, table, matched, real_features, neighbours)

    def _generate(
        self, inference: Inference, images_per_code: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the contingency table, the classifier's features and the codes."""
        parts = [
            self._classifier.features_and_predictions(
                inference.generate(code, images_per_code, self._seed)
            )
            for code in range(inference.num_codes)
        ]
        codes = np.repeat(np.arange(inference.num_codes), images_per_code)
        classes = np.concatenate([predictions for _, predictions in parts])
        table = disentanglement.contingency_table(
            codes, classes, inference.num_codes, len(self._data.class_names)
        )
        return table, np.concatenate([features for features, _ in parts]), codes

    def _generated(
        self,
        table: np.ndarray,
        matched: np.ndarray,
        features: np.ndarray,
        codes: np.ndarray,
        probabilities: np.ndarray,
    ) -> dict[str, Any]:
        ent, missing = disentanglement.ent(table)
        sample = self._real_sample()
        if self._real_features is None:
            images = self._data.images.take(sample, axis=0)
            self._real_features = self._classifier.features_and_predictions(images)[0]
        drawn = features[_in_proportion(codes, probabilities)]
        diversity = quality.relative_diversity(
            features, codes, self._real_features, self._data.labels[sample], matched
        )
        known = [ratio for ratio in diversity if ratio is not None]
        return {
            "nmi": disentanglement.nmi(table),
            "ent": ent,
            "missing_classes": missing,
            "frechet_distance_classifier": quality.frechet_distance(self._real_features, drawn),
            "kid_classifier": quality.kernel_distance(self._real_features, drawn, self._seed),
            "relative_diversity": diversity,
            "mean_relative_diversity": float(np.mean(known)) if known else None,
            "class_names": list(self._data.class_names),
            "contingency": table.tolist(),
        }

    def _real_sample(self) -> np.ndarray:
        rng = np.random.default_rng(self._seed)
        order = rng.permutation(len(self._data.images))
        return order[:_REAL_SAMPLE]

    def _q(self, codes: np.ndarray) -> Mapping[str, float] | None:
        """Measures Q's codes of the real images against their labels."""
        labels = self._data.labels
        if labels is None:
            return None
        shape = max(int(codes.max()) + 1, 1), len(self._data.class_names)
        table = disentanglement.contingency_table(codes, labels, *shape)
        return {
            "nmi": disentanglement.nmi(table),
            "ari": float(adjusted_rand_score(labels, codes)),
            "matched_accuracy": disentanglement.matched_accuracy(table),
        }

    def _one_nn(
        self, neighbours: Neighbours, random_model: keras.Model
    ) -> Mapping[str, float | int] | None:
        labels = self._data.labels
        if labels is None:
            return None
        random_features, _ = Inference(random_model).encode(self._data.images)
        at_random = find_neighbours(random_features, 1, self._seed)
        return {
            "accuracy": neighbours.accuracy(labels),
            "random_q_accuracy": at_random.accuracy(labels),
            "queries": len(neighbours.queries),
        }

    def _prior(self, probabilities: np.ndarray, matched: np.ndarray | None) -> dict[str, Any]:
        distance = (None, None)
        if matched is not None:
            distance = disentanglement.prior_distance(probabilities, self._truth, matched)
        return {
            "probabilities": probabilities.tolist(),
            "matched_classes": None if matched is None else matched.tolist(),
            "true_proportions": None if self._truth is None else self._truth.tolist(),
            "total_variation": distance[0],
            "rmse": distance[1],
        }


def _in_proportion(codes: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Returns as many images as there are in the prior's proportions, the first ones of each code.

    Without it a prior that is not uniform would be held against the generator.
    """
    supply = np.bincount(codes, minlength=len(probabilities))
    counts = np.floor(probabilities * np.min(supply / probabilities) + 1e-6).astype(int)
    return np.concatenate(
        [np.flatnonzero(codes == code)[:count] for code, count in enumerate(counts)]
    )
