"""Images side by side."""

import numpy as np
from matplotlib.axes import Axes


def tile(images: np.ndarray, rows: int) -> np.ndarray:
    """Tiles uint8 images `[rows * columns, h, w, c]`, row by row, into `[H, W, c]`."""
    count, height, width, channels = images.shape
    columns = count // rows
    grid = images.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def show(axes: Axes, image: np.ndarray) -> None:
    """Shows one image, uint8 `[h, w, 1 or 3]`, as its pixels are: neither blurred nor stretched."""
    axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
