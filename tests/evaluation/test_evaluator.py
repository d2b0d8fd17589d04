"""All metrics together, on generators whose scores are known."""

import numpy as np
import pytest

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation import evaluator
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.metrics import metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import SCORE, SIGN, Metric
from tests.evaluation.known_model import CLASSES, COUNTS, GreyClassifier, KnownModel, grey_images


@pytest.fixture
def data():
    return grey_images()


PERMUTED = [2, 0, 3, 1]
MATCHED_PRIOR = [0.2, 0.4, 0.1, 0.3]


def _evidence(data, model, classifier=None, images_per_code=50):
    reference = Reference(data, classifier, 0, lambda: KnownModel([0, 0, 0, 0], [0.25] * 4))
    return Evidence(Inference(model), reference, images_per_code)


def _metrics(data, model):
    return evaluator.measure(_evidence(data, model, GreyClassifier()))


def test_a_perfect_model_has_perfect_scores(data):
    metrics = _metrics(data, KnownModel(PERMUTED, MATCHED_PRIOR))
    generated = metrics["generated"]
    assert generated["nmi"] == pytest.approx(1) and generated["ent"] == pytest.approx(0)
    assert generated["missing_classes"] == 0
    assert generated["contingency"] == (50 * np.eye(CLASSES, dtype=int)[PERMUTED]).tolist()
    assert metrics["prior"]["matched_classes"] == PERMUTED
    assert metrics["prior"]["code_counts"] == COUNTS[PERMUTED].tolist()
    assert metrics["prior"]["frequent_classes"] == PERMUTED
    assert metrics["prior"]["frequent_shares"] == [1, 1, 1, 1]
    assert metrics["prior"]["total_variation"] == pytest.approx(0, abs=1e-6)
    assert metrics["prior"]["true_proportions"] == [0.4, 0.3, 0.2, 0.1]
    assert metrics["q"] == pytest.approx({"nmi": 1, "ari": 1, "matched_accuracy": 1, "purity": 1})
    assert metrics["one_nn"]["accuracy"] == 1 and metrics["one_nn"]["queries"] == 20
    # The model that knows nothing has one feature vector for all: it cannot be right throughout.
    assert metrics["one_nn"]["random_q_accuracy"] < 1


def test_a_collapsed_generator_is_shown_up(data):
    metrics = _metrics(data, KnownModel([1, 1, 1, 1], [0.25] * 4))
    generated = metrics["generated"]
    assert generated["nmi"] == pytest.approx(0)
    assert generated["ent"] == pytest.approx(np.log(4) / 5) and generated["missing_classes"] == 3
    perfect = _metrics(data, KnownModel(PERMUTED, MATCHED_PRIOR))["generated"]
    for name in ("frechet_distance_classifier", "kid_classifier"):
        assert generated[name] > 10 * abs(perfect[name])
    assert min(generated["contingency"][0]) == 0 and generated["contingency"][0][1] == 50


def test_quality_is_measured_in_the_priors_proportions(data):
    """The generator is right; a prior unlike the data alone must raise the distance."""
    right = _metrics(data, KnownModel(PERMUTED, MATCHED_PRIOR))["generated"]
    wrong = _metrics(data, KnownModel(PERMUTED, [0.1, 0.1, 0.7, 0.1]))["generated"]
    name = "frechet_distance_classifier"
    assert wrong[name] > 3 * right[name]


def test_diversity_is_that_of_the_noise(data):
    generated = _metrics(data, KnownModel(PERMUTED, MATCHED_PRIOR))["generated"]
    # The one pixel that varies has a scale of 10, that of the real images has 5.
    assert generated["mean_relative_diversity"] == pytest.approx(2, rel=0.25)
    assert len(generated["relative_diversity"]) == CLASSES


def test_the_same_evaluation_twice_is_the_same(data):
    model = KnownModel(PERMUTED, MATCHED_PRIOR)
    assert _metrics(data, model) == _metrics(data, model)


def test_scores_are_those_of_a_smaller_evaluation(data):
    evidence = _evidence(data, KnownModel([2, 0, 3, 3], [0.25] * 4), GreyClassifier(), 20)
    whole = evaluator.measure(evidence)
    assert evaluator.take(evidence, SCORE) == {
        "nmi": whole["generated"]["nmi"],
        "ent": whole["generated"]["ent"],
        "prior_total_variation": whole["prior"]["total_variation"],
    }


