"""The prior: its probabilities, its samples' frequencies, and the gradient to learned logits."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.prior import Prior

PROPORTIONS = np.array([0.5, 0.3, 0.15, 0.05])
SEED = tf.constant([3, 1], tf.int32)
DRAWS = 4000


def _frequencies(samples):
    return np.bincount(np.argmax(samples, axis=1), minlength=samples.shape[1]) / len(samples)


def _assert_close_to(frequencies, probabilities):
    """Within five standard deviations of a binomial share."""
    deviation = np.sqrt(probabilities * (1 - probabilities) / DRAWS)
    assert np.all(np.abs(frequencies - probabilities) < 5 * deviation), frequencies


@pytest.mark.parametrize("kind", ["learned", "uniform"])
def test_learned_and_uniform_start_uniform(kind):
    np.testing.assert_allclose(Prior(5, kind).probabilities, [0.2] * 5, rtol=1e-6)


@pytest.mark.parametrize("scale", [1, 40])
def test_proportions_are_the_given_ones_up_to_their_sum(scale):
    prior = Prior(4, "proportions", proportions=PROPORTIONS * scale)
    np.testing.assert_allclose(prior.probabilities, PROPORTIONS, rtol=1e-5)


def test_only_a_learned_prior_is_trainable():
    assert len(Prior(4, "learned").trainable_variables) == 1
    for fixed in (Prior(4, "uniform"), Prior(4, "proportions", proportions=PROPORTIONS)):
        assert fixed.trainable_variables == []
        assert len(fixed.non_trainable_variables) == 1  # part of every checkpoint all the same


def test_samples_are_nearly_one_hot_points_of_the_simplex():
    samples = Prior(10).sample(DRAWS, SEED).numpy()
    assert samples.shape == (DRAWS, 10) and samples.dtype == np.float32
    assert samples.min() >= 0
    np.testing.assert_allclose(samples.sum(axis=1), 1, atol=1e-5)
    # With tau = 0.1 the largest entry is under 0.9 only if two Gumbel variates come within about
    # 0.22 of each other; the gap between the first and the second exceeds g with probability e^-g.
    assert np.mean(samples.max(axis=1) > 0.9) > 0.7
    assert np.mean(Prior(10, temperature=1.0).sample(DRAWS, SEED).numpy().max(axis=1) > 0.9) < 0.2


@pytest.mark.parametrize("draw", ["relaxed", "one_hot"])
def test_the_largest_entries_are_distributed_like_the_prior(draw):
    prior = Prior(4, "proportions", proportions=PROPORTIONS)
    tf.random.set_seed(0)
    one_hot = draw == "one_hot"
    samples = prior.sample_one_hot(DRAWS) if one_hot else prior.sample(DRAWS, SEED)
    _assert_close_to(_frequencies(samples.numpy()), PROPORTIONS)


def test_samples_follow_the_logits_as_they_are_now():
    prior = Prior(4)
    before = _frequencies(prior.sample(DRAWS, SEED).numpy())
    prior.logits.assign(np.log(PROPORTIONS))
    _assert_close_to(before, np.full(4, 0.25))
    _assert_close_to(_frequencies(prior.sample(DRAWS, SEED).numpy()), PROPORTIONS)


def test_the_sample_carries_a_gradient_to_the_learned_logits():
    prior = Prior(4)
    weights = tf.constant([1.0, -2.0, 0.5, 3.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(prior.sample(200, SEED) @ weights[:, tf.newaxis])
    gradient = tape.gradient(loss, prior.logits.value).numpy()
    # More of a code adds to the loss what the code weighs more than the others; adding one number
    # to all logits changes nothing.
    assert gradient[3] > 0 > gradient[1]
    assert gradient.sum() == pytest.approx(0, abs=1e-5)


def test_equal_seeds_draw_equal_codes_and_others_differ():
    prior = Prior(4)
    first, second = prior.sample(8, SEED), prior.sample(8, SEED)
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, prior.sample(8, SEED + 1))


def test_xla_draws_the_same_codes():
    prior = Prior(4)
    compiled = tf.function(lambda seed: prior.sample(8, seed), jit_compile=True)(SEED)
    np.testing.assert_allclose(compiled, prior.sample(8, SEED), atol=1e-4)


def test_hard_codes_are_one_hot_and_differ_from_call_to_call():
    prior = Prior(4)
    first, second = prior.sample_one_hot(64).numpy(), prior.sample_one_hot(64).numpy()
    assert first.dtype == np.float32
    np.testing.assert_array_equal(np.sort(first, axis=1), [[0, 0, 0, 1]] * 64)
    assert not np.array_equal(first, second)


def test_an_unknown_kind_is_a_programming_error():
    with pytest.raises(ValueError, match="kind must be one of learned, uniform, proportions"):
        Prior(4, "none")


def test_missing_proportions_are_refused_with_what_to_do():
    with pytest.raises(UsageError) as refusal:
        Prior(4, "proportions")
    assert str(refusal.value) == (
        "this method takes its prior from the true class proportions, but the data has no labels; "
        "choose a method with a learned or a uniform prior."
    )


@pytest.mark.parametrize(
    "proportions",
    [
        [0.5, 0.5],
        [0.5, 0.3, 0.2, 0.0],
        [0.7, 0.5, 0.1, -0.3],
        [float("nan")] * 4,
        [1.0, 1.0, 1.0, float("inf")],
    ],
)
def test_impossible_proportions_are_refused_with_what_came(proportions):
    with pytest.raises(UsageError) as refusal:
        Prior(4, "proportions", proportions=proportions)
    assert (
        str(refusal.value)
        == f"proportions must be 4 positive, finite numbers. Received: {proportions}"
    )
