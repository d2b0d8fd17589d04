"""1-NN accuracy of Q's features, and nearest neighbours to look at (published)."""

import dataclasses

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """Nearest neighbours by cosine distance of queries in an 80/20 split of real images.

    Attributes:
        queries: int `[q]`, which images are the queries (20 %).
        neighbours: int `[q, k]`, the images of the other 80 % nearest to each, nearest first.
    """

    queries: np.ndarray
    neighbours: np.ndarray


def find_neighbours(features: np.ndarray, count: int, seed: int) -> Neighbours:
    """Splits images 80/20 and looks up the neighbours of the 20 % among the 80 %.

    Args:
        features: float `[n, ...]`, flattened here; n is 5 or more.
        count: neighbours per query; fewer where the 80 % are fewer.
        seed: of the split.
    """
    # On unit vectors the Euclidean order is the cosine order, and scikit-learn's fast search has
    # only the Euclidean one.
    units = normalize(features.reshape(len(features), -1))
    stored, queries = train_test_split(np.arange(len(units)), test_size=0.2, random_state=seed)
    search = NearestNeighbors(n_neighbors=min(count, len(stored)), algorithm="brute")
    search.fit(units[stored])
    found = search.kneighbors(units[queries], return_distance=False)
    return Neighbours(queries, stored[found])


def accuracy(labels: np.ndarray, found: Neighbours) -> float:
    """Returns how often the nearest neighbour has the query's label, in [0, 1] (published).

    Args:
        labels: int `[n]`, of all images.
        found: their neighbours.
    """
    return float(np.mean(labels[found.queries] == labels[found.neighbours[:, 0]]))


def labelled_queries(labels: np.ndarray, found: Neighbours) -> int:
    """Returns how many queries that accuracy is a mean over."""
    return len(labels[found.queries])
