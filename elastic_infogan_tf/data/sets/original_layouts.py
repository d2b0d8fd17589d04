"""What the loaders of the paper's data sets share: finding folders and views, loading by class."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.files.decoded_cache import decode_once
from elastic_infogan_tf.data.files.decoding import first_of, is_hidden, note
from elastic_infogan_tf.data.files.image import bad_image, read_image
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS
from elastic_infogan_tf.settings.data_sets import DATA_SETS


def data_set_folder(data_dir: Path | None, dataset: str) -> Path:
    """Returns the folder of a data set inside the data folder.

    Args:
        data_dir: the data folder, or None where none was given.
        dataset: key of `DATA_SETS`.

    Raises:
        UsageError: if there is no such folder; it says what must be there and how to get it.
    """
    source = DATA_SETS[dataset].source
    if data_dir is not None and (data_dir / source.place).is_dir():
        return data_dir / source.place
    found = (
        "no --data_dir was given"
        if data_dir is None
        else f"{data_dir} has no folder {source.place}"
    )
    raise UsageError(
        f"{found}; get {source.title} ({source.request or f'download {source.url}'}) and unpack "
        f"it into --data_dir as {source.layout}."
    )


def subfolders(folder: Path) -> list[Path]:
    """Returns the folders in a folder, except hidden ones, sorted by name (by code points)."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not is_hidden(path.name))


def require_classes(
    asked: Sequence[str], present: Collection[str], folder: Path, what: str, advice: str
) -> None:
    """Checks that the classes asked for are there and different.

    Args:
        asked: ids of the classes.
        present: ids that there are.
        folder: where they would be.
        what: the classes in words, plural.
        advice: what to do about missing ones, the end of the sentence.

    Raises:
        UsageError: with all missing or repeated ids.
    """
    missing = [one for one in asked if one not in present]
    if missing:
        raise UsageError(
            f"{folder} lacks {len(missing)} of {len(asked)} {what} ({', '.join(missing)}); {advice}"
        )
    require_different(asked, what)


def require_different(asked: Sequence[str], what: str) -> None:
    """Checks that no class is asked for twice.

    Args:
        asked: ids of the classes.
        what: the classes in words, plural.

    Raises:
        UsageError: with all repeated ids.
    """
    repeated = sorted({one for one in asked if list(asked).count(one) > 1})
    if repeated:
        raise UsageError(f"{what} must be named once each. Received twice: {', '.join(repeated)}")


def padded(one: str, digits: int) -> str:
    """Returns an id with the zeros in front that people and programs leave out.

    Args:
        one: the id; what is no number stays as it is.
        digits: that it has.
    """
    return one.zfill(digits) if one.isascii() and one.isdecimal() else one


def find_views(
    folders: Sequence[Path], inside: str, name: str, count: int, skip_bad: bool
) -> list[list[Path]]:
    """Finds the rendered views of models, each of which must have all of them.

    Args:
        folders: of the models.
        inside: the folder in a model's folder that has the views.
        name: regular expression that a view's whole file name matches, in letters of any case.
        count: views that a model must have.
        skip_bad: take the views that are there, with a line on stderr, instead of raising.

    Returns:
        The views of each model, sorted by name.

    Raises:
        UsageError: without `skip_bad`, if a model has fewer or more views.
    """
    found = [_matching(folder / inside, name) for folder in folders]
    known = {path.name for views in found for path in views}
    faults = []
    for folder, views in zip(folders, found, strict=True):
        if len(views) != count:
            lacking = sorted(known - {path.name for path in views})
            example = f", lacking {first_of(lacking, 3)}" if lacking else ""
            faults.append(f"{folder} ({len(views)}{example})")
    said = (
        f"{len(faults)} of {len(folders)} models have other than {count} views in {inside}: "
        f"{first_of(faults, 5)}"
    )
    if faults and not skip_bad:
        raise UsageError(
            f"{said}; unpack them again, or take what is there with --skip_bad_images."
        )
    if faults:
        note(f"{said}; taken as they are")
    return found


def _matching(folder: Path, name: str) -> list[Path]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in paths if re.fullmatch(name, path.name, re.IGNORECASE))


def read_rendering(path: Path, max_pixels: int = MAX_IMAGE_PIXELS) -> np.ndarray:
    """Reads a square rendering on white, uint8 `[side, side, 3]`.

    Args:
        path: of the file.
        max_pixels: as of `read_image`.

    Raises:
        BadImageError: if the file cannot be read or is not square.
    """
    image = read_image(path, 255, max_pixels)
    height, width = image.shape[:2]
    if height != width:
        raise bad_image(path, f"is {width} x {height} pixels, but the renderings are square")
    return image


def load_labelled(
    classes: Mapping[str, Sequence[Path]],
    decode: Callable[[Path], np.ndarray],
    skip_bad: bool,
    what: str,
    source: str,
    **cache: Any,
) -> LabelledImages:
    """Decodes the files of every class by `decode_once`; labels follow the order of `classes`.

    Args:
        classes: class name to its files.
        decode: from a path to uint8 `[h, w, c]`.
        skip_bad: leave bad files out instead of raising.
        what: the files in words, plural.
        source: of the result.
        cache: the other arguments of `decode_once`.

    Raises:
        BadImageError: without `skip_bad`, for the first bad file.
        UsageError: if a class has no good file.
    """
    names = tuple(classes)
    labels = np.repeat(np.arange(len(names)), [len(classes[name]) for name in names])
    _require_every_class(labels, names, what)
    paths = [path for files in classes.values() for path in files]
    images, kept = decode_once(paths, decode, skip_bad, what, **cache)
    _require_every_class(labels[kept], names, what)
    return LabelledImages(images, labels[kept].astype(np.int64), names, source)


def _require_every_class(labels: np.ndarray, names: Sequence[str], what: str) -> None:
    empty = [name for label, name in enumerate(names) if label not in labels]
    if empty:
        raise UsageError(
            f"there are no usable {what} of {first_of(empty, 20)}; add their files or choose other "
            "classes."
        )
