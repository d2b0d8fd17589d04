"""Images that stay in their files and are decoded when they are asked for: folders beyond memory.

The pipeline and the evaluation take pixels from an `ImageArray` by rows. A uint8 `np.ndarray` is
one; `StreamedImages` is another, so nothing else needs to know where the pixels are.
"""

import hashlib
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from elastic_infogan_tf.data.files.images_on_disk import decode_all
from elastic_infogan_tf.data.files.picture import BadImageError

Rows = slice | np.ndarray


class ImageArray(Protocol):
    """What is asked of images, uint8 `[n, h, w, c]`, wherever they are."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number, height, width, channels."""

    @property
    def dtype(self) -> np.dtype:
        """Uint8."""

    @property
    def ndim(self) -> int:
        """4."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Rows) -> np.ndarray: ...

    def take(self, indices: np.ndarray, axis: int) -> "ImageArray":
        """Returns the images of these rows (`axis` is 0) as images of the same kind."""


class StreamedImages:
    """Images in files, decoded by a pool of threads each time they are asked for.

    Args:
        paths: of the files.
        decode: from a path to uint8 `[h, w, c]`, of one shape for all paths; raises BadImageError.
        image_shape: that shape.
        digests: uint8 `[n, 32]`, SHA-256 of each image's pixels; None while nobody has looked into
            the files, some of which may be damaged.
        pool: threads to decode with; None makes one.

    Attributes:
        digests: as given: equal digests, equal pixels. Images that are not as they were when these
            were made are refused.
        failure: the error of the first file that could not be decoded, or None.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self,
        paths: Sequence[Path | str],
        decode: Callable[[Path], np.ndarray],
        image_shape: tuple[int, int, int],
        digests: np.ndarray | None,
        pool: ThreadPoolExecutor | None = None,
    ) -> None:
        # Text takes a third of the memory of Path objects, which counts for millions of files.
        self._paths = [str(path) for path in paths]
        self._places = np.arange(len(self._paths))
        self._decode = decode
        self._image_shape = image_shape
        self._pool = pool or ThreadPoolExecutor(thread_name_prefix="decode")
        self.digests = digests
        self.failure: BadImageError | None = None

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of images, height, width, channels."""
        return (len(self), *self._image_shape)

    @property
    def memory_bytes(self) -> int:
        """Bytes that are held whatever is decoded: paths, places and digests."""
        paths = sum(map(sys.getsizeof, self._paths)) + sys.getsizeof(self._paths)
        digests = 0 if self.digests is None else self.digests.nbytes
        return paths + self._places.nbytes + digests

    def __getitem__(self, rows: Rows) -> np.ndarray:
        """Decodes the images of `rows`, in parallel.

        Args:
            rows: a slice or a one-dimensional index array, as NumPy understands it.

        Returns:
            uint8 `[m, h, w, c]`.

        Raises:
            BadImageError: for the first file that cannot be used, or has other pixels than before.
            ValueError: if `rows` is something else.
        """
        places = self._places[rows]
        if places.ndim != 1:
            raise ValueError(f"rows must be a slice or a list of indices. Received: {rows}")
        images = np.empty((len(places), *self._image_shape), np.uint8)
        try:
            for row, image in enumerate(self._pool.map(self._read, places)):
                images[row] = image
        except BadImageError as error:
            self.failure = error
            raise
        return images

    def _read(self, place: int) -> np.ndarray:
        """Decodes one file, and refuses it if its pixels are others than when they were digested.

        A training whose images change on the way is no run that could be told of or repeated.
        """
        path = Path(self._paths[place])
        image = self._decode(path)
        if self.digests is not None and not np.array_equal(digest(image), self.digests[place]):
            raise BadImageError(
                f"{path} has changed since this command began: its pixels are others. Put the "
                "former file back and run the same command again, or train what is there now into "
                "another --model_dir."
            )
        return image

    def read_good(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[BadImageError]]:
        """Decodes the images of `rows` that can be decoded, in parallel.

        Args:
            rows: int `[m]`.

        Returns:
            uint8 `[g, h, w, c]`; which of the rows these are, int `[g]`, in their order; and the
            errors of the others, in theirs.
        """

        def attempt(row: int) -> np.ndarray | BadImageError:
            try:
                return self._read(row)
            except BadImageError as error:
                return error

        images = np.empty((len(rows), *self._image_shape), np.uint8)
        good: list[int] = []
        errors: list[BadImageError] = []
        for row, result in zip(rows, self._pool.map(attempt, rows), strict=True):
            if isinstance(result, BadImageError):
                errors.append(result)
            else:
                images[len(good)] = result
                good.append(row)
        return images[: len(good)], np.asarray(good, np.int64), errors

    def take(self, indices: np.ndarray, axis: int = 0) -> "StreamedImages":
        """Returns a selection of the images, still in their files; they share the threads.

        Args:
            indices: int `[m]`, with repetitions or without.
            axis: 0, as for `np.ndarray.take`.

        Raises:
            ValueError: for another axis.
        """
        if axis != 0:
            raise ValueError(f"axis must be 0. Received: {axis}")
        paths = [self._paths[place] for place in self._places[indices]]
        digests = None if self.digests is None else self.digests[indices]
        return StreamedImages(paths, self._decode, self._image_shape, digests, self._pool)


def stream_all(
    paths: Sequence[Path], decode: Callable[[Path], np.ndarray], skip_bad: bool, what: str
) -> tuple[StreamedImages, np.ndarray]:
    """Does what `decode_all` does, but keeps 32 bytes of each image instead of its pixels.

    Every file is decoded once, because only that finds all damage: a training must not stop after
    hours at the one file that was cut off, and its record needs the fingerprint of its data. That
    takes as long as reading the data for one epoch.

    Args:
        paths: of the files.
        decode: from a path to uint8 `[h, w, c]`, of one shape for all paths; raises BadImageError.
        skip_bad: leave bad files out, with a line on stderr, instead of raising.
        what: the files in words, plural, for the progress bar and the messages.

    Returns:
        The images and the indices of their paths, int64 `[m]`, ascending.

    Raises:
        BadImageError: without `skip_bad`, the error of the first bad path.
        UsageError: if there is no path or no good file.
    """
    digests, kept = decode_all(paths, lambda path: digest(decode(path)), skip_bad, what)
    good = [paths[place] for place in kept]
    return StreamedImages(good, decode, decode(good[0]).shape, digests), kept


def digest(image: np.ndarray) -> np.ndarray:
    """Returns the SHA-256 of an image's pixels, uint8 `[32]`."""
    return np.frombuffer(hashlib.sha256(np.ascontiguousarray(image).data).digest(), np.uint8)
