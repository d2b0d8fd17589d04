"""The adversarial losses against binary cross-entropy in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.losses import adversarial

REAL = np.array([-3.0, -0.5, 0.0, 2.0], np.float32)
FAKE = np.array([1.5, 0.0, -4.0, 0.25], np.float32)
EXTREME = tf.constant([-1e30, -1e4, -100.0, 0.0, 100.0, 1e4, 1e30])


def _bce(logits, target):
    probability = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return -target * np.log(probability) - (1 - target) * np.log(1 - probability)


def test_the_discriminator_wants_real_to_be_one_and_generated_to_be_zero():
    loss = adversarial.discriminator_loss(tf.constant(REAL), tf.constant(FAKE))
    np.testing.assert_allclose(loss, _bce(REAL, 1) + _bce(FAKE, 0), rtol=1e-5)


def test_the_generator_wants_generated_to_be_one():
    loss = adversarial.generator_loss(tf.constant(FAKE))
    np.testing.assert_allclose(loss, _bce(FAKE, 1), rtol=1e-5)


def test_an_undecided_discriminator_costs_log_2_per_term():
    undecided = tf.zeros([3])
    np.testing.assert_allclose(
        adversarial.discriminator_loss(undecided, undecided), [2 * np.log(2)] * 3, rtol=1e-6
    )
    np.testing.assert_allclose(adversarial.generator_loss(undecided), [np.log(2)] * 3, rtol=1e-6)


@pytest.mark.parametrize(
    "loss",
    [adversarial.generator_loss, lambda x: adversarial.discriminator_loss(x, x)],
    ids=["generator", "discriminator"],
)
def test_extreme_logits_give_finite_losses_and_gradients(loss):
    with tf.GradientTape() as tape:
        tape.watch(EXTREME)
        values = loss(EXTREME)
    gradient = tape.gradient(values, EXTREME)
    assert np.all(np.isfinite(values)) and np.all(np.isfinite(gradient))


def test_a_caught_generator_still_gets_its_full_gradient():
    """Non-saturating: where D is sure of the fake, the gradient is -1 and not 0."""
    sure = tf.constant([-50.0])
    with tf.GradientTape() as tape:
        tape.watch(sure)
        loss = adversarial.generator_loss(sure)
    np.testing.assert_allclose(tape.gradient(loss, sure), [-1.0], rtol=1e-6)


def test_accuracy_counts_a_logit_of_zero_as_generated():
    real, fake = adversarial.accuracy(tf.constant(REAL), tf.constant(FAKE))
    assert real.dtype == fake.dtype == tf.float32
    np.testing.assert_array_equal(real, [0, 0, 0, 1])
    np.testing.assert_array_equal(fake, [0, 1, 1, 0])
