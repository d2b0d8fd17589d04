"""Anyone's own images in one NumPy archive."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from elastic_infogan_tf.data.bursts import numbered
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
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what NumPy writes
_NAMES = ("images", "labels", "class_names")
_SHOWN_NAMES, _SHOWN = 10, 50  # of other arrays, and of each one's letters
_LONGEST_NAME = 255  # characters, as of a folder


def read_arrays(path: Path, names: Sequence[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads some arrays of an `.npz` file; nothing else in it is unpacked.

    Returns:
        Those of `names` that there are, and the names of all arrays of the file.

    Raises:
        ValueError: if the file cannot be read, or one of the arrays is corrupted, holds objects or
            is too large; it says so in short.
    """
    try:
        most = max(MOST_BYTES, MOST_TIMES * path.stat().st_size)
        with zipfile.ZipFile(path) as archive:
            members = {file.filename.removesuffix(".npy"): file for file in archive.infolist()}
            arrays = {
                name: _read_member(archive, members[name], most)
                for name in names
                if name in members
            }
    except Exception as error:  # corrupted files fail in zipfile, zlib or NumPy, each in its way
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise ValueError(reason.splitlines()[0][:200]) from error
    return arrays, list(members)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> np.ndarray:
    name = member.filename
    if member.compress_type not in _METHODS:
        raise ValueError(f"{name} is compressed as numpy.savez does not")
    if member.file_size > most:
        raise ValueError(
            f"{name} would take {member.file_size:,} bytes of memory, and {most:,} are allowed: "
            f"{MOST_TIMES} times the file, or {MOST_BYTES:,}"
        )
    with archive.open(member) as file:  # of which no more than its size is unpacked
        array = npy.read_array(file, allow_pickle=False)
        if file.read(1):  # the end is where the checksum is looked at
            raise ValueError(f"{name} has more than its {array.nbytes:,} bytes")
    return array


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads an `.npz` file with `images` and, if there are any, `labels` and `class_names`.

    `images` is uint8 (or bool) `[n, h, w]` or `[n, h, w, 1 or 3]`, which become squares (`fit`);
    `labels` whole numbers `[n]` of any values; `class_names` a text for each different value, in
    order. Other arrays are not read.

    Returns:
        The images in the file's order; labels are the places of their values in sorted order;
        source `npz` and the file's name.

    Raises:
        UsageError: if there is no file, it cannot be read or holds something else.
    """
    path, image_shape = files.data_dir, settings.image_shape
    if path is None:
        raise UsageError("--dataset=npz needs --data_dir: the .npz file with the images.")
    try:
        arrays, present = read_arrays(path, [*_NAMES, *filter(None, [settings.bursts])])
    except ValueError as error:
        raise UsageError(
            f"--data_dir={path} cannot be read as a NumPy archive ({error}); give a file that "
            "numpy.savez wrote, without objects."
        ) from error
    if "images" not in arrays:
        others = first_of([name[:_SHOWN] for name in present], _SHOWN_NAMES)
        raise UsageError(
            f"{path} has no array named images, but {others or 'nothing'}; save it with "
            "numpy.savez(path, images=..., labels=...)."
        )
    images = arrays["images"]
    # Some programs save images of yes and no as 0 and 1.
    if images.dtype == bool or (images.dtype == np.uint8 and images.size and images.max() == 1):
        note(f"{path} holds images of 0 and 1; they are taken as 0 and 255")
        images = images.astype(np.uint8) * 255
    if images.ndim == 3:
        images = images[..., np.newaxis]
    is_images = images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] in (1, 3)
    if not is_images or 0 in images.shape[1:]:
        raise UsageError(
            f"{path} must hold images as uint8 [n, h, w] or [n, h, w, 1 or 3], 0 to 255, but it "
            f"has {arrays['images'].dtype} {list(arrays['images'].shape)}; convert them."
        )
    if len(images) < 2:
        raise UsageError(f"{path} has {counted(len(images), 'image')}; give two or more.")
    if images.shape[1:] != tuple(image_shape):
        images = np.stack([fit(image, image_shape) for image in images])
    labels, names = _labels(path, arrays, len(images))
    bursts = _bursts(path, arrays, settings.bursts, len(images))
    return LabelledImages(images, labels, names, f"npz {path.name}", bursts=bursts)


def _bursts(
    path: Path, arrays: dict[str, np.ndarray], name: str | None, count: int
) -> np.ndarray | None:
    if name is None:
        return None
    if name not in arrays or arrays[name].shape != (count,):
        raise UsageError(
            f"{path} has no array {name} of {count} values, one for each image; --bursts names the "
            "array that has them."
        )
    return numbered(arrays[name].tolist())


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
    values, indices = np.unique(labels, return_inverse=True)
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
    return indices.astype(np.int64), texts
