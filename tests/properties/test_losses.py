"""What holds of losses, prior and metrics whatever goes in."""

import math

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.losses.adversarial import discriminator_loss, generator_loss
from elastic_infogan_tf.losses.contrastive import nt_xent, positive_pairs
from elastic_infogan_tf.losses.information import entropy, information_loss
from elastic_infogan_tf.models.prior import Prior

FEATURE = st.floats(-100, 100, width=32).filter(lambda value: abs(value) > 1e-3)
TEMPERATURES = st.floats(0.05, 5.0)
SEEDS = st.integers(0, 2**31 - 1)


def _pairs():
    shape = st.tuples(st.integers(1, 6), st.integers(1, 5))
    return shape.flatmap(
        lambda size: st.tuples(*[arrays.arrays(np.float32, size, elements=FEATURE)] * 2)
    )


@given(_pairs(), TEMPERATURES)
@settings(deadline=None)
def test_nt_xent_is_bounded_and_blind_to_lengths_and_order(pairs, temperature):
    features, partners = pairs
    loss = nt_xent(tf.constant(features), tf.constant(partners), temperature).numpy()
    negatives = 2 * len(features) - 2
    assert (loss >= -1e-5).all()
    # The worst: the positive opposite, every negative the same.
    assert (loss <= math.log1p(negatives * math.exp(2 / temperature)) + 1e-3).all()
    longer = nt_xent(tf.constant(3 * features), tf.constant(partners / 7), temperature).numpy()
    np.testing.assert_allclose(longer, loss, atol=1e-3, rtol=1e-3)
    order = np.arange(len(features))[::-1]
    turned = nt_xent(tf.constant(features[order]), tf.constant(partners[order]), temperature)
    np.testing.assert_allclose(turned.numpy()[order], loss, atol=1e-3, rtol=1e-3)
    swapped = nt_xent(tf.constant(partners), tf.constant(features), temperature).numpy()
    np.testing.assert_allclose(swapped, loss, atol=1e-3, rtol=1e-3)


@given(_pairs(), TEMPERATURES)
@settings(deadline=None)
def test_the_pull_alone_knows_nothing_of_other_images(pairs, temperature):
    features, partners = map(tf.constant, pairs)
    together = positive_pairs(features, partners, temperature).numpy()
    alone = [
        positive_pairs(features[i : i + 1], partners[i : i + 1], temperature).numpy()[0]
        for i in range(len(together))
    ]
    np.testing.assert_allclose(together, alone, atol=1e-4, rtol=1e-4)


LOGITS = arrays.arrays(np.float32, st.tuples(st.integers(1, 8), st.just(1)), elements=FEATURE)


@given(LOGITS)
@settings(deadline=None)
def test_adversarial_losses_are_never_below_0_and_d_wants_what_g_does_not(logits):
    real, fake = tf.constant(logits), tf.constant(-logits)
    assert np.min(generator_loss(fake)) >= 0 and np.min(discriminator_loss(real, fake)) >= 0
    more = tf.constant(-logits + 1)
    assert np.all(np.asarray(generator_loss(more)) <= np.asarray(generator_loss(fake)) + 1e-5)
    worse = np.mean(discriminator_loss(real, more)) - np.mean(discriminator_loss(real, fake))
    assert worse >= -1e-5


@given(st.integers(2, 12), st.integers(1, 6), SEEDS)
@settings(deadline=None, max_examples=40)
def test_information_loss_is_0_for_a_sure_and_right_q_and_entropy_at_most_log_k(codes, n, seed):
    rng = np.random.default_rng(seed)
    code = np.eye(codes, dtype=np.float32)[rng.integers(0, codes, n)]
    sure = information_loss(tf.constant(100 * code), tf.constant(code))
    np.testing.assert_allclose(np.mean(sure), 0, atol=1e-4)
    flat = information_loss(tf.zeros([n, codes]), tf.constant(code))
    np.testing.assert_allclose(np.mean(flat), math.log(codes), rtol=1e-4)
    shares = rng.dirichlet(np.ones(codes)).astype(np.float32)
    assert -1e-5 <= float(entropy(tf.constant(shares))) <= math.log(codes) + 1e-4


@given(st.integers(2, 20), TEMPERATURES, SEEDS, st.data())
@settings(deadline=None, max_examples=40)
def test_relaxed_codes_lie_on_the_simplex_and_hard_ones_at_its_corners(k, temperature, seed, data):
    shares = data.draw(st.lists(st.floats(1e-3, 1), min_size=k, max_size=k))
    prior = Prior(k, "proportions", temperature, np.array(shares))
    np.testing.assert_allclose(prior.probabilities, np.array(shares) / sum(shares), rtol=1e-4)
    drawn = prior.sample(5, tf.constant([seed, 3]))
    assert np.isfinite(drawn).all() and np.min(drawn) >= 0
    np.testing.assert_allclose(np.sum(drawn, axis=1), 1, rtol=1e-4)
    np.testing.assert_array_equal(drawn, prior.sample(5, tf.constant([seed, 3])))
    hard = prior.sample_one_hot(tf.constant(5)).numpy()
    assert (np.sort(hard, axis=1)[:, :-1] == 0).all() and (hard.max(axis=1) == 1).all()


TABLES = st.tuples(st.integers(2, 6), st.integers(2, 6)).flatmap(
    lambda shape: arrays.arrays(np.int64, shape, elements=st.integers(0, 30))
)


@given(TABLES.filter(lambda table: (table.sum(axis=1) > 0).all()), st.randoms())
def test_scores_are_bounded_and_blind_to_what_codes_are_called(table, random):
    nmi, ent = disentanglement.nmi(table), disentanglement.ent(table)
    purity, accuracy = disentanglement.purity(table), disentanglement.matched_accuracy(table)
    assert -1e-9 <= nmi <= 1 + 1e-9
    assert -1e-9 <= ent <= math.log(max(table.shape)) + 1e-9
    assert accuracy - 1e-9 <= purity <= 1
    order = list(range(len(table)))
    random.shuffle(order)
    renamed = table[order]
    np.testing.assert_allclose(disentanglement.nmi(renamed), nmi, atol=1e-9)
    np.testing.assert_allclose(disentanglement.ent(renamed), ent, atol=1e-9)
    np.testing.assert_allclose(disentanglement.matched_accuracy(renamed), accuracy, atol=1e-9)


@given(st.integers(2, 8), st.integers(1, 50))
def test_a_one_to_one_table_is_perfect(size, count):
    table = count * np.eye(size, dtype=np.int64)[::-1]
    found = disentanglement.nmi(table), disentanglement.matched_accuracy(table)
    np.testing.assert_allclose(found, 1, atol=1e-9)
    assert abs(disentanglement.ent(table)) < 1e-9
