"""Grids of images: codes and noise, nearest neighbours, reconstructions, a gallery."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.data.batches.pipeline import scale, unscale
from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style

_RECONSTRUCTED, _COLUMNS = 40, 10
_QUERIES = 10
_UNDER_NEIGHBOUR = 14  # characters of a line under an image of one inch
GALLERY_COLUMNS, GALLERY_ROWS = 8, 6
_UNDER_IMAGE = 16


def draw_grid(subject: Subject) -> bytes:
    """Draws a row per code, a column per noise vector, the same ones for every code and time."""
    probabilities = subject.evidence.probabilities
    grid = style.tile(subject.evidence.inference.generate_grid(_COLUMNS), len(probabilities))
    names = [f"code {code}  p={p:.3f}" for code, p in enumerate(probabilities)]
    reading = "a row per code; all images of a column are made of the same noise"
    return _draw_rows(grid, names, subject.title, 7, reading)


def draw_reconstructions(subject: Subject) -> bytes:
    """Draws the first training images in whole rows, each above its reconstructions."""
    images = subject.evidence.data.images
    columns = min(_COLUMNS, len(images))
    rows = min(_RECONSTRUCTED, len(images)) // columns
    images = images[: rows * columns]
    reconstructed = unscale(subject.evidence.reconstruct(scale(images))).numpy()
    pairs = np.stack([np.split(part, rows) for part in (images, reconstructed)], axis=1)
    grid = style.tile(pairs.reshape(-1, *images.shape[1:]), 2 * rows)
    return _draw_rows(grid, ["image", "reconstruction"] * rows, subject.title, 7.8)


def _draw_rows(
    grid: np.ndarray, names: Sequence[str], title: str, inches: float, reading: str = ""
) -> bytes:
    """Draws rows of images, so many inches wide, with names beside them."""
    height, width = grid.shape[:2]
    side = height / len(names)
    with style.figure(8, 0.7 + inches * height / width) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        axes.set_yticks((np.arange(len(names)) + 0.5) * side, names, fontsize=8)
        axes.set_xticks([])
        axes.set_xlabel(reading, fontsize=8)
        axes.tick_params(length=0)
        axes.set_title(style.heading(title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)


def draw_neighbours(subject: Subject) -> bytes:
    """Draws a row per query, of as many classes as there is room for, its nearest images first.

    With labels the names of neighbours are green where their class is the query's, else red.
    """
    data, nearest = subject.evidence.data, subject.evidence.neighbours
    if data.labels is None:
        chosen = np.arange(min(_QUERIES, len(nearest.queries)))
    else:
        classes, first = np.unique(data.labels[nearest.queries], return_index=True)
        chosen = first[np.linspace(0, len(classes) - 1, min(_QUERIES, len(classes))).astype(int)]
    # The query in the first column.
    rows = np.concatenate([nearest.queries[chosen, np.newaxis], nearest.neighbours[chosen]], axis=1)
    texts = np.full(rows.shape, "", object)
    colours = np.full(rows.shape, "gray", object)
    if data.labels is not None:
        shown = [style.name(name, _UNDER_NEIGHBOUR) for name in data.class_names]
        labels = data.labels[rows]
        texts[:] = np.array(shown, object)[labels]
        colours[:] = np.where(labels == labels[:, :1], "tab:green", "tab:red")
    colours[:, 0] = "black"
    lines = max(text.count("\n") + 1 if text else 0 for text in texts.flat)
    count, columns = rows.shape
    width = max(columns + 0.6, 4)
    with style.figure(width, count * (1.08 + 0.14 * lines) + 0.7) as figure:
        grid = figure.subplots(count, columns, squeeze=False)
        for index, axes in np.ndenumerate(grid):
            style.show(axes, data.images[rows[index]])
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[:].set(color=colours[index], linewidth=2)
            axes.set_xlabel(texts[index], fontsize=7, color=colours[index], labelpad=2)
        grid[0, 0].set_title("query", fontsize=8)
        grid[0, 1].set_title("nearest", fontsize=8)
        figure.suptitle(style.heading(subject.title, width), fontsize=9)
        return style.to_png(figure, dpi=100)


def draw_gallery(images: np.ndarray, captions: Sequence[str], title: str) -> bytes:
    """Draws images, uint8 `[n, h, w, c]`, n is 1 or more, in rows of `GALLERY_COLUMNS`.

    Each has a caption, whose lines stay lines; the title says what they are, of which run and which
    source.
    """
    count, height, width, channels = images.shape
    columns = min(GALLERY_COLUMNS, count)
    rows = -(-count // columns)
    texts = [
        "\n".join(style.name(line, _UNDER_IMAGE) for line in caption.split("\n"))
        for caption in captions
    ]
    lines = max(text.count("\n") + 1 for text in texts)
    under = round(width * (0.16 * lines + 0.06))  # pixels of an inch-wide image
    gap = max(1, width // 16)
    grid = style.blank(rows * columns, height + under, width + gap, channels)
    grid[:count, :height, :width] = images
    inches = max(columns * (1 + gap / width), 5)
    with style.figure(inches, rows * (height + under) / width + 0.7) as figure:
        axes = figure.add_subplot()
        style.show(axes, style.tile(grid, rows))
        axes.set_axis_off()
        for index, text in enumerate(texts):
            row, column = divmod(index, columns)
            x = column * (width + gap) + width / 2
            y = row * (height + under) + height * 1.02
            axes.text(x, y, text, ha="center", va="top", fontsize=6.5)
        figure.suptitle(style.heading(title, inches), fontsize=9)
        return style.to_png(figure, dpi=120)
