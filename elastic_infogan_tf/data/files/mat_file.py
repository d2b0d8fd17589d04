"""Arrays of MATLAB files (version 5, which `save -v6` and `-v7` write), read without trust.

Not by SciPy, whose compiled reader dies of a segmentation fault on some damaged files, and unpacks
whatever a file says it holds. Of the format's document (MathWorks, "MAT-File Format") this reads
what an array of numbers needs; an array's header is read before any of its values.
"""

import dataclasses
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

_FILE_HEADER = 128  # bytes
_MATRIX, _COMPRESSED = 14, 15  # kinds of a file's elements
_INT8, _UINT8, _INT32, _UINT32 = 1, 2, 5, 6  # kinds of a matrix's parts
_UINT8_CLASS = 9
_CLASSES = {6: "float64", 7: "float32", 8: "int8", _UINT8_CLASS: "uint8", 10: "int16"}
_CLASSES |= {11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64"}
_COMPLEX = 0x0800
# Bytes of a matrix's header, its dimensions and its name, that are looked at: some hundred at most.
_LONGEST_HEADER = 4096
_CHUNK = 1 << 16  # bytes of a file that are unpacked at once


class MatFileError(ValueError):
    """What is wrong with a file, as a phrase that begins behind the file's name."""


@dataclasses.dataclass(frozen=True)
class MatArray:
    """An array that a file says it has.

    Attributes:
        dtype: of its values, in NumPy's words; `no numbers` for text, structures and the like.
        shape: as the header says.
    """

    dtype: str
    shape: tuple[int, ...]
    _path: Path
    _place: int  # of its element in the file
    _skipped: int  # bytes of the element before the values' tag
    _order: str

    def read(self) -> np.ndarray:
        """Returns the values of an array of `uint8`, in its `shape`.

        Memory goes by `shape`, so look at that before.

        Raises:
            MatFileError: if the values are not there, are more or fewer, or are damaged.
            OSError: if the file cannot be read.
        """
        if self.dtype != "uint8":
            raise ValueError(f"only uint8 is read. Received: {self.dtype}")
        with self._path.open("rb") as file:
            file.seek(self._place)
            source = _open_element(file, self._order)
            source.read(self._skipped)
            kind, size, inside = _tag(source, self._order)
            if kind not in (_INT8, _UINT8) or size != math.prod(self.shape):
                raise _damaged(f"{size} bytes of values for {list(self.shape)}")
            values = inside if inside is not None else source.read(size)
            source.finish()
        return np.frombuffer(values, np.uint8).reshape(self.shape, order="F")


def find_array(path: Path, name: str) -> MatArray | None:
    """Finds an array by its name and reads no value.

    Args:
        path: of the file.
        name: of the array.

    Returns:
        What the file says of it; None where it has none of the name.

    Raises:
        MatFileError: if the file is damaged before the array, or is no such file.
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        order = _byte_order(file.read(_FILE_HEADER))
        for place in _elements(file, order):
            file.seek(place)
            found = _describe(path, file, place, order, name)
            if found is not None:
                return found
    return None


class _Element:
    """The bytes of a matrix, unpacked as they are read, never more than are asked for."""

    def __init__(self, file: BinaryIO, size: int, packed: bool) -> None:
        self._file = file
        self._left = size
        self._unpack = zlib.decompressobj() if packed else None

    def read(self, count: int) -> bytes:
        """Returns so many bytes."""
        parts, missing = [], count
        while missing:
            part = self._some(missing)
            if not part:
                raise _damaged("it ends within an array")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Goes to the end, where packed bytes have their checksum."""
        if self._unpack is None:
            return
        if len(self._some(8)) > 7:  # less than 8 bytes fill up the last part
            raise _damaged("an array is followed by more of it")
        if not self._unpack.eof:
            raise _damaged("it ends within an array")

    def _some(self, most: int) -> bytes:
        if self._unpack is None:
            return self._raw(min(most, _CHUNK))
        try:
            while not self._unpack.eof:
                packed = self._unpack.unconsumed_tail or self._raw(_CHUNK)
                part = self._unpack.decompress(packed, most)
                if part or not packed:
                    return part
        except zlib.error as error:
            raise _damaged(str(error)) from error
        return b""

    def _raw(self, most: int) -> bytes:
        part = self._file.read(min(most, self._left))
        self._left -= len(part)
        return part


def _byte_order(header: bytes) -> str:
    """Returns how numbers are written, by the first bytes of a file, in `struct`'s words."""
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        raise _damaged("it is no MATLAB file of version 5")
    major = struct.unpack(f"{order}H", header[124:126])[0] >> 8
    if major == 2:
        raise MatFileError("is a MATLAB 7.3 (HDF5) file, which cannot be read here")
    if major != 1:
        raise _damaged("it is no MATLAB file of version 5")
    return order


def _elements(file: BinaryIO, order: str) -> Iterator[int]:
    """Yields where each element begins."""
    end = file.seek(0, 2)
    place = _FILE_HEADER
    while place < end:
        yield place
        file.seek(place)
        size = _unpacked(order, file.read(8))[1]
        place += 8 + size


def _open_element(file: BinaryIO, order: str) -> _Element:
    """Returns the bytes of the matrix whose tag comes next in the file."""
    kind, size = _unpacked(order, file.read(8))
    if kind == _MATRIX:
        return _Element(file, size, packed=False)
    if kind != _COMPRESSED:
        raise _damaged(f"it has an element of kind {kind}")
    element = _Element(file, size, packed=True)
    if _unpacked(order, element.read(8))[0] != _MATRIX:
        raise _damaged("it has something else than an array")
    return element


def _describe(path: Path, file: BinaryIO, place: int, order: str, name: str) -> MatArray | None:
    """Returns the array of the element that comes next, if it has that name."""
    source = _open_element(file, order)
    header = [_part(source, order, kind) for kind in (_UINT32, _INT32, _INT8)]
    (flags, _), (dimensions, _), (found, _) = header
    if len(flags) != 8 or len(dimensions) % 4 or len(dimensions) < 8:
        raise _damaged("an array's header has another length")
    if found != name.encode():
        return None
    word = struct.unpack(f"{order}2I", flags)[0]
    shape = struct.unpack(f"{order}{len(dimensions) // 4}i", dimensions)
    if min(shape) < 0:
        raise _damaged(f"an array of shape {list(shape)}")
    dtype = "no numbers" if word & _COMPLEX else _CLASSES.get(word & 0xFF, "no numbers")
    return MatArray(dtype, shape, path, place, sum(bytes_ for _, bytes_ in header), order)


def _part(source: _Element, order: str, expected: int) -> tuple[bytes, int]:
    """Returns the content of a matrix's next part, and how many bytes that takes in all."""
    kind, size, inside = _tag(source, order)
    if kind != expected or size > _LONGEST_HEADER:
        raise _damaged("an array's header is wrong")
    if inside is not None:
        return inside, 8
    filled = -(-size // 8) * 8
    return source.read(filled)[:size], 8 + filled


def _tag(source: _Element, order: str) -> tuple[int, int, bytes | None]:
    """Returns kind and size of a matrix's next part, and what is in the tag itself if it is short.

    A part of at most four bytes lies in its tag, and the tag's first half holds both numbers.
    """
    tag = source.read(8)
    kind, size = _unpacked(order, tag)
    if not kind >> 16:
        return kind, size, None
    kind, size = kind & 0xFFFF, kind >> 16
    if size > 4:
        raise _damaged("a part of an array has a wrong size")
    return kind, size, tag[4 : 4 + size]


def _unpacked(order: str, tag: bytes) -> tuple[int, int]:
    if len(tag) != 8:
        raise _damaged("it ends within an array")
    kind, size = struct.unpack(f"{order}2I", tag)
    return kind, size


def _damaged(problem: str) -> MatFileError:
    return MatFileError(f"cannot be read as a MATLAB file ({problem})")
