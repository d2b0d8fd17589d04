"""Kinds of cuts, and on which of them features that were learned apart agree most (ours)."""

import dataclasses
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, confusion_matrix, mutual_info_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.clustering import graph
from elastic_infogan_tf.clustering.cluster import checked, cluster, no_progress
from elastic_infogan_tf.clustering.sample import draw

GRAPH, K_MEANS, MIXTURE = KINDS = ("graph", "k-means", "mixture")
AGREEING = 0.9  # of two random seeds, from which on most images are right; labels were seen
_DIMENSIONS = 16  # principal components that the latter two see
_NOISE = 1e-6  # of the largest component's deviation: no more than rounding
_SIZE = 10_000  # images at most that they are fitted to


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Cuts of several encoders' features of the same images.

    Attributes:
        labels: by kind of cut, int64 `[encoders, n]` in `[0, K)`, clusters named as the first
            encoder's that they have most images in common with.
        rand: by kind, the adjusted Rand index of two encoders' cuts, mean over the pairs: 1 where
            they are the same, about 0 where they have nothing in common.
        information: by kind, their mutual information, nats, mean over the pairs.
    """

    labels: Mapping[str, np.ndarray]
    rand: Mapping[str, float]
    information: Mapping[str, float]

    @property
    def kind(self) -> str:
        """The kind of the largest product of both: an island alone has a high index, too."""
        return max(self.labels, key=lambda kind: self.rand[kind] * self.information[kind])

    @property
    def score(self) -> float:
        """The adjusted Rand index of that kind: from above, how right the clusters are."""
        return self.rand[self.kind]

    def support(self, index: int) -> np.ndarray:
        """Returns how many of the other encoders put each image where one does, float `[n]`."""
        cuts = self.labels[self.kind]
        others = np.delete(cuts, index, axis=0) if len(cuts) > 1 else cuts
        return np.mean([named_by(cuts[index], other) == cuts[index] for other in others], axis=0)

    def of(self, index: int) -> tuple[float, float]:
        """Returns the index of one encoder's cut of that kind with the others', and its product.

        Both are means over the others, the latter with the mutual information in nats.
        """
        cuts = self.labels[self.kind]
        others = np.delete(cuts, index, axis=0) if len(cuts) > 1 else cuts
        rand = np.array([adjusted_rand_score(cuts[index], other) for other in others])
        nats = np.array([mutual_info_score(cuts[index], other) for other in others])
        return float(rand.mean()), float((rand * nats).mean())


def agree(
    features: Sequence[np.ndarray],
    num_clusters: int,
    seed: int = 0,
    *,
    kinds: Sequence[str] = KINDS,
    known: np.ndarray | None = None,
    progress: Callable[[str], None] = no_progress,
) -> Agreement:
    """Cuts the features of several encoders by each kind, and compares the results.

    Args:
        features: float `[n, d]` of each encoder, the same images in the same order; one encoder
            agrees with itself.
        num_clusters: K, 1 to n.
        seed: of the cuts.
        kinds: of `KINDS`.
        known: int `[n]`, the first encoder's cut by the graph, where it was made before.
        progress: as of `cluster`.

    Raises:
        UsageError: as `cluster`.
    """
    labels: dict[str, np.ndarray] = {}
    for kind in kinds:
        is_known = known is not None and kind == GRAPH
        cuts = [known] if is_known else []
        for part in features[len(cuts) :]:
            progress(f"clusters by {kind}")
            cuts.append(cut(part, num_clusters, kind, seed, progress=progress))
        labels[kind] = np.stack([cuts[0], *(named_by(cuts[0], other) for other in cuts[1:])])
    return compared(labels)


def compared(labels: Mapping[str, np.ndarray]) -> Agreement:
    """Returns how far cuts agree, int `[encoders, n]` by kind."""
    return Agreement(
        labels,
        {kind: _mean_over_pairs(adjusted_rand_score, cuts) for kind, cuts in labels.items()},
        {kind: _mean_over_pairs(mutual_info_score, cuts) for kind, cuts in labels.items()},
    )


def cut(
    features: np.ndarray,
    num_clusters: int,
    kind: str,
    seed: int = 0,
    *,
    progress: Callable[[str], None] = no_progress,
) -> np.ndarray:
    """Cuts images into K clusters by their features, int64 `[n]` in `[0, K)`.

    Args:
        features: float `[n, d]`; only their directions count.
        num_clusters: K, 1 to n.
        kind: `graph` (`cluster`), `k-means` of 16 principal components of variance 1 and length 1,
            or `mixture`, of Gaussians with full covariances, of the components as they are.
        seed: 0 to 2**31 - 1.
        progress: as of `cluster`.
    """
    if kind == GRAPH:
        return cluster(features, num_clusters, seed, progress=progress).labels
    units = checked(features, num_clusters)
    few = PCA(min(_DIMENSIONS, *units.shape), random_state=seed).fit_transform(units)
    rows = np.random.default_rng(seed).permutation(len(few))[:_SIZE]
    # On several threads sums depend on which of them ends first.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the agreement tells
        if kind == K_MEANS:
            deviations = few.std(axis=0)
            is_noise = deviations <= _NOISE * deviations.max()
            few = graph.unit(few / np.where(is_noise, np.inf, deviations))
            model = KMeans(num_clusters, n_init=10, random_state=seed)
        else:
            model = GaussianMixture(
                num_clusters, reg_covar=1e-4, n_init=5, max_iter=300, random_state=seed
            )
        return model.fit(few[rows]).predict(few).astype(np.int64)


def confidence(
    features: np.ndarray, labels: np.ndarray, num_clusters: int, seed: int = 0
) -> np.ndarray:
    """Returns the share of each image's neighbours by weight that has its label, float32 `[n]`.

    Args:
        features: float `[n, d]`; only their directions count.
        labels: int `[n]` in `[0, K)`, of any kind of cut.
        num_clusters: K.
        seed: of the sample that neighbours are of.
    """
    units = graph.unit(features)
    sample = draw(units, num_clusters, seed)
    shares = sample.shares(units, labels[sample.rows], num_clusters)
    return shares[np.arange(len(units)), labels]


def mean_features(features: np.ndarray, bursts: np.ndarray) -> np.ndarray:
    """Returns the mean of each burst's features at length 1, float32 `[m, d]`.

    Args:
        features: float `[n, d]`.
        bursts: int `[n]` in `[0, m)`; without two images of one burst features stay as they are.
    """
    sizes = np.bincount(bursts)
    if len(sizes) == len(features):
        return features
    sums = np.zeros((len(sizes), features.shape[1]), np.float32)
    np.add.at(sums, bursts, graph.unit(features))
    return sums / sizes[:, np.newaxis]


def named_by(reference: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns clusters with the names of those that they have most images in common with.

    Args:
        reference: int `[n]` in `[0, K)`.
        labels: int `[n]` in `[0, K)`.

    Returns:
        int64 `[n]`; each name is given once.
    """
    names = range(1 + max(labels.max(), reference.max()))
    table = confusion_matrix(labels, reference, labels=names)
    return linear_sum_assignment(-table)[1][labels]


def _mean_over_pairs(score: Callable[[np.ndarray, np.ndarray], float], cuts: np.ndarray) -> float:
    pairs = list(itertools.combinations(cuts, 2)) or [(cuts[0], cuts[0])]
    return float(np.mean([score(*pair) for pair in pairs]))
