"""JointVAE's terms against NumPy and numbers worked out by hand."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from elastic_infogan_tf.losses.variational import (
    bernoulli_reconstruction,
    capacity,
    categorical_kl,
    gaussian_kl,
)


def test_the_reconstruction_is_the_bernoulli_log_likelihood():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 2, 2, 1))
    images = rng.uniform(size=(3, 2, 2, 1))
    p = 1 / (1 + np.exp(-logits))
    expected = -(images * np.log(p) + (1 - images) * np.log(1 - p)).sum(axis=(1, 2, 3))
    loss = bernoulli_reconstruction(tf.constant(logits), tf.constant(images))
    assert loss.shape == (3,)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


def test_a_grey_guess_costs_log_2_a_pixel():
    loss = bernoulli_reconstruction(tf.zeros([2, 4, 5, 3]), tf.ones([2, 4, 5, 3]))
    np.testing.assert_allclose(loss, [60 * np.log(2)] * 2, rtol=1e-6)


def test_the_gaussian_kl_is_the_integral():
    """Against numeric integration of p log(p / q), latent by latent."""
    mean, log_variance = np.array([[0.5, -1.0]]), np.array([[0.2, -0.7]])
    x = np.linspace(-12, 12, 200_001)
    expected = 0.0
    for m, v in zip(mean[0], np.exp(log_variance[0]), strict=True):
        p = scipy.stats.norm(m, np.sqrt(v))
        expected += np.trapezoid(p.pdf(x) * (p.logpdf(x) - scipy.stats.norm.logpdf(x)), x)
    kl = gaussian_kl(tf.constant(mean), tf.constant(log_variance))
    np.testing.assert_allclose(kl, [expected], rtol=1e-6)
    np.testing.assert_allclose(gaussian_kl(tf.zeros([4, 3]), tf.zeros([4, 3])), np.zeros(4))


def test_the_categorical_kl_is_the_naive_sum():
    logits = np.random.default_rng(1).normal(size=(4, 5))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = [sum(q * np.log(q * 5) for q in row) for row in p]
    np.testing.assert_allclose(categorical_kl(tf.constant(logits)), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("logits", "expected"), [([0.0] * 8, 0.0), ([0.0] * 7 + [99.0], np.log(8))]
)
def test_the_categorical_kl_runs_from_a_uniform_to_a_certain_code(logits, expected):
    np.testing.assert_allclose(categorical_kl(tf.constant([logits])), [expected], atol=1e-6)


@pytest.mark.parametrize(
    ("step", "expected"), [(0, 0.0), (5_000, 1.0), (25_000, 5.0), (60_000, 5.0)]
)
def test_the_capacity_grows_to_its_largest_and_stays(step, expected):
    value = capacity(tf.constant(step, tf.int64), 5.0, 25_000)
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, expected, rtol=1e-6)
