"""What the loaders of the paper's data sets share: finding folders and views, loading by class."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.files.decoded_cache import decode_once
from elastic_infogan_tf.data.files.decoding import Decode, first_of, is_hidden, note
from elastic_infogan_tf.data.files.image import bad_image, read_image
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS


def data_set_folder(data_dir: Path | None, dataset: str) -> Path:
    """Returns the folder of a data set, a key of `DATA_SETS`, inside the data folder.

    Raises:
        UsageError: if there is no such folder; it says what must be there and how to get it.
    """
    source = DATA_SETS[dataset].source
    if data_dir is not None and (data_dir / source.place).is_dir():
        return data_dir / source.place
    problem = f"{data_dir} has no folder {source.place}"
    if data_dir is None:
        problem = "no --data_dir was given"
    raise UsageError(
        f"{problem}; get {source.title} ({source.request or f'download {source.url}'}) and unpack "
        f"it into --data_dir as {source.layout}."
    )


def subfolders(folder: Path) -> list[Path]:
    """Returns the folders in a folder, except hidden ones, sorted by name (by code points)."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not is_hidden(path.name))


def padded(ids: Sequence[str], digits: int) -> list[str]:
    """Returns ids with the zeros in front that people leave out; no numbers stay as they are."""
    return [name.zfill(digits) if name.isascii() and name.isdecimal() else name for name in ids]


def require_classes(
    names: Sequence[str], present: Collection[str], folder: Path, what: str, advice: str
) -> None:
    """Checks that the classes of a run are there and different.

    `what` are the classes in words, plural; `advice` is the end of the sentence on missing ones.

    Raises:
        UsageError: with all missing or repeated names.
    """
    missing = [name for name in names if name not in present]
    if missing:
        raise UsageError(
            f"{folder} lacks {len(missing)} of {len(names)} {what} ({', '.join(missing)}); {advice}"
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UsageError(f"{what} must be named once each. Received twice: {', '.join(repeated)}")


def find_views(
    folders: Sequence[Path], inside: str, pattern: str, count: int, skip_bad: bool
) -> list[list[Path]]:
    """Returns the rendered views of each model, sorted by name, of which there must be `count`.

    They lie in the folder `inside` of a model's folder, and their file names match the pattern, in
    letters of any case.

    Raises:
        UsageError: if a model has fewer or more; with `skip_bad` that is a line on stderr.
    """
    matches = re.compile(pattern, re.IGNORECASE).fullmatch
    models = {
        folder: sorted(path for path in (folder / inside).glob("*") if matches(path.name))
        for folder in folders
    }
    known = {path.name for views in models.values() for path in views}
    faults = []
    for folder, views in models.items():
        if len(views) != count:
            lacking = sorted(known - {path.name for path in views})
            example = f", lacking {first_of(lacking, 3)}" if lacking else ""
            faults.append(f"{folder} ({len(views)}{example})")
    if faults:
        problem = (
            f"{len(faults)} of {len(folders)} models have other than {count} views in {inside}: "
            f"{first_of(faults, 5)}"
        )
        if not skip_bad:
            raise UsageError(
                f"{problem}; unpack them again, or take what is there with --skip_bad_images."
            )
        note(f"{problem}; taken as they are")
    return list(models.values())


def read_rendering(path: Path) -> np.ndarray:
    """Reads a square rendering on white, uint8 `[side, side, 3]`.

    Raises:
        BadImageError: if the file cannot be read or is not square.
    """
    image = read_image(path)
    height, width = image.shape[:2]
    if height != width:
        raise bad_image(path, f"is {width} x {height} pixels, but the renderings are square")
    return image


def load_labelled(
    classes: Mapping[str, Sequence[Path]],
    decode: Decode,
    settings: DataSettings,
    files: DataFiles,
    *,
    what: str,
    source: str,
    root: Path,
    shape: tuple[int, int, int],
    parts: Mapping[str, Any],
) -> LabelledImages:
    """Decodes the files of every class by `decode_once`; labels follow the order of `classes`.

    `classes` are the files of each class name; `decode`, `what`, `root`, `shape` and `parts`, but
    for the largest size, are those of `decode_once`.

    Raises:
        BadImageError: without `skip_bad_images`, for the first bad file.
        UsageError: if a class has no good file.
    """
    names = tuple(classes)
    labels = np.repeat(np.arange(len(names)), [len(classes[name]) for name in names])
    _require_every_class(labels, names, what)
    images, kept = decode_once(
        [path for paths in classes.values() for path in paths],
        decode,
        settings.skip_bad_images,
        what,
        root=root,
        shape=shape,
        cache_dir=files.cache,
        parts=parts,
    )
    _require_every_class(labels[kept], names, what)
    return LabelledImages(images, labels[kept].astype(np.int64), names, source)


def _require_every_class(labels: np.ndarray, names: Sequence[str], what: str) -> None:
    empty = [name for label, name in enumerate(names) if label not in labels]
    if empty:
        raise UsageError(
            f"there are no usable {what} of {first_of(empty, 20)}; add their files or choose other "
            "classes."
        )
