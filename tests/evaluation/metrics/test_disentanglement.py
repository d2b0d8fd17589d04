"""NMI, ENT and the matching against tables worked out by hand."""

import numpy as np
import pytest

from elastic_infogan_tf.evaluation.metrics.disentanglement import (
    UNMATCHED,
    contingency_table,
    ent,
    frequent_classes,
    frequent_shares,
    match_codes,
    matched_accuracy,
    missing_classes,
    nmi,
    prior_rmse,
    purity,
    total_variation,
)

PERFECT = np.eye(4, dtype=int)[[2, 0, 3, 1]] * 1000
USELESS = np.full((4, 4), 250)
COLLAPSED = np.eye(4, dtype=int)[[1, 1, 1, 1]] * 1000


def test_the_table_counts_each_pair():
    table = contingency_table(np.array([0, 0, 1, 0]), np.array([2, 2, 0, 1]), 2, 3)
    assert table.tolist() == [[0, 1, 2], [1, 0, 0]]


@pytest.mark.parametrize(("table", "expected"), [(PERFECT, 1.0), (USELESS, 0.0), (COLLAPSED, 0.0)])
def test_nmi_of_a_perfect_a_useless_and_a_collapsed_generator(table, expected):
    assert nmi(table) == pytest.approx(expected, abs=1e-12)


def test_nmi_of_a_merged_pair_by_hand():
    # Codes 0 and 1 draw class 0; code 2 draws classes 1 and 2 half and half. All of code's
    # information about the class is knowing 0 from {1, 2}: I = H(1/3), over the mean entropy.
    table = np.array([[100, 0, 0], [100, 0, 0], [0, 50, 50]])
    information = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    codes = np.log(3)
    classes = -(2 / 3 * np.log(2 / 3) + 2 * 1 / 6 * np.log(1 / 6))
    assert nmi(table) == pytest.approx(information / ((codes + classes) / 2), abs=1e-12)


@pytest.mark.parametrize(
    ("table", "expected", "missing"),
    [
        (PERFECT, 0.0, 0),
        (USELESS, np.log(4), 0),
        # Four rows of one class each and one column of four equal codes; three columns left out.
        (COLLAPSED, np.log(4) / 5, 3),
    ],
)
def test_ent_of_a_perfect_a_useless_and_a_collapsed_generator(table, expected, missing):
    assert ent(table) == pytest.approx(expected, abs=1e-12)
    assert missing_classes(table) == missing


def test_ent_leaves_out_the_class_that_was_never_generated():
    # Rows: 0, log 2; columns with images: (100, 50) and (50), the third is empty.
    table = np.array([[100, 0, 0], [50, 50, 0]])
    column = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    assert ent(table) == pytest.approx((0 + np.log(2) + column + 0) / 4, abs=1e-12)
    assert missing_classes(table) == 1


def test_the_matching_is_the_best_one_not_the_greedy_one():
    # Greedy takes 10 at (0, 0) and is left with 0; the best is 9 + 8.
    table = np.array([[10, 9], [8, 0]])
    assert match_codes(table).tolist() == [1, 0]
    assert matched_accuracy(table) == pytest.approx(17 / 27)


def test_codes_beyond_the_classes_are_unmatched():
    assert match_codes(np.array([[5, 0], [6, 0], [0, 7]])).tolist() == [UNMATCHED, 0, 1]


def test_the_prior_is_compared_under_the_matching():
    # Code 0 is class 1 (.6 against .5), code 1 is class 0 (.4 against .5).
    pair = np.array([1, 0]), [0.6, 0.4], [0.5, 0.5]
    assert total_variation(*pair) == pytest.approx(0.1)
    assert prior_rmse(*pair) == pytest.approx(0.1)
    equal = np.array([1, 0]), [0.3, 0.7], [0.7, 0.3]
    assert (total_variation(*equal), prior_rmse(*equal)) == pytest.approx((0, 0))
    assert total_variation(np.array([0, 1]), [0.3, 0.7], [0.7, 0.3]) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("table", "expected"),
    [([[3, 0], [0, 5]], 1.0), ([[2, 2], [2, 2]], 0.5), ([[3, 1], [0, 0], [2, 4]], 0.7)],
)
def test_purity_of_a_perfect_a_useless_and_an_ordinary_table(table, expected):
    assert purity(np.array(table)) == pytest.approx(expected)


def test_what_has_no_partner_is_compared_with_nothing():
    # Code 2 has no class: .2 against 0.
    spare = np.array([0, 1, UNMATCHED]), [0.5, 0.3, 0.2], [0.5, 0.5]
    assert total_variation(*spare) == pytest.approx((0 + 0.2 + 0.2) / 2)
    assert prior_rmse(*spare) == pytest.approx(np.sqrt((0.04 + 0.04) / 3))
    # Class 1 has no code: 0 against .5.
    assert total_variation(np.array([0]), [1.0], [0.5, 0.5]) == pytest.approx(0.5)


def test_a_code_is_called_by_its_most_frequent_class_whatever_it_is_matched_to():
    table = np.array([[9, 1], [6, 2], [0, 0]])
    assert match_codes(table).tolist() == [0, 1, UNMATCHED]  # code 1 gets a class of few of its
    assert frequent_classes(table).tolist() == [0, 0, UNMATCHED]
    assert frequent_shares(table) == (0.9, 0.75, None)
