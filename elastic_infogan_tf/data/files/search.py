"""Finding the images in anyone's folder by the formats that can be read, and counting the rest."""

import functools
import importlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import features

from elastic_infogan_tf.data.files.decoding import is_hidden
from elastic_infogan_tf.errors import UsageError


class Formats(NamedTuple):
    """The endings of names that can be read here, in lower case, and Pillow's names of formats.

    A file is taken for one of those, whatever its ending: none of them runs another program.
    """

    endings: tuple[str, ...]
    names: tuple[str, ...]


_ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_NAMES = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_HEIF = (".heic", ".heif")
_AVIF = (".avif",)
# What is made of images lies among them where it was put there: a folder that has all these.
_RESULTS = (
    ("config.json", "checkpoints"),
    ("config.json", "metrics.csv"),
    ("config.json", "tensorboard"),
    ("summary.json", "groups.csv"),
)
_RESULTS_FOLDER = "folder of results"


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
    if ending in formats().endings:
        return ""
    if ending in _HEIF:
        return 'read with pip install "elastic-infogan-tf[heif]"'
    return "read by Pillow 11.3 or later" if ending in _AVIF else ""


def search(folder: Path) -> tuple[list[Path], dict[str, list[Path]], Counter[str]]:
    """Finds images by their endings at any depth; links to files and folders are followed.

    What has an image's ending and cannot be one, such as a pipe or a link to nothing, is found
    too, for whoever reads it to refuse. Hidden files and folders, and the folders of runs and of
    sortings, are left alone.

    Returns:
        The folder's own images, sorted; those of each of its sub-folders that has not only
        results; and how many others there are: by their endings, broken links, folders of results.

    Raises:
        UsageError: if it is no folder, or one cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(
            f"--data_dir={folder} is not a folder; give the folder that has the images."
        )
    others: Counter[str] = Counter()
    try:
        entries = sorted(path for path in folder.iterdir() if not is_hidden(path.name))
        own = list(_images((path for path in entries if not path.is_dir()), others))
        inside = {}
        for path in entries:
            if path.is_dir():
                results = others[_RESULTS_FOLDER]
                images = sorted(_images(_walk(path, others), others))
                if images or others[_RESULTS_FOLDER] == results:
                    inside[path.name] = images
    except OSError as error:
        raise UsageError(
            f"the folder {error.filename} cannot be read: {error.strerror}; change its permissions "
            "or take it out."
        ) from error
    return own, inside, others


def _images(paths: Iterable[Path], others: Counter[str]) -> Iterator[Path]:
    """Yields the images among files, and counts the others; hidden ones are neither."""
    for path in paths:
        ending = path.suffix.lower()
        if is_hidden(path.name):
            continue
        if ending in formats().endings:
            yield path
        else:
            is_broken = path.is_symlink() and not path.exists()
            others["broken link" if is_broken else ending] += 1


def _walk(folder: Path, others: Counter[str]) -> Iterator[Path]:
    """Yields the files below a folder, and counts the folders of results."""

    def fail(error: OSError) -> None:
        raise error

    seen = set()
    for root, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        status = os.stat(root)
        identity = (status.st_dev, status.st_ino)
        if identity in seen:  # a link to where it has been
            folders.clear()
            continue
        seen.add(identity)
        if any({*folders, *names}.issuperset(result) for result in _RESULTS):
            others[_RESULTS_FOLDER] += 1
            folders.clear()
            continue
        folders[:] = [name for name in folders if not is_hidden(name)]
        yield from (Path(root, name) for name in names)
