"""How good and how varied generated images are, on the evaluation classifier's features (ours).

The paper has no such metric: NMI and ENT alone cannot tell a generator of many images from one
that prints the same image for each code. Distances on another network's features are not comparable
with the usual Inception-based ones, hence the names. Features are float `[n, d]`, n is 2 or more.
"""

import functools
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from elastic_infogan_tf.evaluation.metrics.disentanglement import UNMATCHED

_KID_SUBSETS = 10
_KID_SUBSET_SIZE = 1000
_DIVERSITY_SIZE = 500


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Returns the Frechet distance of two sets of features, each taken as a Gaussian.

    `|m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2))`, 0 or more (Heusel et al. 2017).
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    covariances = [np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (first, second)]
    values, vectors = np.linalg.eigh(covariances[0])
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    # S1 S2 has the eigenvalues of the symmetric root S2 root, found without complex noise.
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    shift = np.sum((first.mean(axis=0) - second.mean(axis=0)) ** 2)
    spread = np.trace(covariances[0]) + np.trace(covariances[1])
    return float(max(shift + spread - 2 * np.sum(np.sqrt(np.maximum(product, 0.0))), 0.0))


def kernel_distance(first: np.ndarray, second: np.ndarray, seed: int) -> float:
    """Returns the kernel distance (KID): the unbiased MMD^2 of two sets of features.

    The kernel is `(x.y / d + 1)^3`; the mean over 10 random subsets of up to 1,000 rows of each
    (Binkowski et al. 2018). Around 0 for equal distributions, and may fall below. The seed is of
    the subsets.
    """
    rng = np.random.default_rng(seed)
    size = min(_KID_SUBSET_SIZE, len(first), len(second))
    kernel = functools.partial(polynomial_kernel, degree=3, coef0=1)  # gamma is 1/d by default
    draws = []
    for _ in range(_KID_SUBSETS):
        x, y = (
            features[rng.choice(len(features), size, replace=False)].astype(np.float64)
            for features in (first, second)
        )
        within = sum((k.sum() - np.trace(k)) / (size * (size - 1)) for k in (kernel(x), kernel(y)))
        draws.append(within - 2 * kernel(x, y).mean())
    return float(np.mean(draws))


def relative_diversity(
    features: np.ndarray,
    codes: np.ndarray,
    real_features: np.ndarray,
    labels: np.ndarray,
    matched: np.ndarray,
) -> list[float | None]:
    """Compares how varied a code's images are with how varied its class is.

    Args:
        features: of generated images.
        codes: int `[n]`, theirs.
        real_features: of real images.
        labels: int `[m]`, their classes.
        matched: int `[K]`, as `disentanglement.match_codes` returns it.

    Returns:
        Per code, the mean distance of two of its images over the mean distance of two real images
        of its class: 0 for a code that prints one image, 1 for one as varied as its class. None for
        a code without a class, or whose class has no two different images.
    """
    ratios: list[float | None] = []
    for code, label in enumerate(matched):
        real = 0.0 if label == UNMATCHED else _mean_distance(real_features[labels == label])
        ratios.append(_mean_distance(features[codes == code]) / real if real > 0 else None)
    return ratios


def mean_relative_diversity(diversity: list[float | None]) -> float | None:
    """Returns the mean of `relative_diversity` over the codes that have one; None if none has."""
    known = [ratio for ratio in diversity if ratio is not None]
    return float(np.mean(known)) if known else None


def _mean_distance(features: np.ndarray) -> float:
    """Returns the mean Euclidean distance of two of the first rows, 0 where there are no two."""
    rows = features[:_DIVERSITY_SIZE]
    return float(np.mean(pdist(rows))) if len(rows) > 1 else 0.0


class Neighbours(NamedTuple):
    """Nearest neighbours by cosine distance of queries in an 80/20 split of real images."""

    queries: np.ndarray  # int `[q]`, which images are the queries (20 %)
    neighbours: np.ndarray  # int `[q, k]`, the nearest of the other 80 %, nearest first


def find_neighbours(features: np.ndarray, count: int, seed: int) -> Neighbours:
    """Splits images 80/20 by a seed and looks up neighbours of the 20 % among the 80 %.

    Features are float `[n, ...]`, flattened here, n is 5 or more; of the 80 % there may be fewer
    than `count`.
    """
    # On unit vectors the Euclidean order is the cosine order, and scikit-learn's fast search has
    # only the Euclidean one.
    units = normalize(features.reshape(len(features), -1))
    stored, queries = train_test_split(np.arange(len(units)), test_size=0.2, random_state=seed)
    search = NearestNeighbors(n_neighbors=min(count, len(stored)), algorithm="brute")
    nearest = search.fit(units[stored]).kneighbors(units[queries], return_distance=False)
    return Neighbours(queries, stored[nearest])


def accuracy(labels: np.ndarray, nearest: Neighbours) -> float:
    """Returns how often the nearest neighbour has the query's label, in [0, 1] (published)."""
    return float(np.mean(labels[nearest.queries] == labels[nearest.neighbours[:, 0]]))


def labelled_queries(labels: np.ndarray, nearest: Neighbours) -> int:
    """Returns how many queries that accuracy is a mean over."""
    return len(labels[nearest.queries])
