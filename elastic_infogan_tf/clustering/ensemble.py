"""Tries of a clustering: each sees other images of the sample, and other numbers of neighbours."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.clustering import graph, linkage
from elastic_infogan_tf.clustering.sample import Sample, complete

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
    means = graph.unit(sums)
    with threadpool_limits(1):
        cosines = means @ means.T
    return _FAR * np.outer(counts, counts) * graph.weights_of(cosines.astype(np.float64))


# Images that all partitions put into the same clusters are one node; of more, the rarest have none.
_CONSENSUS_NODES = 2_000
_CONSENSUS_POWER = 0.75  # of the linkage, as the tries'; chosen while labels were seen
# A cluster has at least so many images, and at least one in so many of an average cluster: what the
# tries do not know where to put would be clusters of its own.
_LEAST = 5
_LEAST_SHARE = 20
# One more than an image has neighbours in the middle and in the largest graph: fewer are views that
# look alike. So many a cluster has at least where it then has no more than one in so many of an
# average cluster. Chosen while labels were seen.
_LOOK_ALIKE = ((9, 4), (16, 7))


def consensus(partitions: list[np.ndarray], num_clusters: int) -> np.ndarray:
    """Links images by how often they were in one cluster.

    Args:
        partitions: int `[n]` in `[0, K)` each.
        num_clusters: K.

    Returns:
        int `[n]` in `[0, K)`, each of them used; -1 for images that the partitions put into many
        different places.

    Reference:
        Fred, Jain: Combining Multiple Clusterings Using Evidence Accumulation, 2005 (how often
        together; linked otherwise).
    """
    combinations, node, counts = np.unique(
        np.stack(partitions, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    kept = np.sort(np.argsort(-counts, kind="stable")[:_CONSENSUS_NODES])
    clusters = combinations[kept] + num_clusters * np.arange(len(partitions))
    ends = np.arange(0, clusters.size + 1, len(partitions))
    shape = len(kept), len(partitions) * num_clusters
    chosen = sparse.csr_matrix((np.ones(clusters.size), clusters.ravel(), ends), shape)
    together = (chosen @ chosen.T).toarray() * np.outer(counts[kept], counts[kept])
    labels = np.full(len(counts), -1)
    least = least_size(len(node), num_clusters)
    labels[kept] = linkage.cut(
        linkage.link(together, _CONSENSUS_POWER), counts[kept], num_clusters, least
    )
    return labels[node]


def least_size(num_images: int, num_clusters: int) -> int:
    """Returns how many images a cluster has at least, of so many that are clustered."""
    look_alike = (min(size, num_images // (share * num_clusters)) for size, share in _LOOK_ALIKE)
    return max(_LEAST, num_images // (_LEAST_SHARE * num_clusters), *look_alike)


def stability(partitions: list[np.ndarray], agreed: np.ndarray) -> float:
    """Returns the mean adjusted Rand index of the partitions with one that they agree on.

    Args:
        partitions: int `[n]` each.
        agreed: int `[n]`.
    """
    return float(np.mean([adjusted_rand_score(partition, agreed) for partition in partitions]))
