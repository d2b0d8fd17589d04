"""The prior's gradient: against the train step's own, and its two readings by hand."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.evaluation.measures import prior_gradients
from elastic_infogan_tf.evaluation.measures.prior_gradients import PriorGradients, measure
from elastic_infogan_tf.models.build import build_model

WEIGHTS = {"info_weight": 2.0, "prior_entropy_weight": 0.3}


def _by_hand(total, probabilities=(0.5, 0.5)):
    total = np.array(total, np.float64)
    nothing = np.zeros_like(total)
    return PriorGradients(total, nothing, nothing, 0.0, np.array(probabilities))


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "digits"},
        pytest.param({"dataset": "youtube_faces", "num_classes": 3}, marks=pytest.mark.slow),
    ],
)
def test_the_parts_add_up_to_what_the_train_step_updates_the_prior_by(
    make_config, fake_batch, monkeypatch, changes
):
    monkeypatch.setattr(prior_gradients, "_FIRST_STEP", 5)
    model = build_model(make_config(**changes, **WEIGHTS), None)
    model.prior.logits.assign(np.linspace(-1.0, 1.0, model.num_codes, dtype=np.float32))
    before = model.prior.logits.numpy()
    found = measure(model, 2, batch_size=2)
    assert found.total.shape == (2, model.num_codes)
    for number in range(2):
        batch = fake_batch(model, rows=2, step=5 + number)
        with tf.GradientTape(persistent=True) as tape:
            codes, fakes = model.generate_batch(batch)
        _, _, (expected,) = model.generator_phase(batch, codes, fakes, tape)
        np.testing.assert_allclose(found.total[number], expected.numpy(), rtol=1e-3, atol=1e-6)
    for part in (found.adversarial, found.information, found.entropy):
        assert np.abs(part).max() > 1e-6
    np.testing.assert_array_equal(model.prior.logits.numpy(), before)


def test_soft_codes_are_those_below_the_bound(make_config, fake_batch, monkeypatch):
    monkeypatch.setattr(prior_gradients, "_FIRST_STEP", 0)
    model = build_model(make_config("digits"), None)
    batches = [fake_batch(model, rows=5, step=step) for step in range(40)]
    largest = [model.generate_batch(batch)[0].numpy().max(axis=1) for batch in batches]
    expected = np.mean(np.stack(largest) < 0.99)
    assert 0.1 < expected < 0.9
    assert measure(model, 40, batch_size=5).soft_share == pytest.approx(expected, abs=1e-6)


def test_a_prior_that_is_fixed_is_refused(make_config):
    with pytest.raises(
        ValueError, match=r"must be learned\. Received: a model whose prior is fixed"
    ):
        measure(build_model(make_config("digits", method="uniform_infogan"), None), 2, batch_size=4)


def test_the_signal_is_the_mean_over_the_root_mean_square():
    # Always 2; 3 and -3; 3 and 1: mean 2, rms sqrt(5); never any.
    found = _by_hand([[2, 3, 3, 0], [2, -3, 1, 0]])
    np.testing.assert_allclose(found.signal, [1, 0, 2 / np.sqrt(5), 0])


def test_agreement_is_with_descending_towards_the_truth():
    truth = np.array([0.8, 0.2])
    up_and_down = _by_hand([[-1.0, 1.0], [-3.0, 3.0]])
    assert up_and_down.agreement(up_and_down.total, truth) == pytest.approx(1)
    assert up_and_down.agreement(-up_and_down.total, truth) == pytest.approx(-1)
    # Three codes: the way is log(2, 1, 1/2) up to a factor, the descent 0, 1, 0.
    found = _by_hand([[0, -1, 0]], probabilities=[0.25, 0.25, 0.25])
    assert found.agreement(found.total, np.array([0.5, 0.25, 0.125])) == pytest.approx(0, abs=1e-9)


def test_without_a_way_to_go_there_is_no_agreement():
    found = _by_hand([[1.0, 2.0]])
    assert np.isnan(found.agreement(found.total, np.array([0.5, 0.5])))
    assert np.isnan(found.agreement(found.entropy, np.array([0.9, 0.1])))
