"""Files decoded once: their images are kept on disk, in one file that can be mapped."""

import contextlib
import errno
import hashlib
import json
import math
import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from elastic_infogan_tf.data.files import decoding
from elastic_infogan_tf.data.files.decoding import Decode, note
from elastic_infogan_tf.data.labelled_images import MOST_BYTES_IN_MEMORY
from elastic_infogan_tf.errors import UnwritableError, UsageError
from elastic_infogan_tf.utils.files import only_process, replace_folder, sync

# Part of every key: one more whenever the same files are decoded to other pixels.
RECIPE = 2
FOLDER = "decoded"  # inside the cache
_ARRAYS, _ABOUT = "arrays.npy", "about.json"
_FLAG = "--cache_dir"


class _Layout(NamedTuple):
    """Of the arrays of all files, the bad ones included."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def decode_once(
    paths: Sequence[Path],
    decode: Decode,
    skip_bad: bool,
    what: str,
    *,
    root: Path,
    shape: tuple[int, ...],
    dtype: type = np.uint8,
    cache_dir: Path,
    parts: Mapping[str, Any],
) -> tuple[np.ndarray, np.ndarray]:
    """Does what `decode_all` does, but takes the arrays from the cache where they are there.

    An entry of files that have changed since is replaced, and so is a corrupted one. Where the
    cache cannot be written or has no room, what fits into memory is decoded as without a cache.

    The cache's folder `FOLDER` has an entry for each set of files in `root`, and for each `parts`:
    what decides the arrays, of `shape` and `dtype` each, besides the files, in values of JSON
    types, `dataset` among them. Equal parts of one folder share an entry.

    Returns:
        As `decode_all`; more than `MOST_BYTES_IN_MEMORY` as a mapped file (`np.memmap`).

    Raises:
        BadImageError: as `decode_all`.
        UsageError: as `decode_all`, or if the arrays fit neither into the cache nor into memory.
    """
    if not paths:
        return decoding.decode_all(paths, decode, skip_bad, what)
    layout = _Layout((len(paths), *shape), np.dtype(dtype))
    name = json.dumps({"root": str(root.resolve()), **parts}, sort_keys=True)
    digest = hashlib.sha256(name.encode()).hexdigest()
    entry = cache_dir / FOLDER / f"{parts['dataset']}-{digest[:16]}"
    key = f"{RECIPE} {identity_of(root, paths)}"

    def read(say: Callable[[str], None]) -> tuple[np.ndarray, np.ndarray] | None:
        stored = _read(entry, key, layout, say)
        # An entry without the bad files was made by `skip_bad`; decoding says what is wrong.
        return stored if stored is None or skip_bad or len(stored[1]) == len(paths) else None

    stored = read(note)
    if stored is not None:
        decoding.note_skipped(paths, stored[1], what)
        return stored
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        lock = entry.with_name(f".{entry.name}.lock")
        # Runs that start at the same time need the same images: one decodes, the others wait.
        with only_process(lock, str(entry), wait=True, flag=_FLAG):
            stored = read(lambda _: None)
            if stored is None:
                _write(entry, key, layout, decoding.decode_each(paths, decode, skip_bad, what))
                stored = read(note)
    except (OSError, UnwritableError) as error:
        reason = getattr(error.__cause__ or error, "strerror", None) or error
        if layout.bytes > MOST_BYTES_IN_MEMORY:
            raise UsageError(
                f"{len(paths)} {what} take {layout.bytes / 1e9:.1f} GB, too much for memory, and "
                f"cannot be kept in {entry.parent} ({reason}); free space there or choose another "
                f"place with {_FLAG}."
            ) from error
        note(f"no cache: cannot write {entry} ({reason}); decoded again next time")
    return stored or decoding.decode_all(paths, decode, skip_bad, what)


def identity_of(root: Path, paths: Sequence[Path]) -> str:
    """Returns a digest of files by path in `root`, size, times of change, inode and device.

    A file that was written anew, moved here or replaced by a copy has another inode or time,
    whatever its modification time pretends. Links are followed.
    """
    digest = hashlib.sha256()
    for path in paths:
        parts: tuple[Any, ...] = (path.relative_to(root).as_posix(),)
        with contextlib.suppress(OSError):  # a link that leads nowhere
            status = path.stat()
            times = status.st_mtime_ns, status.st_ctime_ns
            parts += (status.st_size, *times, status.st_ino, status.st_dev)
        digest.update(repr(parts).encode())
    return digest.hexdigest()


def _read(
    entry: Path, key: str, layout: _Layout, say: Callable[[str], None]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Returns an entry's arrays and the indices of their paths; None, and why, if it has none."""
    if not entry.exists():
        return None
    try:
        about = json.loads((entry / _ABOUT).read_text())
        if about["key"] != key:
            say(f"{entry} is of other files or an earlier recipe and is made again")
            return None
        kept = np.setdiff1d(np.arange(layout.shape[0]), np.asarray(about["left_out"], np.int64))
        if not len(kept) or len(kept) + len(about["left_out"]) != layout.shape[0]:
            raise ValueError(f"left out are {about['left_out']}")
        arrays = np.load(entry / _ARRAYS, mmap_mode="r", allow_pickle=False)
        if arrays.shape != layout.shape or arrays.dtype != layout.dtype:
            raise ValueError(f"{_ARRAYS} is {arrays.dtype} {list(arrays.shape)}")
        arrays = arrays[: len(kept)]
        fits = layout.bytes <= MOST_BYTES_IN_MEMORY
        return np.array(arrays) if fits else arrays, kept
    except Exception as error:  # corrupted files fail in json or NumPy, each in its own way
        say(f"{entry} is corrupted ({type(error).__name__}: {error}) and is made again")
        return None


def _write(
    entry: Path, key: str, layout: _Layout, results: Generator[tuple[int, np.ndarray], None, None]
) -> None:
    """Writes an entry beside its place and renames it into it; an error leaves nothing behind.

    The arrays are written and not assigned to a mapped file, because on a full disk that ends the
    process.
    """
    free = shutil.disk_usage(entry.parent).free
    if free < layout.bytes:
        needed = f"{layout.bytes / 1e9:.2f} GB are needed and {free / 1e9:.2f} GB free"
        raise OSError(errno.ENOSPC, needed)
    beside = entry.with_name(f".{entry.name}.new")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    beside.mkdir()
    kept = []
    try:
        with contextlib.closing(results), (beside / _ARRAYS).open("wb") as file:
            descr = np.lib.format.dtype_to_descr(layout.dtype)
            header = {"descr": descr, "fortran_order": False, "shape": layout.shape}
            np.lib.format.write_array_header_1_0(file, header)
            end = file.tell() + layout.bytes
            for index, array in results:
                decoding.require_shape(array, layout.shape[1:])
                file.write(array.astype(layout.dtype, copy=False).tobytes())
                kept.append(index)
            file.truncate(end)
        left_out = np.setdiff1d(np.arange(layout.shape[0]), kept).tolist()
        (beside / _ABOUT).write_text(json.dumps({"key": key, "left_out": left_out}))
        sync(beside / _ARRAYS)
        sync(beside / _ABOUT)
        replace_folder(beside, entry)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
