"""Images in groups: their shares with intervals, the least certain ones, the outliers."""

import dataclasses
import functools

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.groups.assign import Sorting
from elastic_infogan_tf.groups.group_names import GroupNames
from elastic_infogan_tf.groups.outliers import UNUSUAL

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


@dataclasses.dataclass(frozen=True, eq=False)
class Groups:
    """Images in groups.

    Attributes:
        data: the `n` images.
        sorting: of them.
        names: of the G groups.
        left_out: files that cannot be read.
        seed: of the bootstrap.
        min_probability: of the group of an image that is not unsure, in [0, 1].
    """

    data: LabelledImages
    sorting: Sorting
    names: GroupNames
    left_out: tuple[str, ...] = ()
    seed: int = 0
    min_probability: float = 0.0

    @property
    def is_unsure(self) -> np.ndarray:
        """Which images may be of another group, bool `[n]`."""
        return self.sorting.probabilities < self.min_probability

    @property
    def least_certain(self) -> np.ndarray:
        """Images whose second group is at least half as likely, int64, smallest margin first."""
        found = self.sorting
        rows = np.flatnonzero(found.second_probabilities >= found.probabilities / 2)
        return rows[np.argsort(found.margins[rows], kind="stable")]

    @property
    def outliers(self) -> np.ndarray:
        """Images with an outlier score of `UNUSUAL` or more, int64, the highest score first."""
        scores = self.sorting.outlier_scores
        rows = np.flatnonzero(scores >= UNUSUAL)
        return rows[np.argsort(-scores[rows], kind="stable")]

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """Of the images; where they have none, their places in the data."""
        return self.data.files or tuple(map(str, range(len(self.sorting.groups))))

    @functools.cached_property
    def counts(self) -> np.ndarray:
        """Images of each group, int64 `[G]`."""
        return np.bincount(self.sorting.groups, minlength=len(self.names.names))

    @functools.cached_property
    def intervals(self) -> np.ndarray:
        """Within which the shares are, float64 `[G, 2]`."""
        return share_intervals(self.counts, self.seed)

    @functools.cached_property
    def contingency(self) -> np.ndarray | None:
        """Images by group and class, int64 `[G, classes]`; None without labels."""
        if self.data.labels is None:
            return None
        shape = len(self.names.names), len(self.data.class_names)
        return disentanglement.contingency_table(self.sorting.groups, self.data.labels, *shape)

    def agreement(self, group: int | None = None) -> float | None:
        """Returns how often a transform is in its image's group, of one group or of all."""
        found = self.sorting
        groups = found.groups[found.sample]
        chosen = np.ones(len(groups), bool) if group is None else groups == group
        return agreement(groups[chosen], found.transform_groups[chosen])
