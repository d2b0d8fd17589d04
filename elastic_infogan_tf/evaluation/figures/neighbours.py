"""Nearest neighbours of real images by Q's features."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style

_QUERIES = 10
_UNDER_IMAGE = 14  # characters of a line under an image of one inch


def draw(subject: Subject) -> bytes:
    """Draws queries of as many classes as there is room for."""
    evidence, found = subject.evidence, subject.evidence.neighbours
    images, labels, class_names = evidence.images, evidence.labels, evidence.class_names
    if labels is None:
        chosen = np.arange(min(_QUERIES, len(found.queries)))
    else:
        classes, first = np.unique(labels[found.queries], return_index=True)
        chosen = first[np.linspace(0, len(classes) - 1, min(_QUERIES, len(classes))).astype(int)]
    queries, neighbours = found.queries[chosen], found.neighbours[chosen]
    names = neighbour_names = None
    if labels is not None:
        names = [class_names[label] for label in labels[queries]]
        neighbour_names = [[class_names[label] for label in labels[row]] for row in neighbours]
    shown = images[neighbours.ravel()].reshape(*neighbours.shape, *images.shape[1:])
    return neighbour_figure(images[queries], names, shown, neighbour_names, subject.title)


def neighbour_figure(
    queries: np.ndarray,
    query_labels: Sequence[str] | None,
    neighbours: np.ndarray,
    neighbour_labels: Sequence[Sequence[str]] | None,
    title: str,
) -> bytes:
    """Draws a row per query: the query, then its nearest neighbours by Q's features.

    Args:
        queries: uint8 `[q, h, w, c]`.
        query_labels: `q` class names, or None where the data has no labels.
        neighbours: uint8 `[q, k, h, w, c]`, nearest first.
        neighbour_labels: `q` rows of `k` class names, or None.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    count, nearest = neighbours.shape[:2]
    lines = 0
    if query_labels is not None:
        shown = [*query_labels, *(name for row in neighbour_labels for name in row)]
        lines = max(style.name(name, _UNDER_IMAGE).count("\n") + 1 for name in shown)
    width = max(nearest + 1.6, 4)
    with style.figure(width, count * (1.08 + 0.14 * lines) + 0.7) as figure:
        places = figure.subplots(count, nearest + 1, squeeze=False)
        for row in range(count):
            label = None if query_labels is None else query_labels[row]
            _image(places[row, 0], queries[row], label, "black")
            for column in range(nearest):
                found = None if neighbour_labels is None else neighbour_labels[row][column]
                colour = "gray" if found is None else "tab:green" if found == label else "tab:red"
                _image(places[row, column + 1], neighbours[row, column], found, colour)
        places[0, 0].set_title("query", fontsize=8)
        places[0, 1].set_title("nearest", fontsize=8)
        figure.suptitle(style.heading(title, width), fontsize=9)
        return style.to_png(figure, dpi=100)


def _image(axes: Axes, image: np.ndarray, label: str | None, colour: str) -> None:
    style.show(axes, image)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=2)
    if label is not None:
        axes.set_xlabel(style.name(label, _UNDER_IMAGE), fontsize=7, color=colour, labelpad=2)
