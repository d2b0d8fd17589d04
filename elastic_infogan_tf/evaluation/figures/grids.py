"""Figures of a model, as PNG bytes that files and TensorBoard share."""

import io

import numpy as np
from matplotlib.figure import Figure


def tile(images: np.ndarray, rows: int) -> np.ndarray:
    """Tiles uint8 images `[rows * columns, h, w, c]`, row by row, into `[H, W, c]`."""
    count, height, width, channels = images.shape
    columns = count // rows
    grid = images.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def code_grid(images: np.ndarray, probabilities: np.ndarray, title: str) -> bytes:
    """Draws the code x noise grid: a row per code, a column per noise vector.

    Args:
        images: uint8 `[codes * columns, h, w, c]`, all of code 0 first.
        probabilities: float `[codes]`, the prior, written beside the rows.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    codes = len(probabilities)
    grid = tile(images, codes)
    height, width = grid.shape[:2]
    figure = Figure(figsize=(8, 0.7 + 7 * height / width), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(grid.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    side = height // codes
    labels = [f"code {code}  p={p:.3f}" for code, p in enumerate(probabilities)]
    axes.set_yticks(np.arange(codes) * side + side / 2, labels, fontsize=8)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.set_title(plain_text(title), fontsize=9)
    return to_png(figure, dpi=120)


def reconstructions(images: np.ndarray, reconstructed: np.ndarray, title: str) -> bytes:
    """Draws images in the upper of each two rows and their reconstructions below them.

    Args:
        images: uint8 `[10 * n, h, w, c]`.
        reconstructed: uint8 of the same shape.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    rows = len(images) // 10
    pairs = np.stack(
        [part.reshape(rows, 10, *images.shape[1:]) for part in (images, reconstructed)]
    )
    grid = tile(pairs.swapaxes(0, 1).reshape(-1, *images.shape[1:]), 2 * rows)
    figure = Figure(figsize=(8, 0.7 + 7.8 * grid.shape[0] / grid.shape[1]), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(grid.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    side = images.shape[1]
    places = np.arange(2 * rows) * side + side / 2
    axes.set_yticks(places, ["image", "reconstruction"] * rows, fontsize=7)
    axes.set_xticks([])
    axes.set_title(plain_text(title), fontsize=9)
    return to_png(figure, dpi=120)


def prior_chart(learned: np.ndarray, true: np.ndarray | None, title: str) -> bytes:
    """Draws the prior beside the true class proportions, each sorted from the largest down.

    Which code stands for which class is not known while training, so the k-th largest of the one
    stands beside the k-th largest of the other.

    Args:
        learned: float `[K]`, the prior.
        true: float `[K]`, or None where the data has no labels.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axes = figure.add_subplot()
    rank = np.arange(len(learned))
    axes.bar(rank - 0.2, np.sort(learned)[::-1], width=0.4, label="prior over codes")
    if true is not None:
        place = np.arange(len(true))
        axes.bar(place + 0.2, np.sort(true)[::-1], width=0.4, label="true class proportions")
    axes.axhline(1 / len(learned), color="gray", linewidth=0.8, linestyle=":", label="uniform")
    axes.set_xticks(rank, [str(1 + place) for place in rank])
    axes.set_xlabel("rank, largest first")
    axes.set_ylabel("probability")
    axes.set_title(plain_text(title), fontsize=9)
    axes.legend()
    return to_png(figure, dpi=120)


def plain_text(text: str) -> str:
    """Returns a text that Matplotlib does not take for a formula."""
    return text.replace("$", r"\$")


def to_png(figure: Figure, dpi: int) -> bytes:
    """Returns the figure as PNG bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
