"""Agglomeration of a weighted graph's nodes: which two to merge next, down to one."""

import numpy as np

# A float that no similarity has: of a node with itself, and of nodes that are gone.
_NEVER = -1.0


def link(weights: np.ndarray, power: float) -> np.ndarray:
    """Merges, again and again, the two groups with the largest `W_ab / (d_a d_b)^power`.

    W_ab is the weight of the edges between a and b, d_a of all of a's edges. Power 1 is average
    linkage on the normalised graph, which likes groups of equal size; power 1/2 is the share of
    their edges that two groups have in common, and lets one group grow at the cost of all others.

    Args:
        weights: float `[m, m]`, symmetric, 0 or more; the diagonal counts in d alone.
        power: above 0.

    Returns:
        int `[m - 1, 2]`, in order: a group, and the one that becomes part of it. A group is named
        by one of its nodes.

    Reference:
        Bonald, Charpentier, Galland, Hollocou: Hierarchical Graph Clustering using Node Pair
        Sampling, 2018 (power 1); other powers ours.
    """
    weights = np.array(weights, np.float64)
    degrees = weights.sum(axis=1)
    scales = np.maximum(degrees, np.finfo(np.float64).tiny) ** power
    similarity = weights / np.outer(scales, scales)
    np.fill_diagonal(similarity, _NEVER)
    best = similarity.argmax(axis=1)
    merges = np.empty((len(weights) - 1, 2), np.int64)
    nodes = np.arange(len(weights))
    for merge in merges:
        kept = similarity[nodes, best].argmax()
        gone = best[kept]
        merge[:] = kept, gone
        weights[kept] += weights[gone]
        weights[:, kept] += weights[:, gone]
        weights[gone] = weights[:, gone] = 0
        degrees[kept] += degrees[gone]
        scales[kept] = degrees[kept] ** power
        row = weights[kept] / (scales[kept] * scales)
        row[similarity[kept] == _NEVER] = _NEVER
        row[gone] = _NEVER
        similarity[gone] = similarity[:, gone] = _NEVER
        similarity[kept] = similarity[:, kept] = row
        # Only a node whose best was one of the two has to look at all others again.
        best = np.where(row > similarity[nodes, best], kept, best)
        stale = np.flatnonzero((best == gone) | (best == kept))
        best[stale] = similarity[stale].argmax(axis=1)
    return merges


def cut(merges: np.ndarray, num_groups: int) -> np.ndarray:
    """Returns the group of each node after the merges that leave `num_groups`, int `[m]`.

    Args:
        merges: int `[m - 1, 2]` of `link`.
        num_groups: 1 to m.
    """
    groups = np.arange(len(merges) + 1)
    for kept, gone in merges[: len(groups) - num_groups]:
        groups[groups == gone] = kept
    return np.unique(groups, return_inverse=True)[1]
