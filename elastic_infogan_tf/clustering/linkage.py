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
    scales = np.where(degrees > 0, degrees, 1) ** power
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
        scales[kept] = degrees[kept] ** power if degrees[kept] > 0 else 1
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


def cut(merges: np.ndarray, sizes: np.ndarray, num_groups: int, least: int) -> np.ndarray:
    """Returns the group of each node where most has been merged and K groups are large enough.

    Groups that are smaller are outliers then: they would take the place of a group each.

    Args:
        merges: int `[m - 1, 2]` of `link`.
        sizes: int `[m]`, how many images each node is.
        num_groups: K, 1 to m.
        least: images that a group has at least; where that leaves no K groups, half of it, and so
            on.

    Returns:
        int `[m]` in `[0, K)`, -1 in the smaller groups.
    """
    count, now = [int(np.sum(sizes >= least))], np.array(sizes)
    for kept, gone in merges:
        large = (now[kept] >= least).astype(int) + (now[gone] >= least)
        now[kept] += now[gone]
        count.append(count[-1] - large + (now[kept] >= least))
    fitting = np.flatnonzero(np.array(count) == num_groups)
    if not len(fitting):
        return cut(merges, sizes, num_groups, least // 2)
    groups = np.arange(len(sizes))
    for kept, gone in merges[: fitting[-1]]:
        groups[groups == gone] = kept
    totals = np.bincount(groups, sizes, minlength=len(sizes))
    large = totals >= max(least, 1)
    return np.where(large, np.cumsum(large) - 1, -1)[groups]
