"""Shares of groups of images, and how sure they are."""

import numpy as np

LEVEL = 0.95
RESAMPLES = 1000


def share_intervals(counts: np.ndarray, seed: int = 0) -> np.ndarray:
    """Returns the bootstrap's intervals of groups' shares, by percentiles.

    Images are drawn with replacement and their groups are counted, which is a multinomial draw of
    the counts. It says how much the shares depend on which images there happen to be, not whether
    they are in the right groups. Of an empty group nothing is known that way: it has 0 to 0.

    Args:
        counts: int `[G]`, images of each group, not all 0.
        seed: of the draws.

    Returns:
        float64 `[G, 2]`, low and high, in [0, 1], which hold the share with a probability of 0.95.

    Reference:
        Efron, Bootstrap methods: another look at the jackknife, 1979.
    """
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts / total, size=RESAMPLES) / total
    return np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T


def agreement(groups: np.ndarray, of_transforms: np.ndarray) -> float | None:
    """Returns how often a transform of an image is in the image's group, in [0, 1].

    It needs no labels: what is recognised by the thing that is shown stays in its group. One group
    alone has 1 whatever is in it, so read it beside the shares.

    Args:
        groups: int `[n]`.
        of_transforms: int `[n, t]`, the groups of t transforms of each.

    Returns:
        The share of all n * t transforms; None where there is no image.
    """
    if not len(groups):
        return None
    return float(np.mean(groups[:, np.newaxis] == of_transforms))
