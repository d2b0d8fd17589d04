"""Tries of a clustering: each sees other images of the sample, and other numbers of neighbours."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.models.clustering import graph, linkage, neighbours
from elastic_infogan_tf.models.clustering.sample import Sample, complete

DRAWS = 6  # of images; each is tried with every graph

_SEEN = 0.8  # share of the sample that a draw sees
_SINGLE_IMAGES = 1_000  # up to here every image is a node of its own
_NODES = 250  # micro-clusters where there are more
_NODES_PER_CODE = 5  # at least
_POWER = 0.75  # of the linkage; chosen while labels were seen
# Weight of a pair of images without an edge beside one with: it orders what no edge joins.
_FAR = 1e-6


@dataclasses.dataclass(frozen=True)
class Tree:
    """A hierarchy of clusters of a part of the sample.

    Attributes:
        edges: symmetric `[m, m]`, the graph that was linked, of the whole sample.
        seen: int `[s]`, which of the sample's images are in the hierarchy.
        nodes: int `[s]`, the leaf of each.
        merges: int `[leaves - 1, 2]` of `linkage.link`.
    """

    units: np.ndarray
    edges: sparse.csr_matrix
    seen: np.ndarray
    nodes: np.ndarray
    merges: np.ndarray

    def partition(self, num_clusters: int) -> np.ndarray:
        """Returns labels of all of the sample's images, int `[m]` in `[0, num_clusters)`."""
        labels = np.full(self.edges.shape[0], -1)
        labels[self.seen] = linkage.cut(
            self.merges, np.bincount(self.nodes), num_clusters, least=1
        )[self.nodes]
        return complete(self.units, self.edges, labels, num_clusters)


def grow(sample: Sample, num_clusters: int, seed: int) -> Iterator[Tree]:
    """Links 80 % of the sample's images, once in each of its graphs.

    Args:
        sample: the images and their graphs.
        num_clusters: K, the most that they will be cut into.
        seed: of the images that are seen, and of the micro-clusters.
    """
    seen = _draw(sample, num_clusters, seed)
    units = sample.units[seen]
    nodes = _leaves(units, num_clusters, seed)
    far = _far(units, nodes)
    for edges in sample.graphs:
        near = graph.weights_between(edges[seen][:, seen], nodes, len(far))
        yield Tree(sample.units, edges, seen, nodes, linkage.link(near + far, _POWER))


def k_means(sample: Sample, num_clusters: int, seed: int) -> np.ndarray:
    """Returns labels of the sample's images by k-means of 80 % of them, int `[m]`.

    Args:
        sample: the images; its largest graph carries the labels to those that were left out.
        num_clusters: K.
        seed: of the images that are seen, and of the centres.
    """
    seen = _draw(sample, num_clusters, seed)
    with threadpool_limits(1):
        means = KMeans(num_clusters, n_init=1, random_state=seed).fit(sample.units[seen])
    labels = np.full(len(sample.rows), -1)
    labels[seen] = means.labels_
    return complete(sample.units, sample.graphs[-1], labels, num_clusters)


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
    means = neighbours.unit(sums)
    with threadpool_limits(1):
        cosines = means @ means.T
    return _FAR * np.outer(counts, counts) * neighbours.weights_of(cosines.astype(np.float64))
