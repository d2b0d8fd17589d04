"""Anyone's own images: a folder tree of image files."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elastic_infogan_tf.data.bursts import find_bursts
from elastic_infogan_tf.data.files.decoded_cache import decode_once
from elastic_infogan_tf.data.files.decoding import first_of, note
from elastic_infogan_tf.data.files.image import fit, read_image
from elastic_infogan_tf.data.files.search import formats, need, search
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.utils.text import counted, plain

# Names of a data set's parts, which are no classes.
_SPLITS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing"))


class ImageFiles(NamedTuple):
    """The images of a folder, class by class, and how many `others` of each ending there are."""

    paths: list[Path]
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    others: Mapping[str, int]


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads a folder of images; the first level of sub-folders are labels, for evaluation only.

    Each image becomes its centred square, resized by area averages. Hidden files are left alone,
    other kinds of files are counted.

    Returns:
        The images and their files, sorted by name; labels None without two sub-folders or more;
        source `image folder` and its name.

    Raises:
        UsageError: if there is no folder or it is not what it should be.
        BadImageError: without `skip_bad_images`, for the first corrupted image.
    """
    folder = files.data_dir
    if folder is None:
        raise UsageError("--dataset=image_folder needs --data_dir: the folder with the images.")
    images = find_images(folder)
    data, unreadable = _decode(
        folder, images, settings.image_shape, settings.skip_bad_images, files
    )
    if len(data.images) < 2:
        raise UsageError(f"{folder} has one usable image; give two or more.")
    if data.class_counts is not None:
        counts = zip(data.class_names, data.class_counts, strict=True)
        _refuse_empty(folder, [name for name, count in counts if not count])
    corrupted = (f"corrupted {len(unreadable)}",) if unreadable else ()
    rule = settings.bursts
    bursts = None if rule is None else find_bursts(rule, folder, data.files)
    return dataclasses.replace(data, left_out=data.left_out + corrupted, bursts=bursts)


def load_unseen(
    path: Path, image_shape: tuple[int, int, int], files: DataFiles
) -> tuple[LabelledImages, tuple[str, ...]]:
    """Loads images of any number that a run is asked about; corrupted ones are left out.

    The path is of a folder as for `from_settings`, or of an image; one image is enough, and images
    beside folders of images are taken too: then, and with one folder alone, folders are no classes.

    Returns:
        As `from_settings`, and the files that cannot be read, relative to the folder.

    Raises:
        UsageError: if there is no such folder, it cannot be read, or it has no usable image.
    """
    if path.is_file():
        images = ImageFiles([path], None, (), {})
        data, unreadable = _decode(path.parent, images, image_shape, True, files)
        return dataclasses.replace(data, source=f"image {path.name}"), unreadable
    own, inside, others = search(path)
    inside = {name: images for name, images in inside.items() if images}
    if not own and not inside:
        raise _too_few(path, 0, others, "give a folder with images")
    if not own and len(inside) > 1:
        return _decode(path, _labelled(inside, others), image_shape, True, files)
    paths = [*own, *(image for images in inside.values() for image in images)]
    return _decode(path, ImageFiles(paths, None, (), others), image_shape, True, files)


def _decode(
    folder: Path,
    images: ImageFiles,
    image_shape: tuple[int, int, int],
    skip_bad: bool,
    files: DataFiles,
) -> tuple[LabelledImages, tuple[str, ...]]:
    """Returns the images that can be read, and the names of the other files."""
    pixels, kept = decode_once(
        images.paths,
        lambda path: fit(read_image(path), image_shape),
        skip_bad,
        "images",
        root=folder,
        shape=image_shape,
        cache_dir=files.cache,
        parts={"dataset": "image_folder", "shape": image_shape},
    )
    names = [path.relative_to(folder).as_posix() for path in images.paths]
    data = LabelledImages(
        pixels,
        None if images.labels is None else images.labels[kept],
        images.class_names,
        f"image folder {folder.name}",
        left_out=_left_out(images.others),
        files=tuple(names[index] for index in kept),
    )
    bad = np.setdiff1d(np.arange(len(names)), kept)
    return data, tuple(names[index] for index in bad)


def find_images(folder: Path) -> ImageFiles:
    """Finds the images of a folder and what its sub-folders say of their classes.

    Raises:
        UsageError: if the folder is missing or cannot be read, has fewer than two images, has them
            beside sub-folders of images, or has a sub-folder without any.
    """
    own, inside, others = search(folder)
    total = len(own) + sum(map(len, inside.values()))
    if total < 2:
        raise _too_few(folder, total, others, "give a folder with two or more")
    if not any(inside.values()):
        return ImageFiles(own, None, (), others)
    if own:
        raise UsageError(
            f"{folder} has {counted(len(own), 'image')} beside folders of images "
            f"({first_of(list(inside), 3)}), so it is not clear whether the folders are classes; "
            "put the images into a folder of their own, or all into one."
        )
    _refuse_empty(folder, [name for name, paths in inside.items() if not paths])
    if len(inside) == 1:
        (name,) = inside
        note(f"{folder} has one folder of images, {plain(name)}, which is taken for no class")
        return ImageFiles(inside[name], None, (), others)
    if _SPLITS.issuperset(map(str.casefold, inside)):
        note(
            f"{folder} has the folders {', '.join(inside)}, which are taken for classes; if they "
            "are parts of a data set, give one of them as --data_dir"
        )
    return _labelled(inside, others)


def _labelled(inside: Mapping[str, list[Path]], others: Mapping[str, int]) -> ImageFiles:
    labels = np.repeat(np.arange(len(inside)), [len(paths) for paths in inside.values()])
    paths = [path for images in inside.values() for path in images]
    return ImageFiles(paths, labels.astype(np.int64), tuple(inside), others)


def _left_out(others: Mapping[str, int]) -> tuple[str, ...]:
    """Returns how many files of each ending are no images that can be read, the most first."""
    ranked = Counter(dict(sorted(others.items()))).most_common()
    return tuple(
        f"{ending or 'without ending'} {count}" + (f" ({need(ending)})" if need(ending) else "")
        for ending, count in ranked
    )


def _too_few(folder: Path, total: int, others: Mapping[str, int], advice: str) -> UsageError:
    beside = f", and beside them {', '.join(_left_out(others))}" if others else ""
    endings = ", ".join(formats().endings)
    return UsageError(f"{folder} has {counted(total, 'image')} ({endings}){beside}; {advice}.")


def _refuse_empty(folder: Path, empty: list[str]) -> None:
    if empty:
        raise UsageError(
            f"{folder} has classes without usable images ({first_of(empty, 20)}); remove these "
            "folders or fill them."
        )
