"""Which image files can be read, and files that are corrupted beside their pixels."""

import dataclasses
import functools
import importlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import features


@dataclasses.dataclass(frozen=True)
class Formats:
    """What can be read here.

    Attributes:
        endings: of file names, in lower case.
        names: Pillow's, of what a file may be taken for, whatever its name says: none of these runs
            another program.
    """

    endings: tuple[str, ...]
    names: tuple[str, ...]


_ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_NAMES = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_HEIF = (".heic", ".heif")
_AVIF = (".avif",)


@functools.cache
def formats() -> Formats:
    """Returns the formats of this installation; with the extra `heif` its reader is set up."""
    endings: tuple[str, ...] = _ENDINGS
    names: tuple[str, ...] = _NAMES
    if features.check("avif"):
        endings, names = endings + _AVIF, (*names, "AVIF")
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return Formats(endings, names)
    return Formats(endings + _HEIF, (*names, "HEIF"))


def need(ending: str) -> str:
    """Returns what is missing to read files of an ending, as a phrase; empty if nothing helps."""
    if ending in _HEIF and ending not in formats().endings:
        return 'read with pip install "elastic-infogan-tf[heif]"'
    if ending in _AVIF and ending not in formats().endings:
        return "read by Pillow 11.3 or later"
    return ""


_LARGEST = 2**28  # bytes of a file that is looked into
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
# Nothing that decodes to a pixel may come of what stands in the place of a missing end.
_FILLINGS = (bytes(64), b"\xaa" * 64)
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_KEPT_IF_WHOLE = (b"tRNS", b"eXIf")  # transparency, orientation
_TRANSPARENCY_SIZES = {0: (2,), 2: (6,), 3: range(1, 257)}  # bytes, by the kind of colours


def candidates(path: Path) -> tuple[bytes, ...]:
    """Returns an image's file without what cannot be read of it.

    Of a PNG: without text, profiles and other chunks that are no pixels. Of a JPEG that lacks its
    end: with one, in two ways. They are the same image if no pixel is missing.

    Args:
        path: of a file that could not be read.

    Returns:
        Contents of files, which must all give the same pixels to be believed; none where nothing
        can be left out.
    """
    if path.stat().st_size > _LARGEST:
        return ()
    content = path.read_bytes()
    if content.startswith(_PNG):
        whole = _PNG + b"".join(_needed(content))
        return (whole,) if whole != content else ()
    if content.startswith(_JPEG) and not content.endswith(_JPEG_END):
        # Half of the end mark may be there.
        body = content.removesuffix(_JPEG_END[:1])
        return tuple(body + filling + _JPEG_END for filling in _FILLINGS)
    return ()


def _needed(content: bytes) -> Iterator[bytes]:
    """Yields a PNG's chunks that say what its pixels are, as they stand in the file."""
    place, colours = len(_PNG), None
    while place + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        chunk = content[place : place + size + 12]
        data = chunk[8:-4]
        if kind == b"IHDR" and len(data) > 9:
            colours = data[9]
        if kind in _PIXEL_CHUNKS or (kind in _KEPT_IF_WHOLE and _is_whole(chunk, colours)):
            yield chunk
        place += size + 12


def _is_whole(chunk: bytes, colours: int | None) -> bool:
    kind, data = chunk[4:8], chunk[8:-4]
    if len(chunk) < 12 or zlib.crc32(kind + data) != int.from_bytes(chunk[-4:]):
        return False
    return kind != b"tRNS" or len(data) in _TRANSPARENCY_SIZES.get(colours or 0, ())
