"""Nearest neighbours by cosine, and how near they are."""

import dataclasses
from collections.abc import Callable

import numpy as np
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