def test_signs_of_life_look_at_few_images(data):
    evidence = _evidence(data, KnownModel(PERMUTED, MATCHED_PRIOR), GreyClassifier())
    signs = evaluator.take(evidence, SIGN)
    assert signs["pixel_spread"] == pytest.approx(1, abs=0.25) and signs["unused_codes"] == 0
    assert signs["information_share"] < 0.1
    assert not {"neighbours", "encoded", "generated"} & vars(evidence).keys()
    one_image = evaluator.take(_evidence(data, KnownModel([0, 0, 0, 0], MATCHED_PRIOR)), SIGN)
    assert one_image["pixel_spread"] < 0.2 and one_image["information_share"] == pytest.approx(1)
    assert one_image["unused_codes"] == 3


def test_scores_get_no_more_ready_than_they_need(data):
    evidence = _evidence(data, KnownModel(PERMUTED, MATCHED_PRIOR), GreyClassifier())
    evaluator.take(evidence, SCORE)
    assert not {"neighbours", "encoded", "drawn_features"} & vars(evidence).keys()


def test_without_labels_only_what_needs_none_is_measured(data):
    unlabelled = LabelledImages(data.images, None, (), "made up")
    evidence = _evidence(unlabelled, KnownModel(PERMUTED, MATCHED_PRIOR))
    metrics = evaluator.measure(evidence)
    prior, signs = metrics.pop("prior"), metrics.pop("health")
    assert None not in signs.values()
    assert evaluator.take(evidence, SIGN) == signs
    assert metrics == {"generated": None, "q": None, "one_nn": None}
    assert prior["probabilities"] == pytest.approx(MATCHED_PRIOR)
    assert prior["total_variation"] is None and prior["matched_classes"] is None
    assert evaluator.take(evidence, SCORE) == {}
    assert evidence.neighbours.neighbours.shape == (20, 8)


def test_codes_are_counted_of_as_many_images_as_are_wanted(data):
    reference, inference = Reference(data), Inference(KnownModel(PERMUTED, MATCHED_PRIOR))
    few = Evidence(inference, reference, counted_images=30).code_counts
    assert few.tolist() == [np.sum(data.labels[:30] == label) for label in PERMUTED]
    assert Evidence(inference, reference).code_counts.tolist() == COUNTS[PERMUTED].tolist()


def test_before_there_are_codes_none_are_counted(data):
    model = KnownModel(PERMUTED, MATCHED_PRIOR)
    model.next_clustering = 7
    evidence = _evidence(data, model, GreyClassifier())
    assert evidence.code_counts is None and evidence.frequent_classes is None
    prior = evaluator.measure(evidence)["prior"]
    assert prior["code_counts"] is None and prior["frequent_classes"] is None


def test_without_a_classifier_the_real_images_are_measured(data):
    metrics = evaluator.measure(_evidence(data, KnownModel(PERMUTED, MATCHED_PRIOR)))
    assert metrics["generated"] is None and metrics["prior"]["total_variation"] is None
    assert metrics["q"]["nmi"] == pytest.approx(1) and metrics["one_nn"]["accuracy"] == 1


def test_what_is_the_same_at_every_step_is_got_ready_once(data):
    made = []

    def random_model():
        made.append(KnownModel([0, 0, 0, 0], [0.25] * 4))
        return made[-1]

    reference = Reference(data, GreyClassifier(), 0, random_model)
    for shown in (PERMUTED, [0, 0, 0, 0]):
        evaluator.measure(Evidence(Inference(KnownModel(shown, MATCHED_PRIOR)), reference, 20))
    assert len(made) == 1


def _largest_row(contingency):
    """A metric of a stranger's."""
    return int(contingency.sum(axis=1).max())


def test_a_metric_that_is_added_is_a_row(data, monkeypatch):
    row = Metric("generated.largest_row", ("contingency",), _largest_row, title="largest row")
    monkeypatch.setattr(metric_table, "METRICS", (*metric_table.METRICS, row))
    metrics = _metrics(data, KnownModel(PERMUTED, MATCHED_PRIOR))
    assert metrics["generated"]["largest_row"] == 50


def test_every_row_has_a_name_and_a_place_of_its_own():
    for field in ("name", "path"):
        values = [getattr(row, field) for row in metric_table.METRICS]
        assert len(set(values)) == len(values)
