"""How many clusters there are: what each further one adds, and whether it is always the same."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from elastic_infogan_tf.clustering import ensemble
from elastic_infogan_tf.clustering.cluster import (
    agree,
    checked,
    draw_seeds,
    no_progress,
    require_different,
)
from elastic_infogan_tf.clustering.ensemble import stability
from elastic_infogan_tf.clustering.sample import draw

_NEARLY = 0.95  # of the best score


@dataclasses.dataclass(frozen=True)
class NumberCurve:
    """Clusterings of the same images into more and more clusters.

    Attributes:
        numbers: int `[m]`, K = 2, 3 and so on.
        mutual_information: float `[m]`, of the clusters at an edge's two ends in the neighbour
            graph, nats.
        gain: float `[m]`, how much of it there is more than with one cluster less.
        stability: float `[m]`, as in `Clustering`.
        recommended: the number of the largest `mutual_information * stability^2`: what a cluster
            tells of its neighbours, as far as it is there again in other images (the square was
            chosen while labels were seen).
    """

    numbers: np.ndarray
    mutual_information: np.ndarray
    gain: np.ndarray
    stability: np.ndarray
    recommended: int

    @property
    def likely(self) -> tuple[int, int]:
        """The least and the largest number that suit the images nearly as well (ours: 95 %)."""
        score = self.mutual_information * np.square(self.stability)
        near = self.numbers[score >= _NEARLY * score.max()]
        return int(near[0]), int(near[-1])

    def to_json(self) -> dict[str, Any]:
        """Returns a dict of JSON types."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in dataclasses.asdict(self).items()
        }


def choose_number(
    features: np.ndarray,
    largest: int,
    seed: int = 0,
    *,
    progress: Callable[[str], None] = no_progress,
) -> NumberCurve:
    """Cuts images into 2 to `largest` clusters, and says which number suits them.

    The hierarchies are made once and cut at every number.

    Args:
        features: float `[n, d]`; only their directions count.
        largest: the most clusters, 2 to n.
        seed: as of `cluster`.
        progress: as of `cluster`.

    Raises:
        UsageError: as `cluster`.
    """
    units = checked(features, largest)
    progress("graph of neighbours")
    sample = draw(units, largest, seed)
    require_different(sample.units, largest)
    trees: list[ensemble.Tree] = []
    for number, own in enumerate(draw_seeds(seed), start=1):
        progress(f"clusters, draw {number} of {ensemble.DRAWS}")
        trees.extend(ensemble.grow(sample, largest, own))
    numbers, information, agreement = np.arange(2, largest + 1), [], []
    for number in map(int, numbers):
        progress(f"{number} clusters of at most {largest}")
        partitions = [tree.partition(number) for tree in trees]
        agreed = agree(sample, partitions, number)
        information.append(sample.mutual_information(agreed, number))
        agreement.append(stability(partitions, agreed))
    curve = np.array(information)
    return NumberCurve(
        numbers,
        curve,
        np.diff(curve, prepend=0.0),
        np.array(agreement),
        int(numbers[np.argmax(curve * np.square(agreement))]),
    )
