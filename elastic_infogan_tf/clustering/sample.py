"""The images that clusters are made of: a sample, its graphs, their votes for all others."""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy import sparse

from elastic_infogan_tf.clustering import graph

_SIZE = 10_000  # images at most
# Neighbours of an image, one graph for each number: what is there at one scale alone is chance.
_NEIGHBOURS = (5, 6, 8, 10, 15)
_LEAST_NEIGHBOURS = 2
_CLASS_PARTS = 3  # an average class has at least this many times as many images as neighbours
_ROUNDS = 3  # of votes that smooth a partition


@dataclasses.dataclass(frozen=True)
class Sample:
    """A seeded draw of images, and graphs of each one's nearest among them.

    Attributes:
        rows: int `[m]`, ascending, which images they are.
        units: float32 `[m, d]`, their features at length 1.
        neighbours: the nearest of each among the others.
        graphs: symmetric `[m, m]`, of more and more of the nearest.
    """

    rows: np.ndarray
    units: np.ndarray
    neighbours: graph.Neighbours
    graphs: tuple[sparse.csr_matrix, ...]

    def mutual_information(self, labels: np.ndarray, num_clusters: int) -> float:
        """Returns that of a partition, int `[m]`, on the largest graph, nats."""
        between = graph.weights_between(self.graphs[-1], labels, num_clusters)
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
        shares = self.shares(units, labels, num_clusters, progress)
        everyone = shares.argmax(axis=1)
        everyone[self.rows] = labels
        return everyone, shares[np.arange(len(units)), everyone]

    def shares(
        self,
        units: np.ndarray,
        labels: np.ndarray,
        num_clusters: int,
        progress: Callable[[], None] = lambda: None,
    ) -> np.ndarray:
        """Returns how much of each image's neighbours by weight has each label, float32 `[n, K]`.

        Args: as of `spread`.
        """
        shares = np.empty((len(units), num_clusters), np.float32)
        shares[self.rows] = graph.shares(self.neighbours, labels, num_clusters)
        others = np.setdiff1d(np.arange(len(units)), self.rows, assume_unique=True)
        if len(others):
            count = self.neighbours.rows.shape[1]
            neighbours = graph.nearest(self.units, count, units[others], progress)
            shares[others] = graph.shares(neighbours, labels, num_clusters)
        return shares


def draw(units: np.ndarray, num_clusters: int, seed: int) -> Sample:
    """Draws a sample and makes its graphs.

    Args:
        units: float32 `[n, d]`, features of all images at length 1.
        num_clusters: K, that it will be cut into.
        seed: of the draw.
    """
    size = min(len(units), _SIZE)
    rows = np.sort(np.random.default_rng(seed).permutation(len(units))[:size])
    most = min(max(size // (_CLASS_PARTS * num_clusters), _LEAST_NEIGHBOURS), size - 1)
    counts = sorted({min(count, most) for count in _NEIGHBOURS})
    neighbours = graph.nearest(units[rows], counts[-1])
    graphs = tuple(graph.from_neighbours(neighbours.first(count)) for count in counts)
    return Sample(rows, units[rows], neighbours, graphs)


def complete(
    units: np.ndarray, edges: sparse.csr_matrix, labels: np.ndarray, num_clusters: int
) -> np.ndarray:
    """Gives those without a label what their neighbours have, and theirs, and so on.

    Args:
        units: float32 `[m, d]`; who is joined to none that has a label takes the nearest one's.
        edges: symmetric `[m, m]`.
        labels: int `[m]` in `[0, num_clusters)`; negative: none.
        num_clusters: K.
    """
    while True:
        counted = graph.votes(edges, labels, num_clusters)
        heard = (labels < 0) & (counted.max(axis=1) > 0)
        if not heard.any():
            break
        labels = np.where(heard, counted.argmax(axis=1), labels)
    silent, labelled = np.flatnonzero(labels < 0), np.flatnonzero(labels >= 0)
    if len(silent):
        closest = graph.nearest(units[labelled], 1, units[silent]).rows[:, 0]
        labels[silent] = labels[labelled[closest]]
    return labels


def smooth(edges: sparse.csr_matrix, labels: np.ndarray, num_clusters: int) -> np.ndarray:
    """Returns a partition after some rounds of votes; no cluster loses its last image.

    Args:
        edges: symmetric `[m, m]`.
        labels: int `[m]` in `[0, num_clusters)`, each of them used.
        num_clusters: K.
    """
    for _ in range(_ROUNDS):
        labels = _elect(graph.votes(edges, labels, num_clusters), labels)
    return labels


def _elect(counted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns each node's group of most votes, its own among equals; no group is left empty."""
    counted[np.arange(len(labels)), labels] *= 1 + 1e-9
    elected = counted.argmax(axis=1)
    num_groups = counted.shape[1]
    stays = np.isin(labels, np.setdiff1d(np.arange(num_groups), elected))
    elected[stays] = labels[stays]
    # Those who stay may have been all that another group had.
    return elected if len(np.unique(elected)) == num_groups else labels
