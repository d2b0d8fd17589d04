"""Arrays of NumPy archives of anyone's: named ones alone, their headers first, within limits."""

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

# An array may unpack to this many bytes, or to so many times the file's size if that is more
# (ours). Pictures compress by much less; what exceeds it is made to fill the memory.
MOST_BYTES = 2**30
MOST_TIMES = 100
_ENDING = ".npy"
_HEADERS = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what NumPy writes


class NpzError(ValueError):
    """What is wrong with an archive or an array, in words."""


def read_arrays(path: Path, names: Sequence[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads some arrays of an `.npz` file; nothing else in it is unpacked.

    Args:
        path: of the file.
        names: of the arrays.

    Returns:
        Those that there are, by name, and the names of all arrays of the file.

    Raises:
        NpzError: if the file or one of the arrays is damaged, holds objects or is too large.
        OSError: if the file cannot be read.
    """
    most = max(MOST_BYTES, MOST_TIMES * path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            present = [name.removesuffix(_ENDING) for name in archive.namelist()]
            found = {name: _read(archive, name, most) for name in names if name in present}
            return found, present
    except (NpzError, OSError):
        raise
    except Exception as error:  # damaged files fail in zipfile, zlib or NumPy, each in its own way
        said = str(error).splitlines() or [""]
        raise NpzError(f"{type(error).__name__}: {said[0][:200]}") from error


def _read(archive: zipfile.ZipFile, name: str, most: int) -> np.ndarray:
    member = _member(archive, name)
    if member.compress_type not in _METHODS:
        raise NpzError(f"the array {name} is compressed as numpy.savez does not")
    with archive.open(member) as file:
        start, shape, dtype = _header(file, name)
        size = math.prod(shape) * dtype.itemsize
        if size > most:
            raise NpzError(
                f"the array {name} would take {size:,} bytes of memory, and {most:,} are allowed: "
                f"{MOST_TIMES} times the file, or {MOST_BYTES:,}"
            )
        if size != member.file_size - start:
            raise NpzError(f"the array {name} has {member.file_size - start:,} of {size:,} bytes")
    with archive.open(member) as file:
        return npy.read_array(file, allow_pickle=False)


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(name + _ENDING)
    except KeyError:
        return archive.getinfo(name)


def _header(file: IO[bytes], name: str) -> tuple[int, tuple[int, ...], np.dtype]:
    """Returns how many bytes an array's header has, and its shape and kind of values."""
    read = _HEADERS.get(npy.read_magic(file))
    if read is None:
        raise NpzError(f"the array {name} has a header of an unknown version")
    shape, _, dtype = read(file)
    if dtype.hasobject:
        raise NpzError(f"the array {name} holds Python objects")
    if not all(isinstance(length, int) and length >= 0 for length in shape):
        raise NpzError(f"the array {name} has the shape {shape}")
    return file.tell(), shape, dtype
