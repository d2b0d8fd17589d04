"""Which image files can be read: by Pillow alone, or with the extra `heif`."""

import dataclasses
import functools
import importlib

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
