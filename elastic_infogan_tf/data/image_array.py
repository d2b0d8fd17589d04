"""Images by rows: an array in memory, a file that stays mapped, or some rows of that file.

The pipeline and the evaluation ask for rows, so nothing else needs to know where the pixels are.
"""

import math
from typing import TypeAlias

import numpy as np

MOST_BYTES_IN_MEMORY = 2 * 2**30  # images that take more stay in their mapped file (ours)


class MappedRows:
    """Some of the images of a mapped file, which are read when they are asked for.

    Args:
        images: uint8 `[n, h, w, c]`, the mapped file.
        rows: int `[m]`, which of its images, with repetitions or without.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, images: np.memmap, rows: np.ndarray) -> None:
        self._images = images
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of images, height, width, channels."""
        return (len(self), *self._images.shape[1:])

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        """Returns the images of `rows`, as NumPy understands them, uint8 `[k, h, w, c]`."""
        return self._images[self._rows[rows]]

    def take(self, rows: np.ndarray) -> "MappedRows":
        """Returns a selection of these images."""
        return MappedRows(self._images, self._rows[rows])


ImageArray: TypeAlias = np.ndarray | MappedRows


def take(images: ImageArray, rows: np.ndarray) -> ImageArray:
    """Returns a selection of images: of mapped ones in memory only where they fit.

    Args:
        images: uint8 `[n, h, w, c]`.
        rows: int `[m]`.
    """
    size = len(rows) * math.prod(images.shape[1:])
    if size <= MOST_BYTES_IN_MEMORY:
        return images[rows]
    if isinstance(images, MappedRows):
        return images.take(rows)
    return MappedRows(images, rows) if isinstance(images, np.memmap) else images[rows]


def is_in_memory(images: ImageArray) -> bool:
    """Returns whether the images are an array in memory."""
    return isinstance(images, np.ndarray) and not isinstance(images, np.memmap)
