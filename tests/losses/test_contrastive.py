"""NT-Xent against the published sum in three loops, closed forms and symmetries."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.losses.contrastive import nt_xent, one_replica, positive_pairs

PAIRS = 6


def _features(seed=0, width=5):
    return np.random.default_rng(seed).normal(size=(2, PAIRS, width)).astype(np.float32)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
def test_it_is_the_published_sum(naive_nt_xent, temperature):
    features, partners = _features()
    loss = nt_xent(tf.constant(features), tf.constant(partners), temperature)
    assert loss.shape == (PAIRS,) and loss.dtype == tf.float32
    np.testing.assert_allclose(loss, naive_nt_xent(features, partners, temperature), rtol=1e-4)


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_identical_embeddings_cost_the_log_of_the_number_of_others(count, temperature):
    same = tf.ones([count, 3]) * tf.constant([1.0, -2.0, 0.5])
    np.testing.assert_allclose(
        nt_xent(same, same, temperature), [np.log(2 * count - 1)] * count, rtol=1e-5, atol=1e-6
    )


def test_orthogonal_pairs_have_a_closed_form():
    """Positives at cosine 1, the 2N - 2 negatives at cosine 0."""
    basis = tf.eye(4)
    expected = -np.log(np.exp(2) / (np.exp(2) + 6))
    np.testing.assert_allclose(nt_xent(basis, basis, 0.5), [expected] * 4, rtol=1e-5)


def test_images_and_transforms_are_exchangeable():
    features, partners = map(tf.constant, _features())
    np.testing.assert_allclose(
        nt_xent(features, partners, 0.5), nt_xent(partners, features, 0.5), rtol=1e-5
    )


def test_a_pairs_loss_goes_with_it_through_a_permutation():
    features, partners = _features()
    order = np.random.default_rng(1).permutation(PAIRS)
    np.testing.assert_allclose(
        nt_xent(tf.constant(features[order]), tf.constant(partners[order]), 0.5),
        nt_xent(tf.constant(features), tf.constant(partners), 0.5).numpy()[order],
        rtol=1e-5,
    )


def test_lengths_do_not_matter():
    features, partners = _features()
    lengths = np.random.default_rng(2).uniform(0.1, 50, (2, PAIRS, 1)).astype(np.float32)
    np.testing.assert_allclose(
        nt_xent(tf.constant(features * lengths[0]), tf.constant(partners * lengths[1]), 0.5),
        nt_xent(tf.constant(features), tf.constant(partners), 0.5),
        rtol=1e-4,
    )


def test_two_replicas_compute_the_halves_of_the_global_loss():
    features, partners = map(tf.constant, _features())
    seen = []

    def remember(rows):
        seen.append(rows)
        return one_replica(rows)

    whole = nt_xent(features, partners, 0.5, gather=remember)
    halves = []
    for first in (0, PAIRS // 2):

        def gather(rows, first=first):
            np.testing.assert_array_equal(rows, seen[0][first : first + PAIRS // 2])
            return seen[0], tf.constant(first)

        part = slice(first, first + PAIRS // 2)
        halves.append(nt_xent(features[part], partners[part], 0.5, gather=gather))
    np.testing.assert_allclose(tf.concat(halves, 0), whole, rtol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_gradient_is_the_naive_losss(naive_nt_xent, jit_compile):
    """By central differences of the loops, compiled and not: masking itself leaves no NaN."""
    values = _features(width=2)

    @tf.function(jit_compile=jit_compile)
    def gradient(both):
        with tf.GradientTape() as tape:
            tape.watch(both)
            loss = tf.reduce_sum(nt_xent(both[0], both[1], 0.5))
        return tape.gradient(loss, both)

    result = gradient(tf.constant(values)).numpy()
    for position in [(0, 0, 0), (0, 3, 1), (1, 2, 0), (1, 5, 1)]:
        step = np.zeros(values.shape)
        step[position] = 1e-4
        above = naive_nt_xent(*(values + step), 0.5).sum()
        below = naive_nt_xent(*(values - step), 0.5).sum()
        assert result[position] == pytest.approx((above - below) / 2e-4, rel=1e-3, abs=1e-4)


def test_zero_and_huge_features_give_finite_losses_and_gradients():
    features = tf.constant([[0.0, 0.0], [1e15, 1e15], [1.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(features)
        loss = nt_xent(features, features + 1.0, 0.05)
    assert np.all(np.isfinite(loss)) and np.all(np.isfinite(tape.gradient(loss, features)))


def test_positive_pairs_pull_along_the_cosine_alone():
    features, partners = _features()
    cosines = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for a, b in zip(features, partners, strict=True)
    ]
    loss = positive_pairs(tf.constant(features), tf.constant(partners), 0.5)
    np.testing.assert_allclose(loss, (1 - np.array(cosines)) / 0.5, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        positive_pairs(features, 3 * features, 0.5), np.zeros(PAIRS), atol=1e-6
    )
    np.testing.assert_allclose(
        positive_pairs(features, -features, 0.5), np.full(PAIRS, 4), rtol=1e-6
    )


def test_positive_pairs_are_nt_xents_numerator():
    """What is left of the gradient when the denominator is taken away."""
    features, partners = map(tf.constant, _features())
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(features)
        units = [tf.math.l2_normalize(rows, axis=-1) for rows in (features, partners)]
        numerator = -tf.reduce_sum(units[0] * units[1]) / 0.5
        pull = tf.reduce_sum(positive_pairs(features, partners, 0.5))
    np.testing.assert_allclose(
        tape.gradient(pull, features), tape.gradient(numerator, features), atol=1e-6
    )


def test_images_of_one_burst_are_not_pushed_apart():
    rng = np.random.default_rng(3)
    features, partners = rng.normal(size=(2, 5, 4)).astype(np.float32)
    bursts = np.array([0, 1, 0, 2, 1])
    units = np.stack([features, partners], axis=1)
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    expected = []
    for i in range(5):
        terms = []
        for view in range(2):
            anchor = units[i, view]
            pull = np.exp(anchor @ units[i, 1 - view] / 0.5)
            push = sum(
                np.exp(anchor @ units[k, other] / 0.5)
                for k in range(5)
                for other in range(2)
                if bursts[k] != bursts[i]
            )
            terms.append(-np.log(pull / (pull + push)))
        expected.append(np.mean(terms))
    loss = nt_xent(tf.constant(features), tf.constant(partners), 0.5, bursts=tf.constant(bursts))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    alone = nt_xent(tf.constant(features), tf.constant(partners), 0.5, bursts=tf.range(5))
    plain = nt_xent(tf.constant(features), tf.constant(partners), 0.5)
    np.testing.assert_array_equal(alone, plain)
