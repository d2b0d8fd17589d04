"""The graph of neighbours: its edges, votes, and mutual information."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from elastic_infogan_tf.clustering import graph
from elastic_infogan_tf.clustering.graph import Neighbours, nearest, unit


def _rows(n, dim=4, seed=0):
    return unit(np.random.default_rng(seed).normal(size=(n, dim)))


def test_neighbours_are_those_of_largest_cosine_without_the_row_itself():
    rows = _rows(40)
    cosines = rows.astype(np.float64) @ rows.T
    np.fill_diagonal(cosines, -2)
    found = nearest(rows, 3)
    assert np.array_equal(found.rows, np.argsort(-cosines, axis=1)[:, :3])
    expected = np.exp((np.sort(cosines, axis=1)[:, :-4:-1] - 1) / 0.1)
    assert found.weights == pytest.approx(expected, rel=1e-4)


def test_queries_may_be_other_rows_and_the_hook_is_called():
    rows, calls = _rows(40), []
    found = nearest(rows[:30], 2, rows[30:], lambda: calls.append(1))
    cosines = rows[30:].astype(np.float64) @ rows[:30].T
    assert np.array_equal(found.rows, np.argsort(-cosines, axis=1)[:, :2])
    assert calls


def test_only_directions_count():
    rows = np.random.default_rng(0).normal(size=(20, 2, 3))
    stretched = rows * np.arange(1, 21)[:, None, None]
    assert unit(stretched) == pytest.approx(unit(rows).astype(np.float64), abs=1e-6)
    assert np.array_equal(unit(np.zeros((2, 3))), np.zeros((2, 3)))


def test_an_edge_that_one_end_alone_knows_weighs_half():
    found = Neighbours(np.array([[1], [2], [1]]), np.array([[0.4], [0.8], [0.8]]))
    edges = graph.from_neighbours(found).toarray()
    assert edges == pytest.approx(np.array([[0, 0.2, 0], [0.2, 0, 0.8], [0, 0.8, 0]]))
    between = graph.weights_between(graph.from_neighbours(found), np.array([0, 0, 1]), 2)
    assert between == pytest.approx(np.array([[0.4, 0.8], [0.8, 0]]))


def test_votes_of_those_who_have_a_label():
    found = Neighbours(np.array([[1, 2], [0, 2], [0, 1]]), np.array([[3.0, 1.0]] * 3))
    shares = graph.shares(found, np.array([0, 1, 1]), 2)
    assert shares == pytest.approx(np.array([[0, 1], [0.75, 0.25], [0.75, 0.25]]))
    counted = graph.votes(graph.from_neighbours(found), np.array([-1, 1, -1]), 2)
    assert counted[:, 0].tolist() == [0, 0, 0] and counted[1, 1] == 0 < counted[0, 1]


def test_mutual_information_is_that_of_the_labels_at_the_edges_ends():
    rng = np.random.default_rng(1)
    found = Neighbours(np.stack([rng.choice(30, 4, replace=False) for _ in range(30)]), None)
    labels = rng.integers(3, size=30)
    ones = Neighbours(found.rows, np.ones((30, 4)))
    between = graph.weights_between(graph.from_neighbours(ones), labels, 3)
    ends = np.repeat(labels, 4), labels[found.rows.ravel()]
    both_ways = np.concatenate(ends), np.concatenate(ends[::-1])
    assert graph.mutual_information(between) == pytest.approx(mutual_info_score(*both_ways))
