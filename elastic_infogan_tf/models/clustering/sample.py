"""The images that the clusters are made of: a sample, its graph, and their votes for all others."""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy import sparse

from elastic_infogan_tf.models.clustering import graph, neighbours

_SIZE = 10_000  # images at most
_NEIGHBOURS = 15  # of an image, at most
_LEAST_NEIGHBOURS = 3
# An average class has this many times as many images as an image has neighbours, so that a rare
# class is still larger than a neighbourhood.
_NEIGHBOURHOODS = 10
_ROUNDS = 3  # of votes that smooth a partition


@dataclasses.dataclass(frozen=True)
class Sample:
    """A seeded draw of images, and the graph of each one's nearest among them.

    Attributes:
        rows: int `[m]`, ascending, which images they are.
        units: float32 `[m, d]`, their features at length 1.
        found: the nearest of each among the others.
        edges: symmetric `[m, m]`, the graph of `found`.
    """

    rows: np.ndarray
    units: np.ndarray
    found: neighbours.Neighbours
    edges: sparse.csr_matrix

    def complete(self, labels: np.ndarray, num_clusters: int) -> np.ndarray:
        """Returns a partition of the whole sample, smoothed by votes; no cluster loses all images.

        Args:
            labels: int `[m]` in `[0, num_clusters)`; negative: takes what its neighbours have.
            num_clusters: K; each of them is among the labels.
        """
        heard = graph.votes(self.edges, labels, num_clusters).argmax(axis=1)
        labels = np.where(labels < 0, heard, labels)
        for _ in range(_ROUNDS):
            labels = _elect(graph.votes(self.edges, labels, num_clusters), labels)
        return labels

    def mutual_information(self, labels: np.ndarray, num_clusters: int) -> float:
        """Returns that of a partition `[m]` on the graph, nats."""
        between = graph.weights_between(self.edges, labels, num_clusters)
        return graph.mutual_information(between)

    def spread(
        self,
        units: np.ndarray,
        labels: np.ndarray,
        num_clusters: int,
        progress: Callable[[], None],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carries the sample's labels to all images by their nearest neighbours in the sample.

        Args:
            units: float32 `[n, d]`, features of all images at length 1.
            labels: int `[m]`, of the sample.
            num_clusters: K.
            progress: called between blocks of images.

        Returns:
            Labels int64 `[n]`, and the share of its neighbours by weight that has an image's label,
            float32 `[n]`.
        """
        everyone = np.empty(len(units), np.int64)
        confidence = np.empty(len(units), np.float32)
        own = graph.shares(self.found, labels, num_clusters)
        everyone[self.rows] = labels
        confidence[self.rows] = own[np.arange(len(labels)), labels]
        others = np.setdiff1d(np.arange(len(units)), self.rows, assume_unique=True)
        if len(others):
            count = self.found.rows.shape[1]
            found = neighbours.nearest(self.units, count, units[others], progress)
            shares = graph.shares(found, labels, num_clusters)
            everyone[others] = shares.argmax(axis=1)
            confidence[others] = shares.max(axis=1)
        return everyone, confidence


def draw(units: np.ndarray, num_clusters: int, seed: int) -> Sample:
    """Draws a sample and makes its graph.

    Args:
        units: float32 `[n, d]`, features of all images at length 1.
        num_clusters: K, that it will be cut into.
        seed: of the draw.
    """
    size = min(len(units), _SIZE)
    rows = np.sort(np.random.default_rng(seed).permutation(len(units))[:size])
    wanted = size // (_NEIGHBOURHOODS * num_clusters)
    count = min(max(wanted, _LEAST_NEIGHBOURS), _NEIGHBOURS, size - 1)
    found = neighbours.nearest(units[rows], count)
    return Sample(rows, units[rows], found, graph.from_neighbours(found))


def _elect(counted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns each node's group of most votes, its own among equals; no group is left empty."""
    counted[np.arange(len(labels)), labels] *= 1 + 1e-9
    elected = counted.argmax(axis=1)
    num_groups = counted.shape[1]
    stays = np.isin(labels, np.setdiff1d(np.arange(num_groups), elected))
    elected[stays] = labels[stays]
    # Those who stay may have been all that another group had.
    return elected if len(np.unique(elected)) == num_groups else labels
