"""Anyone's own images in one NumPy archive."""

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from elastic_infogan_tf.data.files.decoding import first_of, note
from elastic_infogan_tf.data.files.image import fit
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.utils.text import counted

# An array may unpack to this many bytes, or to so many times the file's size if that is more
# (ours). Images compress by much less; what exceeds it is made to fill the memory.
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
        NpzError: if the file or one of the arrays is corrupted, holds objects or is too large.
        OSError: if the file cannot be read.
    """
    most = max(MOST_BYTES, MOST_TIMES * path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            present = [name.removesuffix(_ENDING) for name in archive.namelist()]
            found = {name: _npz_file_read(archive, name, most) for name in names if name in present}
            return found, present
    except (NpzError, OSError):
        raise
    except (
        Exception
    ) as error:  # corrupted files fail in zipfile, zlib or NumPy, each in its own way
        said = str(error).splitlines() or [""]
        raise NpzError(f"{type(error).__name__}: {said[0][:200]}") from error


def _npz_file_read(archive: zipfile.ZipFile, name: str, most: int) -> np.ndarray:
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


_NAMES = ("images", "labels", "class_names")
_SHOWN_NAMES, _SHOWN = 10, 50  # of other arrays, and of each one's letters
_LONGEST_NAME = 255  # characters, as of a folder


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the file that the settings ask for (`load`).

    Raises:
        UsageError: if there is no file.
    """
    if files.data_dir is None:
        raise UsageError("--dataset=npz needs --data_dir: the .npz file with the images.")
    return load(files.data_dir, settings.image_shape)


def load(path: Path, image_shape: tuple[int, int, int]) -> LabelledImages:
    """Loads an `.npz` file with `images` and, if there are any, `labels` and `class_names`.

    Args:
        path: of the file; `images` is uint8 (or bool) `[n, h, w]` or `[n, h, w, 1 or 3]`, `labels`
            whole numbers `[n]` of any values, `class_names` a text for each different value, in
            order. Other arrays are not read.
        image_shape: what the images are fitted to, as `fitting.fit` does.

    Returns:
        The images in the file's order; labels are the places of their values in sorted order;
        source `npz` and the file's name.

    Raises:
        UsageError: if the file cannot be read or holds something else.
    """
    arrays = _read(path)
    images = _full_range(path, arrays["images"])
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] not in (1, 3):
        raise UsageError(
            f"{path} must hold images as uint8 [n, h, w] or [n, h, w, 1 or 3], 0 to 255, but it "
            f"has {arrays['images'].dtype} {list(arrays['images'].shape)}; convert them."
        )
    if 0 in images.shape[1:]:
        raise UsageError(f"{path} has images of {list(images.shape[1:])}, without a pixel.")
    if len(images) < 2:
        raise UsageError(f"{path} has {counted(len(images), 'image')}; give two or more.")
    if images.shape[1:] != tuple(image_shape):
        images = np.stack([fit(image, image_shape) for image in images])
    labels, names = _labels(path, arrays, len(images))
    return LabelledImages(images, labels, names, f"npz {path.name}")


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        arrays, present = read_arrays(path, _NAMES)
    except (NpzError, OSError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"--data_dir={path} cannot be read as a NumPy archive ({said}); give a file that "
            "numpy.savez wrote, without objects."
        ) from error
    if "images" not in arrays:
        found = first_of([name[:_SHOWN] for name in present], _SHOWN_NAMES)
        raise UsageError(
            f"{path} has no array named images, but {found or 'nothing'}; save it with "
            "numpy.savez(path, images=..., labels=...)."
        )
    return arrays


def _full_range(path: Path, images: np.ndarray) -> np.ndarray:
    """Returns images of yes and no, which some programs save as 0 and 1, as black and white."""
    if images.dtype == bool or (images.dtype == np.uint8 and images.size and images.max() == 1):
        note(f"{path} holds images of 0 and 1; they are taken as 0 and 255")
        return images.astype(np.uint8) * 255
    return images


def _labels(
    path: Path, arrays: dict[str, np.ndarray], count: int
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if "labels" not in arrays:
        return None, ()
    labels = arrays["labels"]
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise UsageError(
            f"{path} must hold labels as {count} whole numbers, one for each image, but it has "
            f"{labels.dtype} {list(labels.shape)}; correct them or leave them out."
        )
    values, places = np.unique(labels, return_inverse=True)
    names = arrays.get("class_names", values)
    if names.shape != values.shape:
        raise UsageError(
            f"{path} must hold class_names as {len(values)} texts, one for each different label, "
            f"but it has {list(names.shape)}; correct them or leave them out."
        )
    texts = tuple(str(name) for name in names)
    longest = max(map(len, texts))
    if longest > _LONGEST_NAME:
        raise UsageError(
            f"{path} has a class name of {longest} characters; {_LONGEST_NAME} are allowed."
        )
    return places.astype(np.int64), texts
