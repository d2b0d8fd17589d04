"""Many image files as arrays: decoded in several threads, bad ones refused or left out."""

import contextlib
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.quiet_start import progress_bar

Decode: TypeAlias = Callable[[Path], np.ndarray]
_BLOCK = 1024  # files that wait for a thread at once, so that a million need little memory


class BadImageError(UsageError):
    """A file that should be an image and cannot be used as one."""


def decode_all(
    paths: Sequence[Path], decode: Decode, skip_bad: bool, what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Decodes files into memory, with a progress bar on stderr.

    `decode` makes an array of a path, of one shape and dtype for all, and raises BadImageError for
    a file that cannot be used. With `skip_bad` such files are left out, with a line on stderr.
    `what` is the files in words, plural.

    Returns:
        The arrays, `[m, ...]`, in the order of `paths`, and the indices of their paths, int64
        `[m]`, ascending.

    Raises:
        BadImageError: without `skip_bad`, the error of the first bad path.
        UsageError: if there is no path or no good file.
        ValueError: if `decode` returns arrays of different shapes.
    """
    arrays: np.ndarray | None = None
    kept: list[int] = []
    with contextlib.closing(decode_each(paths, decode, skip_bad, what)) as results:
        for index, array in results:
            if arrays is None:
                arrays = np.empty((len(paths), *array.shape), array.dtype)
            require_shape(array, arrays.shape[1:])
            arrays[len(kept)] = array
            kept.append(index)
    assert arrays is not None  # no good file is an error
    return arrays[: len(kept)], np.asarray(kept, np.int64)


def decode_each(
    paths: Sequence[Path], decode: Decode, skip_bad: bool, what: str
) -> Generator[tuple[int, np.ndarray], None, None]:
    """Yields index and array of each good file, in order; all else is as of `decode_all`."""

    def attempt(path: Path) -> np.ndarray | BadImageError:
        try:
            return decode(path)
        except BadImageError as error:
            return error

    kept: list[int] = []
    first_error: BadImageError | None = None
    pool = ThreadPoolExecutor()
    with progress_bar(len(paths), "file", desc=what) as bar:
        try:
            for start in range(0, len(paths), _BLOCK):
                block = pool.map(attempt, paths[start : start + _BLOCK])
                for index, result in enumerate(block, start):
                    bar.update()
                    if not isinstance(result, BadImageError):
                        kept.append(index)
                        yield index, result
                    elif not skip_bad:
                        raise result
                    else:
                        first_error = first_error or result
        finally:
            pool.shutdown(cancel_futures=True)  # after an error or Ctrl-C the rest is not needed
    if not kept:
        reason = f"; the first: {first_error}" if first_error else ": there are none."
        raise UsageError(f"none of {len(paths)} {what} can be used{reason}")
    note_skipped(paths, kept, what)


def note_skipped(paths: Sequence[Path], kept: Sequence[int] | np.ndarray, what: str) -> None:
    """Names the files on stderr that are not among those of the indices `kept`, if there are."""
    bad = np.setdiff1d(np.arange(len(paths)), kept)
    if len(bad):
        names = first_of([str(paths[index]) for index in bad], 20)
        note(f"skipped {len(bad)} of {len(paths)} {what} that cannot be used: {names}")


def require_shape(array: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raises a ValueError for an array that `decode` should not have returned."""
    if array.shape != shape:
        raise ValueError(
            "decode must return arrays of one shape. "
            f"Received: {list(array.shape)}, not {list(shape)}"
        )


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is a system's own, and no part of anyone's data."""
    return name.startswith(".") or name == "__MACOSX"  # which zip files of a Mac have


def first_of(names: Sequence[str], limit: int) -> str:
    """Returns names joined by commas; how many more there are instead of those past the limit."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def note(text: str) -> None:
    """Says something on stderr that the user should know and that is no error."""
    print(text, file=sys.stderr, flush=True)
