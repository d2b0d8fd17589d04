"""The one type that every data set's loader returns."""

import dataclasses
import functools
import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from elastic_infogan_tf.errors import UsageError

MOST_BYTES_IN_MEMORY = 2 * 2**30  # images that take more stay in their mapped file (ours)


class MappedRows:
    """The images of `rows`, int `[m]`, of a mapped file, read when they are asked for."""

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, images: np.ndarray, rows: np.ndarray) -> None:
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
        """Returns a selection of these images, not read yet."""
        return MappedRows(self._images, self._rows[rows])


ImageArray: TypeAlias = np.ndarray | MappedRows


def take(images: ImageArray, rows: np.ndarray) -> ImageArray:
    """Returns the images of `rows`, int `[m]`: of mapped ones in memory only where they fit."""
    size = len(rows) * math.prod(images.shape[1:])
    if size <= MOST_BYTES_IN_MEMORY or is_in_memory(images):
        return images[rows]
    return images.take(rows) if isinstance(images, MappedRows) else MappedRows(images, rows)


def is_in_memory(images: ImageArray) -> bool:
    """Returns whether the images are an array in memory."""
    return isinstance(images, np.ndarray) and not isinstance(images, np.memmap)


_BLOCK = 1024  # images that are hashed at once


@dataclasses.dataclass(frozen=True)
class LabelledImages:
    """Images with the labels that evaluation, and nothing else, may look at.

    Attributes:
        images: uint8 `[n, height, width, channels]`, in memory or mapped.
        labels: int64 `[n]` in `[0, len(class_names))`, or None where the data has no labels.
        class_names: one for each class.
        source: where the pixels come from, in words for logs, charts and results, for example
            `original` or `built-in (synthetic)`.
        left_out: what lies beside the images and was not taken, in words, as `.heic 80`.
        files: of each image the file that it is alone in, relative to the folder that was given,
            with `/` between folders; None where images have no files of their own.
        bursts: int64 `[n]`, which images are of one moment (`data.bursts`); None: not known.
    """

    images: ImageArray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    source: str
    left_out: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    bursts: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                "images must be uint8 [n, height, width, channels]. "
                f"Received: {self.images.dtype} {list(self.images.shape)}"
            )
        shape = None if self.labels is None else self.labels.shape
        count = None if self.files is None else len(self.files)
        if shape not in (None, (len(self.images),)) or count not in (None, len(self.images)):
            raise ValueError(
                f"labels and files must be one per image, [{len(self.images)}]. "
                f"Received: labels {shape}, files {count}"
            )

    def take(self, rows: np.ndarray) -> "LabelledImages":
        """Returns the images of some rows, int `[m]`, with all that is known of them."""
        return dataclasses.replace(
            self,
            images=take(self.images, rows),
            labels=None if self.labels is None else self.labels[rows],
            files=None if self.files is None else tuple(self.files[row] for row in rows),
            bursts=None if self.bursts is None else self.bursts[rows],
        )

    @property
    def different(self) -> int:
        """How many images differ by more than the moment: bursts, or images."""
        return len(self.images) if self.bursts is None else len(np.unique(self.bursts))

    @property
    def class_counts(self) -> np.ndarray | None:
        """Images per class, int64 `[classes]`; None without labels."""
        if self.labels is None:
            return None
        return np.bincount(self.labels, minlength=len(self.class_names))

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over shape, pixels and labels."""
        return self._hash(lambda block: [block.data])

    @functools.cached_property
    def streamed_fingerprint(self) -> str:
        """What versions that streamed images recorded: each one's SHA-256 instead of its pixels."""
        return self._hash(lambda block: [hashlib.sha256(image).digest() for image in block])

    def _hash(self, parts: Callable[[np.ndarray], Iterable[memoryview | bytes]]) -> str:
        """Hashes what `parts` gives for blocks: mapped images are more than memory should hold."""
        whole = hashlib.sha256(repr(self.images.shape).encode())
        for start in range(0, len(self.images), _BLOCK):
            for part in parts(np.ascontiguousarray(self.images[start : start + _BLOCK])):
                whole.update(part)
        if self.labels is not None:
            whole.update(np.ascontiguousarray(self.labels).data)
        return whole.hexdigest()


def choose_classes(data: LabelledImages, class_ids: Sequence[str]) -> LabelledImages:
    """Returns the images of some classes, labelled by the order of the ids; no ids mean all.

    Raises:
        UsageError: if there is no such class.
    """
    if not class_ids:
        return data
    missing = [name for name in class_ids if name not in data.class_names]
    if missing:
        raise UsageError(
            f"--class_ids names {', '.join(missing)}, and the classes are "
            f"{', '.join(data.class_names)}; choose from those."
        )
    renumbered = np.full(len(data.class_names), -1)
    renumbered[[data.class_names.index(name) for name in class_ids]] = np.arange(len(class_ids))
    labels = renumbered[data.labels]
    taken = dataclasses.replace(data, labels=labels, class_names=tuple(class_ids))
    return taken.take(np.flatnonzero(labels >= 0))
