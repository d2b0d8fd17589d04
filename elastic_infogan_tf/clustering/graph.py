"""The graph of nearest neighbours: weights between groups of its nodes, votes, information."""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

# How fast a neighbour's weight falls with its angle: by e for a cosine that is less by this. Half
# of the temperature of the contrastive loss that makes the features.
_TEMPERATURE = 0.1
_BLOCK = 65_536  # queries between two calls of the hook


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """The nearest stored rows of some queries.

    Attributes:
        rows: int32 `[q, k]`, the nearest first.
        weights: float32 `[q, k]` in (0, 1], of each: `exp((cosine - 1) / 0.1)`.
    """

    rows: np.ndarray
    weights: np.ndarray

    def first(self, count: int) -> "Neighbours":
        """Returns the `count` nearest of each query."""
        return Neighbours(self.rows[:, :count], self.weights[:, :count])


def unit(features: np.ndarray) -> np.ndarray:
    """Returns rows of length 1, float32 `[n, d]`; a row of zeros stays one.

    Args:
        features: float `[n, ...]`, flattened here.
    """
    rows = np.asarray(features, np.float32).reshape(len(features), -1)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def weights_of(cosines: np.ndarray) -> np.ndarray:
    """Returns the weight of a neighbour at a cosine, in (0, 1]."""
    return np.exp((np.minimum(cosines, 1) - 1) / _TEMPERATURE)


def nearest(
    stored: np.ndarray,
    count: int,
    queries: np.ndarray | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Neighbours:
    """Finds the stored rows with the largest cosine.

    Args:
        stored: float `[n, d]`, rows of length 1: their Euclidean order is the cosine's.
        count: k, 1 to n; without queries to n - 1.
        queries: float `[q, d]`, rows of length 1; None: every stored row, which is then not a
            neighbour of itself.
        progress: called between blocks of queries.
    """
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(stored)
    if queries is None:
        return _found(*search.kneighbors())
    blocks = []
    for start in range(0, len(queries), _BLOCK):
        progress()
        blocks.append(_found(*search.kneighbors(queries[start : start + _BLOCK])))
    return Neighbours(
        np.concatenate([block.rows for block in blocks]),
        np.concatenate([block.weights for block in blocks]),
    )


def _found(distances: np.ndarray, rows: np.ndarray) -> Neighbours:
    weights = weights_of(1 - np.square(distances, dtype=np.float64) / 2)
    return Neighbours(rows.astype(np.int32), weights.astype(np.float32))


def from_neighbours(neighbours: Neighbours) -> sparse.csr_matrix:
    """Returns the symmetric graph of neighbours, float64 `[n, n]`.

    An edge has its weight where both ends are among the other's nearest, half of it where only one
    is.

    Args:
        neighbours: of n rows among themselves, no row its own neighbour.
    """
    directed = _directed(neighbours, len(neighbours.rows))
    return ((directed + directed.T) / 2).tocsr()


def weights_between(edges: sparse.csr_matrix, labels: np.ndarray, num_labels: int) -> np.ndarray:
    """Returns the sums of the edges' weights between groups of nodes, `[num_labels, num_labels]`.

    Within a group every edge counts from both of its ends.

    Args:
        edges: symmetric `[n, n]`.
        labels: int `[n]` in `[0, num_labels)`.
        num_labels: how many groups there are.
    """
    return (_membership(labels, num_labels).T @ votes(edges, labels, num_labels)).astype(np.float64)


def votes(edges: sparse.csr_matrix, labels: np.ndarray, num_labels: int) -> np.ndarray:
    """Returns the weight of each node's neighbours in each group, `[n, num_labels]`.

    Args:
        edges: `[n, m]`, from those who ask to those who vote.
        labels: int `[m]` in `[0, num_labels)`; negative: has no vote.
        num_labels: how many groups there are.
    """
    return (edges @ _membership(labels, num_labels)).toarray()


def shares(neighbours: Neighbours, labels: np.ndarray, num_labels: int) -> np.ndarray:
    """Returns the share of each query's neighbours in each group, by weight, `[q, num_labels]`.

    Args:
        neighbours: the queries' neighbours among m stored rows.
        labels: int `[m]` in `[0, num_labels)`, of the stored rows.
        num_labels: how many groups there are.
    """
    counted = votes(_directed(neighbours, len(labels)), labels, num_labels)
    return counted / counted.sum(axis=1, keepdims=True)


def mutual_information(between: np.ndarray) -> float:
    """Returns the mutual information of the clusters at an edge's two ends, nats.

    It says how well a point's cluster is known from a neighbour's: 0 where neighbours say nothing,
    at most the entropy of the clusters' sizes.

    Args:
        between: float `[K, K]` of `weights_between`, not all zero.
    """
    joint = between / between.sum()
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    met = joint > 0
    return float(np.sum(joint[met] * np.log(joint[met] / independent[met])))


def _directed(neighbours: Neighbours, stored: int) -> sparse.csr_matrix:
    queries, count = neighbours.rows.shape
    ends = np.arange(0, queries * count + 1, count)
    weights = neighbours.weights.astype(np.float64).ravel()
    return sparse.csr_matrix((weights, neighbours.rows.ravel(), ends), (queries, stored))


def _membership(labels: np.ndarray, num_labels: int) -> sparse.csr_matrix:
    """Returns `[n, num_labels]` with a 1 in each row that has a label, in its column."""
    labelled = labels >= 0
    ends = np.concatenate([[0], np.cumsum(labelled)])
    ones = np.ones(ends[-1])
    return sparse.csr_matrix((ones, labels[labelled], ends), (len(labels), num_labels))
