"""Clusters of images from their features, without labels, for one number of them or many (ours)."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.clustering import ensemble, graph
from elastic_infogan_tf.clustering.ensemble import consensus, stability
from elastic_infogan_tf.clustering.sample import Sample, complete, draw, smooth
from elastic_infogan_tf.errors import UsageError

# Below it some clusters are two classes, or a class is two of them: on MNIST cuts of accuracy .955
# and more had .894 to .936, those of .835 to .939 had .820 to .869. Tries of few images, each a
# node of its own, differ more and tell less: on 486 to 578 built-in cars cuts of accuracy .929 and
# more had .80 to .93, worse ones .74 to .89. Labels were seen.
STABLE, STABLE_OF_FEW = 0.88, 0.8
_FEW = 1_000


@dataclasses.dataclass(frozen=True)
class Clustering:
    """A partition of images, and how far to believe it.

    Attributes:
        labels: int64 `[n]` in `[0, K)`, every one of them used, the largest cluster's first.
        confidence: float32 `[n]` in [0, 1], the share by weight of an image's nearest neighbours
            that have its label.
        mutual_information: of the clusters at an edge's two ends in the neighbour graph, nats.
        stability: mean adjusted Rand index of a try with what all agree on: 1 where all of them
            gave the same clusters, about 0 where they have nothing in common.
    """

    labels: np.ndarray
    confidence: np.ndarray
    mutual_information: float
    stability: float


def stable_from(num_images: int) -> float:
    """Returns how stable clusters of so many images are where one may rely on them."""
    return STABLE if num_images > _FEW else STABLE_OF_FEW


def no_progress(stage: str) -> None:
    """Does nothing between two stages."""
    del stage


def cluster(
    features: np.ndarray,
    num_clusters: int,
    seed: int = 0,
    *,
    progress: Callable[[str], None] = no_progress,
) -> Clustering:
    """Cuts images into K clusters of any size by their features.

    A sample of at most 10,000 images makes graphs of their 5 to 15 nearest neighbours by cosine.
    Each of 30 tries sees 80 % of the sample and one of the graphs, and merges its nodes (single
    images, or small k-means clusters where there are many) by linkage until K groups are left. How
    often two images were together is linked once more; neighbours' votes smooth the result and
    carry it to all images.

    A function of features and seed alone, bit for bit on one machine. Time grows as n.

    Args:
        features: float `[n, d]`; only their directions count.
        num_clusters: K, 1 to n.
        seed: of the sample and the tries, 0 to 2**31 - 1.
        progress: called with a few words between stages, every few seconds; it may raise, to stop.

    Raises:
        UsageError: if there are fewer images than clusters, or fewer that differ, or features that
            are not finite.
    """
    units = checked(features, num_clusters)
    progress("graph of neighbours")
    sample = draw(units, num_clusters, seed)
    require_different(sample.units, num_clusters)
    partitions: list[np.ndarray] = []
    for number, own in enumerate(draw_seeds(seed), start=1):
        progress(f"clusters, draw {number} of {ensemble.DRAWS}")
        trees = ensemble.grow(sample, num_clusters, own)
        partitions.extend(tree.partition(num_clusters) for tree in trees)
    agreed = agree(sample, partitions, num_clusters)
    labels, confidence = sample.spread(
        units, agreed, num_clusters, lambda: progress("votes of neighbours")
    )
    return Clustering(
        _largest_first(labels),
        confidence,
        sample.mutual_information(agreed, num_clusters),
        stability(partitions, agreed),
    )


def agree(sample: Sample, partitions: list[np.ndarray], num_clusters: int) -> np.ndarray:
    """Returns what the tries agree on, smoothed, int `[m]`; all K labels are used."""
    agreed = consensus(partitions, num_clusters)
    edges = sample.graphs[len(sample.graphs) // 2]
    return smooth(edges, complete(sample.units, edges, agreed, num_clusters), num_clusters)


def checked(features: np.ndarray, num_clusters: int) -> np.ndarray:
    """Returns the features at length 1, float32 `[n, d]`.

    Raises:
        UsageError: if there are too few, or some are not finite.
    """
    features = np.asarray(features)
    if not 1 <= num_clusters <= len(features):
        raise UsageError(
            f"{len(features)} images cannot be cut into {num_clusters} clusters; choose 1 to "
            f"{len(features)} of them."
        )
    broken = np.flatnonzero(~np.isfinite(features).reshape(len(features), -1).all(axis=1))
    if len(broken):
        raise UsageError(
            f"the features of {len(broken)} of {len(features)} images are not finite, the first of "
            f"them image {broken[0]}; look for a training that diverged."
        )
    return graph.unit(features)


def draw_seeds(seed: int) -> list[int]:
    """Returns the seeds of the draws, of which no two clusterings have one in common by chance."""
    drawn = np.random.SeedSequence(seed).generate_state(ensemble.DRAWS)
    return [int(number) % 2**31 for number in drawn]


def require_different(units: np.ndarray, num_clusters: int) -> None:
    """Refuses features `[m, d]` of which too few differ.

    Raises:
        UsageError: if there are fewer than clusters.
    """
    different = len(np.unique(units, axis=0))
    if different < num_clusters:
        raise UsageError(
            f"only {different} of {len(units)} images have features that differ, too few for "
            f"{num_clusters} clusters; train the features longer or ask for fewer clusters."
        )


def _largest_first(labels: np.ndarray) -> np.ndarray:
    """Names the clusters by their sizes, equal ones by the old names."""
    order = np.argsort(-np.bincount(labels), kind="stable")
    names = np.empty(len(order), np.int64)
    names[order] = np.arange(len(order))
    return names[labels]


_NEARLY = 0.95  # of the best score


@dataclasses.dataclass(frozen=True)
class NumberCurve:
    """Clusterings of the same images into more and more clusters.

    Attributes:
        numbers: int `[m]`, K = 2, 3 and so on; above 16 every second, from 24 on every third.
        mutual_information: float `[m]`, of the clusters at an edge's two ends in the neighbour
            graph, nats, mean over the encoders.
        gain: float `[m]`, how much of it there is more than with the number before.
        agreement: float `[m]`, adjusted Rand index of the clusters of two encoders, mean over the
            pairs; of one encoder, of its tries with what they agree on.
        recommended: the number of the largest `mutual_information * agreement^2`: what a cluster
            tells of its neighbours, as far as it is there again (the square was chosen while
            labels were seen).
    """

    numbers: np.ndarray
    mutual_information: np.ndarray
    gain: np.ndarray
    agreement: np.ndarray
    recommended: int

    @property
    def likely(self) -> tuple[int, int]:
        """The least and the largest number that suit the images nearly as well (ours: 95 %)."""
        score = self.mutual_information * np.square(self.agreement)
        near = self.numbers[score >= _NEARLY * score.max()]
        return int(near[0]), int(near[-1])

    @property
    def is_bounded(self) -> bool:
        """Whether the largest number that was tried is among the likely ones: there may be more."""
        return self.likely[1] == self.numbers[-1]

    def to_json(self) -> dict[str, Any]:
        """Returns a dict of JSON types."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in dataclasses.asdict(self).items()
        }


