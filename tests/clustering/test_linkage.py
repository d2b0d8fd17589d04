"""Agglomeration of a graph's nodes, against a loop that looks at all pairs."""

import numpy as np
import pytest

from elastic_infogan_tf.clustering.linkage import cut, link


def _graph(nodes, seed=0):
    weights = np.random.default_rng(seed).uniform(size=(nodes, nodes))
    return weights + weights.T


def _naive(weights, power, num_groups):
    """Groups of nodes, merged by the similarity of their members' edges."""
    groups = [{node} for node in range(len(weights))]

    def degree(group):
        return sum(weights[i].sum() for i in group)

    def similarity(pair):
        a, b = pair
        between = sum(weights[i, j] for i in a for j in b)
        return between / (degree(a) * degree(b)) ** power

    while len(groups) > num_groups:
        pairs = [(a, b) for i, a in enumerate(groups) for b in groups[i + 1 :]]
        a, b = max(pairs, key=similarity)
        groups = [group for group in groups if group not in (a, b)] + [a | b]
    return {frozenset(group) for group in groups}


def _sets(labels):
    return {frozenset(np.flatnonzero(labels == label)) for label in np.unique(labels)}


@pytest.mark.parametrize("power", [0.5, 0.75, 1.0])
def test_merges_are_those_of_the_naive_loop(power):
    weights = _graph(14)
    merges = link(weights, power)
    for num_groups in range(1, 15):
        labels = cut(merges, np.ones(14, int), num_groups, least=1)
        assert _sets(labels) == _naive(weights, power, num_groups)


def test_nodes_without_edges_are_merged_too():
    weights = np.zeros((5, 5))
    weights[0, 1] = weights[1, 0] = 1
    labels = cut(link(weights, 1.0), np.ones(5, int), 4, least=1)
    assert labels[0] == labels[1] and len(np.unique(labels)) == 4


def test_small_groups_are_outliers_and_take_no_place():
    merges, sizes = np.array([[0, 1], [2, 3], [0, 2], [0, 4]]), np.array([10, 10, 10, 10, 1])
    assert cut(merges, sizes, 2, least=5).tolist() == [0, 0, 1, 1, -1]
    assert cut(merges, sizes, 3, least=1).tolist() == [0, 0, 1, 1, 2]
    # There are no three groups of 15: the number that is asked for counts more than the size.
    assert cut(merges, sizes, 3, least=15).tolist() == [0, 0, 1, 2, -1]
