"""The information loss and the entropy against NumPy."""

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.losses.information import entropy, information_loss

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]], np.float32)
CODE = np.array([[0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.05, 0.9, 0.05]], np.float32)


def test_the_target_is_the_codes_largest_entry():
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    expected = -np.log(probabilities[[0, 1, 2], [1, 2, 1]])
    loss = information_loss(tf.constant(LOGITS), tf.constant(CODE))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_a_q_that_knows_nothing_costs_log_k():
    loss = information_loss(tf.zeros([2, 10]), tf.one_hot([3, 9], 10))
    np.testing.assert_allclose(loss, [np.log(10)] * 2, rtol=1e-6)


def test_the_loss_does_not_reach_the_code_through_its_target():
    logits, code = tf.constant(LOGITS), tf.constant(CODE)
    with tf.GradientTape() as tape:
        tape.watch([logits, code])
        loss = information_loss(logits, code)
    to_logits, to_code = tape.gradient(loss, [logits, code])
    assert to_code is None
    assert np.any(to_logits.numpy() != 0)


def test_extreme_logits_give_finite_losses_and_gradients():
    logits = tf.constant([[1e4, -1e4, 0.0], [-1e30, 1e30, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = information_loss(logits, tf.one_hot([1, 0], 3))
    assert np.all(np.isfinite(loss)) and np.all(np.isfinite(tape.gradient(loss, logits)))


def test_entropy_counts_zero_log_zero_as_zero():
    rows = tf.constant([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(entropy(rows), [np.log(2), 0.0, np.log(3)], rtol=1e-6)