def choose_number(
    features: Sequence[np.ndarray],
    largest: int,
    seed: int = 0,
    *,
    progress: Callable[[str], None] = no_progress,
) -> NumberCurve:
    """Cuts images into 2 to `largest` clusters, and says which number suits them.

    The hierarchies are made once and cut at every number.

    Args:
        features: float `[n, d]` of each encoder, the same images; only their directions count.
        largest: the most clusters, 2 to n.
        seed: as of `cluster`.
        progress: as of `cluster`.

    Raises:
        UsageError: as `cluster`.
    """
    hierarchies = [_Hierarchies(part, largest, seed, progress) for part in features]
    numbers, information, agreement = np.array(_numbers(largest)), [], []
    for number in map(int, numbers):
        progress(f"{number} clusters of at most {largest}")
        cuts = [part.cut(number) for part in hierarchies]
        pairs = list(itertools.combinations([labels for labels, _, _ in cuts], 2))
        information.append(np.mean([nats for _, nats, _ in cuts]))
        apart = [adjusted_rand_score(*pair) for pair in pairs] or [cuts[0][2]]
        agreement.append(np.mean(apart))
    curve = np.array(information)
    return NumberCurve(
        numbers,
        curve,
        np.diff(curve, prepend=0.0),
        np.array(agreement),
        int(numbers[np.argmax(curve * np.square(agreement))]),
    )


def _numbers(largest: int) -> list[int]:
    numbers = [2]
    while numbers[-1] < largest:
        numbers.append(min(numbers[-1] + max(1, numbers[-1] // 8), largest))
    return numbers


class _Hierarchies:
    """All hierarchies of one encoder's features of a sample, which any number cuts."""

    def __init__(
        self, features: np.ndarray, largest: int, seed: int, progress: Callable[[str], None]
    ) -> None:
        progress("graph of neighbours")
        self._sample = draw(checked(features, largest), largest, seed)
        require_different(self._sample.units, largest)
        self._trees: list[ensemble.Tree] = []
        for number, draw_seed in enumerate(draw_seeds(seed), start=1):
            progress(f"clusters, draw {number} of {ensemble.DRAWS}")
            self._trees.extend(ensemble.grow(self._sample, largest, draw_seed))

    def cut(self, number: int) -> tuple[np.ndarray, float, float]:
        """Returns labels of the sample, their mutual information in nats, and their stability."""
        partitions = [tree.partition(number) for tree in self._trees]
        agreed = agree(self._sample, partitions, number)
        nats = self._sample.mutual_information(agreed, number)
        return agreed, nats, stability(partitions, agreed)
