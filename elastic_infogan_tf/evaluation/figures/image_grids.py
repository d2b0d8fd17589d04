"""Grids of images: codes and noise, nearest neighbours, reconstructions."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.data.batches.pipeline import scale, unscale
from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.inference import generate_grid

_COLUMNS = 10
_MOST = 40


def draw_reconstructions(subject: Subject) -> bytes:
    """Draws the first training images in whole rows, each above its reconstructions."""
    images = subject.evidence.data.images
    columns = min(_COLUMNS, len(images))
    images = images[: min(_MOST, len(images)) // columns * columns]
    reconstructed = unscale(subject.evidence.reconstruct(scale(images))).numpy()
    rows = len(images) // columns
    pairs = np.stack(
        [part.reshape(rows, columns, *images.shape[1:]) for part in (images, reconstructed)]
    )
    grid = style.tile(pairs.swapaxes(0, 1).reshape(-1, *images.shape[1:]), 2 * rows)
    with style.figure(8, 0.7 + 7.8 * grid.shape[0] / grid.shape[1]) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        side = images.shape[1]
        places = np.arange(2 * rows) * side + side / 2
        axes.set_yticks(places, ["image", "reconstruction"] * rows, fontsize=7)
        axes.set_xticks([])
        axes.set_title(style.heading(subject.title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)


_READING = "a row per code; all images of a column are made of the same noise"


def draw_grid(subject: Subject) -> bytes:
    """Draws a row per code, a column per noise vector, the same ones for every code and time."""
    probabilities = subject.evidence.probabilities
    codes = len(probabilities)
    images = generate_grid(subject.evidence.model)
    grid = style.tile(images, codes)
    height, width = grid.shape[:2]
    with style.figure(8, 0.7 + 7 * height / width) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        side = height // codes
        labels = [f"code {code}  p={p:.3f}" for code, p in enumerate(probabilities)]
        axes.set_yticks(np.arange(codes) * side + side / 2, labels, fontsize=8)
        axes.set_xticks([])
        axes.set_xlabel(_READING, fontsize=8)
        axes.tick_params(length=0)
        axes.set_title(style.heading(subject.title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)


_QUERIES = 10
_UNDER_IMAGE = 14  # characters of a line under an image of one inch


def draw_neighbours(subject: Subject) -> bytes:
    """Draws a row per query, of as many classes as there is room for, its nearest images first."""
    data, nearest = subject.evidence.data, subject.evidence.neighbours
    labels = None if data.labels is None else data.labels[nearest.queries]
    if labels is None:
        chosen = np.arange(min(_QUERIES, len(nearest.queries)))
    else:
        classes, first = np.unique(labels, return_index=True)
        chosen = first[np.linspace(0, len(classes) - 1, min(_QUERIES, len(classes))).astype(int)]
    # The query in the first column.
    rows = np.concatenate([nearest.queries[chosen, np.newaxis], nearest.neighbours[chosen]], axis=1)
    names = (
        None if labels is None else [[data.class_names[x] for x in y] for y in data.labels[rows]]
    )
    texts = [style.name(name, _UNDER_IMAGE) for row in names or () for name in row]
    lines = max((text.count("\n") + 1 for text in texts), default=0)
    count, columns = rows.shape
    width = max(columns + 0.6, 4)
    with style.figure(width, count * (1.08 + 0.14 * lines) + 0.7) as figure:
        places: Any = figure.subplots(count, columns, squeeze=False)
        for (row, column), index in np.ndenumerate(rows):
            name = None if names is None else names[row][column]
            colour = "black"
            if column:
                right = "tab:green" if names and name == names[row][0] else "tab:red"
                colour = "gray" if name is None else right
            _image(places[row, column], data.images[index], name, colour)
        places[0, 0].set_title("query", fontsize=8)
        places[0, 1].set_title("nearest", fontsize=8)
        figure.suptitle(style.heading(subject.title, width), fontsize=9)
        return style.to_png(figure, dpi=100)


def _image(axes: Axes, image: np.ndarray, label: str | None, colour: str) -> None:
    style.show(axes, image)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=2)
    if label is not None:
        axes.set_xlabel(style.name(label, _UNDER_IMAGE), fontsize=7, color=colour, labelpad=2)
