"""Tries of a clustering: each sees other images, and the one that most agree with is kept."""

import dataclasses

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.models.clustering import graph, linkage, neighbours
from elastic_infogan_tf.models.clustering.sample import Sample

COUNT = 8

_SEEN = 0.8  # share of the sample that a try sees
_SINGLE_IMAGES = 1_000  # up to here every image is a node of its own
_NODES = 250  # micro-clusters where there are more
_NODES_PER_CODE = 5  # at least
_POWER = 0.75  # of the linkage; chosen while labels were seen
# Weight of a pair of nodes without edges beside one with: it orders what the graph says nothing of.
_FAR = 1e-6


@dataclasses.dataclass(frozen=True)
class Tree:
    """A hierarchy of clusters of a part of the sample.

    Attributes:
        seen: int `[s]`, which of the sample's images.
        nodes: int `[s]` in `[0, nodes)`, the leaf of each.
        merges: int `[nodes - 1, 2]` of `linkage.link`.
    """

    seen: np.ndarray
    nodes: np.ndarray
    merges: np.ndarray

    def partition(self, sample: Sample, num_clusters: int) -> np.ndarray:
        """Returns labels of all of the sample's images, int `[m]` in `[0, num_clusters)`."""
        labels = linkage.cut(self.merges, num_clusters)[self.nodes]
        return _partition(sample, self.seen, labels, num_clusters)


def grow(sample: Sample, num_clusters: int, seed: int) -> Tree:
    """Links the graph of 80 % of the sample's images.

    Args:
        sample: the images and their graph.
        num_clusters: K, the most that it will be cut into.
        seed: of the images and of the micro-clusters.
    """
    seen = _draw(sample, num_clusters, seed)
    nodes = _leaves(sample.units[seen], num_clusters, seed)
    count = nodes.max() + 1
    edges = sample.edges[seen][:, seen]
    weights = graph.weights_between(edges, nodes, count)
    return Tree(seen, nodes, linkage.link(weights + _far(sample.units[seen], nodes), _POWER))


def k_means(sample: Sample, num_clusters: int, seed: int) -> np.ndarray:
    """Returns labels of the sample's images by k-means of 80 % of them, int `[m]`.

    Args:
        sample: the images; its graph carries the labels to those that were left out.
        num_clusters: K.
        seed: of the images and of the centres.
    """
    seen = _draw(sample, num_clusters, seed)
    with threadpool_limits(1):
        means = KMeans(num_clusters, n_init=1, random_state=seed).fit(sample.units[seen])
    return _partition(sample, seen, means.labels_, num_clusters)


def most_agreed(partitions: list[np.ndarray]) -> tuple[int, float]:
    """Returns which partition agrees most with the others, and how much any two of them agree.

    Args:
        partitions: two or more, int `[m]` each.

    Returns:
        Its place, and the mean adjusted Rand index of all pairs.
    """
    count = len(partitions)
    agreement = np.zeros((count, count))
    for i, j in zip(*np.triu_indices(count, 1), strict=True):
        agreement[i, j] = agreement[j, i] = adjusted_rand_score(partitions[i], partitions[j])
    means = agreement.sum(axis=1) / (count - 1)
    return int(means.argmax()), float(means.mean())


def _draw(sample: Sample, num_clusters: int, seed: int) -> np.ndarray:
    size = len(sample.rows)
    seen = max(round(_SEEN * size), num_clusters)
    return np.sort(np.random.default_rng(seed).permutation(size)[:seen])


def _leaves(units: np.ndarray, num_clusters: int, seed: int) -> np.ndarray:
    """Returns the node of each image, int `[s]`; no node is empty."""
    if len(units) <= _SINGLE_IMAGES:
        return np.arange(len(units))
    count = max(_NODES, _NODES_PER_CODE * num_clusters)
    # On several threads k-means adds up in whatever order they finish.
    with threadpool_limits(1):
        means = MiniBatchKMeans(
            count, n_init=1, batch_size=2048, max_iter=30, random_state=seed
        ).fit(units)
    return np.unique(means.labels_, return_inverse=True)[1]


def _far(units: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Returns weights of all pairs of nodes by the angle of their means, far below an edge's."""
    counts = np.bincount(nodes)
    sums = np.zeros((len(counts), units.shape[1]))
    np.add.at(sums, nodes, units)
    with threadpool_limits(1):
        cosines = neighbours.unit(sums) @ neighbours.unit(sums).T
    return _FAR * np.outer(counts, counts) * neighbours.weights_of(cosines.astype(np.float64))


def _partition(
    sample: Sample, seen: np.ndarray, labels: np.ndarray, num_clusters: int
) -> np.ndarray:
    everyone = np.full(len(sample.rows), -1)
    everyone[seen] = labels
    return sample.complete(everyone, num_clusters)
