"""All measures together, on generators whose scores are known."""

import types

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.evaluator import Evaluator

CLASSES = 4
NAMES = ("a", "b", "c", "d")
COUNTS = np.array([40, 30, 20, 10])


def _level(label):
    """The grey level, 0 to 255, that stands for a class."""
    return 20 + 60 * label


class _Classifier:
    """Reads the class off the grey level; its features are a level and a pixel of noise."""

    name = "by grey level"

    def features_and_predictions(self, images):
        flat = images.reshape(len(images), -1).astype(np.float32)
        classes = np.clip(np.rint((flat[:, 0] - 20) / 60), 0, CLASSES - 1).astype(np.int64)
        return flat[:, [0, -1]], classes


class _Model(tf.Module):
    """Prints the class of each code; `shown` says which."""

    def __init__(self, shown, probabilities):
        super().__init__()
        self.num_codes, self.noise_dim = CLASSES, 2
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


@pytest.fixture
def data():
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(CLASSES), COUNTS))
    images = np.empty((100, 2, 2, 1), np.uint8)
    images[:] = _level(labels)[:, np.newaxis, np.newaxis, np.newaxis]
    noisy = _level(labels) + np.random.default_rng(1).normal(0, 5, 100)
    images[:, 1, 1, 0] = np.clip(np.rint(noisy), 0, 255)
    return LabelledImages(images, labels, NAMES, "made up")


PERMUTED = [2, 0, 3, 1]
MATCHED_PRIOR = [0.2, 0.4, 0.1, 0.3]


def _measures(data, model, classifier=None):
    evaluator = Evaluator(data, classifier or _Classifier(), seed=0)
    return evaluator.evaluate(model, _Model([0, 0, 0, 0], [0.25] * 4), images_per_code=50)


def test_a_perfect_model_has_perfect_scores(data):
    evaluation = _measures(data, _Model(PERMUTED, MATCHED_PRIOR))
    measures = evaluation.measures
    generated = measures["generated"]
    assert generated["nmi"] == pytest.approx(1) and generated["ent"] == pytest.approx(0)
    assert generated["missing_classes"] == 0
    assert generated["contingency"] == (50 * np.eye(CLASSES, dtype=int)[PERMUTED]).tolist()
    assert evaluation.matched.tolist() == PERMUTED
    assert measures["prior"]["matched_classes"] == PERMUTED
    assert measures["prior"]["total_variation"] == pytest.approx(0, abs=1e-6)
    assert measures["prior"]["true_proportions"] == [0.4, 0.3, 0.2, 0.1]
    assert measures["q"] == pytest.approx({"nmi": 1, "ari": 1, "matched_accuracy": 1})
    assert measures["one_nn"]["accuracy"] == 1 and measures["one_nn"]["queries"] == 20
    # The model that knows nothing has one feature vector for all: it cannot be right throughout.
    assert measures["one_nn"]["random_q_accuracy"] < 1


def test_a_collapsed_generator_is_shown_up(data):
    measures = _measures(data, _Model([1, 1, 1, 1], [0.25] * 4)).measures
    generated = measures["generated"]
    assert generated["nmi"] == pytest.approx(0)
    assert generated["ent"] == pytest.approx(np.log(4) / 5) and generated["missing_classes"] == 3
    perfect = _measures(data, _Model(PERMUTED, MATCHED_PRIOR)).measures["generated"]
    for name in ("frechet_distance_classifier", "kid_classifier"):
        assert generated[name] > 10 * abs(perfect[name])
    assert min(generated["contingency"][0]) == 0 and generated["contingency"][0][1] == 50


def test_quality_is_measured_in_the_priors_proportions(data):
    """The generator is right; a prior unlike the data alone must raise the distance."""
    right = _measures(data, _Model(PERMUTED, MATCHED_PRIOR)).measures["generated"]
    wrong = _measures(data, _Model(PERMUTED, [0.1, 0.1, 0.7, 0.1])).measures["generated"]
    name = "frechet_distance_classifier"
    assert wrong[name] > 3 * right[name]


def test_diversity_is_that_of_the_noise(data):
    generated = _measures(data, _Model(PERMUTED, MATCHED_PRIOR)).measures["generated"]
    # The one pixel that varies has a scale of 10, that of the real images has 5.
    assert generated["mean_relative_diversity"] == pytest.approx(2, rel=0.25)
    assert len(generated["relative_diversity"]) == CLASSES


def test_the_same_evaluation_twice_is_the_same(data):
    model = _Model(PERMUTED, MATCHED_PRIOR)
    assert _measures(data, model).measures == _measures(data, model).measures


def test_scores_are_those_of_a_smaller_evaluation(data):
    model = _Model([2, 0, 3, 3], [0.25] * 4)
    evaluator = Evaluator(data, _Classifier(), seed=0)
    whole = evaluator.evaluate(model, model, images_per_code=20).measures
    assert evaluator.scores(model, images_per_code=20) == {
        "nmi": whole["generated"]["nmi"],
        "ent": whole["generated"]["ent"],
        "prior_total_variation": whole["prior"]["total_variation"],
    }


def test_without_labels_only_what_needs_none_is_measured(data):
    unlabelled = LabelledImages(data.images, None, (), "made up")
    model = _Model(PERMUTED, MATCHED_PRIOR)
    evaluator = Evaluator(unlabelled, None, seed=0)
    evaluation = evaluator.evaluate(model, model, images_per_code=10)
    prior = evaluation.measures.pop("prior")
    assert evaluation.measures == {"generated": None, "q": None, "one_nn": None}
    assert prior["probabilities"] == pytest.approx(MATCHED_PRIOR)
    assert prior["total_variation"] is None and prior["matched_classes"] is None
    assert evaluator.scores(model, images_per_code=10) == {}
    assert evaluation.neighbours.neighbours.shape == (20, 8)
