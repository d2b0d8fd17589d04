"""Frechet distance, KID and diversity against closed forms and naive sums."""

import itertools

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.metrics.disentanglement import UNMATCHED
from elastic_infogan_tf.evaluation.metrics.quality import (
    frechet_distance,
    kernel_distance,
    relative_diversity,
)


def _normal(count, seed, mean=0.0, scale=1.0, size=3):
    return np.random.default_rng(seed).normal(mean, scale, (count, size))


def test_the_frechet_distance_of_equal_sets_is_zero():
    rows = _normal(50, 0)
    assert frechet_distance(rows, rows[::-1]) == pytest.approx(0, abs=1e-9)


def test_the_frechet_distance_of_a_shifted_and_stretched_copy_is_the_closed_form():
    rows = _normal(40, 1)
    # Mean moves by (1, 2, 3) after scaling by 2 about the mean: |shift|^2 + trace(S)(1 + 4 - 2*2).
    other = (rows - rows.mean(axis=0)) * 2 + rows.mean(axis=0) + np.array([1, 2, 3])
    expected = 14 + np.trace(np.cov(rows, rowvar=False))
    assert frechet_distance(rows, other) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(other, rows) == pytest.approx(expected, rel=1e-9)


def test_the_frechet_distance_stands_more_features_than_rows():
    first, second = _normal(5, 2, size=20), _normal(6, 3, size=20)
    assert np.isfinite(frechet_distance(first, second))


def test_the_kernel_distance_is_the_naive_unbiased_sum():
    first, second = _normal(6, 4), _normal(6, 5, mean=0.5)

    def kernel(x, y):
        return (x @ y / 3 + 1) ** 3

    pairs = list(itertools.permutations(range(6), 2))
    within = [np.mean([kernel(s[i], s[j]) for i, j in pairs]) for s in (first, second)]
    between = np.mean([kernel(x, y) for x in first for y in second])
    # Six rows are one whole subset, so every draw is the same sum in another order.
    assert kernel_distance(first, second, seed=0) == pytest.approx(sum(within) - 2 * between)


def test_the_kernel_distance_tells_other_from_equal_distributions():
    first = _normal(1500, 6)
    same = kernel_distance(first, _normal(1500, 7), seed=0)
    other = kernel_distance(first, _normal(1500, 8, mean=1.0), seed=0)
    assert abs(same) < 0.05 < 1 < other
    assert kernel_distance(first, _normal(1500, 7), seed=0) == same


def test_diversity_is_relative_to_the_matched_class():
    real = np.array([[0.0], [2.0], [10.0], [14.0]])
    labels = np.array([0, 0, 1, 1])
    # Code 0 is class 1: distance 1 against 4. Code 1 is class 0 and prints one image.
    features = np.array([[0.0], [1.0], [5.0], [5.0]])
    codes = np.array([0, 0, 1, 1])
    ratios = relative_diversity(features, codes, real, labels, np.array([1, 0]))
    assert ratios == [pytest.approx(0.25), 0.0]


def test_a_code_without_a_varied_class_has_no_diversity():
    real, labels = np.array([[0.0], [0.0], [3.0]]), np.array([0, 0, 1])
    features, codes = np.array([[0.0], [1.0]] * 3), np.array([0, 0, 1, 1, 2, 2])
    matched = np.array([0, 1, UNMATCHED])
    assert relative_diversity(features, codes, real, labels, matched) == [None, None, None]
