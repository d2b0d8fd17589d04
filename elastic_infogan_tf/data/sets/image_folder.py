"""Anyone's own images: a folder tree of image files."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.decoded_cache import decode_once
from elastic_infogan_tf.data.files.decoding import first_of, note
from elastic_infogan_tf.data.files.formats import formats, need
from elastic_infogan_tf.data.files.image import fit, read_image
from elastic_infogan_tf.data.files.search import search
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS, DataFiles, DataSettings
from elastic_infogan_tf.utils.text import counted, plain

# Names of a data set's parts, which are no classes.
_SPLITS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing"))


@dataclasses.dataclass(frozen=True)
class ImageFiles:
    """The images of a folder.

    Attributes:
        paths: sorted by name, class by class.
        labels: int64 `[n]`, or None where the folder has less than two sub-folders with images.
        class_names: names of the sub-folders; empty without labels.
        others: how many files of each other ending, such as `.txt`, lie among them.
    """

    paths: list[Path]
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    others: Mapping[str, int]


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the images that the settings ask for (`load`).

    Raises:
        UsageError: if there is no folder.
    """
    if files.data_dir is None:
        raise UsageError("--dataset=image_folder needs --data_dir: the folder with the images.")
    return load(
        files.data_dir,
        settings.image_shape,
        settings.skip_bad_images,
        files.max_image_pixels,
        files.cache,
    )


def load(
    folder: Path,
    image_shape: tuple[int, int, int],
    skip_bad: bool = False,
    max_pixels: int = MAX_IMAGE_PIXELS,
    cache_dir: Path | None = None,
) -> LabelledImages:
    """Loads a folder of images; the first level of sub-folders are labels, for evaluation only.

    Each image becomes its centred square, resized by area averages.

    Args:
        folder: with images at any depth; hidden files are left alone, other kinds of files are
            counted.
        image_shape: height and width (equal) and channels (3, or 1 for grey).
        skip_bad: leave corrupted images out, with a list on stderr, instead of raising.
        max_pixels: of the largest image, as of `read_image`.
        cache_dir: where they are kept decoded, as of `decode_once`.

    Returns:
        The images and their files, sorted by name; labels None without two sub-folders or more;
        source `image folder` and its name.

    Raises:
        UsageError: if the folder is not what it should be.
        BadImageError: without `skip_bad`, for the first corrupted image.
    """
    files = find_images(folder)
    images, kept = _decode_once(folder, files.paths, image_shape, skip_bad, max_pixels, cache_dir)
    if len(kept) < 2:
        raise UsageError(f"{folder} has one usable image; give two or more.")
    labels = None if files.labels is None else files.labels[kept]
    if labels is not None:
        counts = np.bincount(labels, minlength=len(files.class_names))
        _refuse_empty(folder, [n for n, c in zip(files.class_names, counts, strict=True) if not c])
    corrupted = len(files.paths) - len(kept)
    return LabelledImages(
        images,
        labels,
        files.class_names,
        _source(folder),
        left_out=_left_out(files.others) + ((f"corrupted {corrupted}",) if corrupted else ()),
        files=_relative(folder, [files.paths[place] for place in kept]),
    )


def load_unseen(
    folder: Path,
    image_shape: tuple[int, int, int],
    max_pixels: int = MAX_IMAGE_PIXELS,
    cache_dir: Path | None = None,
) -> tuple[LabelledImages, tuple[str, ...]]:
    """Loads images of any number that a run is asked about; corrupted ones are left out.

    Args:
        folder: as of `load`, or the file of an image; one image is enough, and images beside
            folders of images are taken too: then, and with one folder alone, folders are no
            classes.
        image_shape: as of `load`.
        max_pixels: as of `load`.
        cache_dir: as of `load`.

    Returns:
        As `load`, and the files that cannot be read, relative to the folder.

    Raises:
        UsageError: if there is no such folder, it cannot be read, or it has no usable image.
    """
    own: list[Path] = [folder]
    inside: dict[str, list[Path]] = {}
    others: Counter[str] = Counter()
    if not folder.is_file():
        own, inside, others = search(folder)
    filled = {name: paths for name, paths in inside.items() if paths}
    paths = [*own, *(path for found in filled.values() for path in found)]
    if not paths:
        raise _too_few(folder, 0, others, "give a folder with images")
    is_labelled = not own and len(filled) > 1
    files = _labelled(filled, others) if is_labelled else ImageFiles(paths, None, (), others)
    root = folder.parent if folder.is_file() else folder
    images, kept = _decode_once(root, files.paths, image_shape, True, max_pixels, cache_dir)
    names = _relative(root, files.paths)
    data = LabelledImages(
        images,
        None if files.labels is None else files.labels[kept],
        files.class_names,
        _source(folder),
        left_out=_left_out(others),
        files=tuple(names[index] for index in kept),
    )
    bad = np.setdiff1d(np.arange(len(names)), kept)
    return data, tuple(names[index] for index in bad)


def _decode_once(
    folder: Path,
    paths: list[Path],
    image_shape: tuple[int, int, int],
    skip_bad: bool,
    max_pixels: int,
    cache_dir: Path | None,
) -> tuple[np.ndarray, np.ndarray]:
    return decode_once(
        paths,
        lambda path: fit(read_image(path, max_pixels=max_pixels), image_shape),
        skip_bad,
        "images",
        root=folder,
        shape=image_shape,
        cache_dir=cache_dir,
        parts={"dataset": "image_folder", "shape": image_shape, "max_pixels": max_pixels},
    )


def _relative(folder: Path, paths: list[Path]) -> tuple[str, ...]:
    return tuple(path.relative_to(folder).as_posix() for path in paths)


def _source(folder: Path) -> str:
    return f"{'image' if folder.is_file() else 'image folder'} {folder.name}"


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


def _labelled(inside: dict[str, list[Path]], others: Mapping[str, int]) -> ImageFiles:
    labels = np.repeat(np.arange(len(inside)), [len(paths) for paths in inside.values()])
    paths = [path for images in inside.values() for path in images]
    return ImageFiles(paths, labels.astype(np.int64), tuple(inside), others)


def _left_out(others: Mapping[str, int]) -> tuple[str, ...]:
    """Returns how many files of each ending are no images that can be read, the most first."""
    ranked = sorted(others.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        f"{ending or 'without ending'} {count}" + (f" ({need(ending)})" if need(ending) else "")
        for ending, count in ranked
    )


def _too_few(folder: Path, total: int, others: Mapping[str, int], advice: str) -> UsageError:
    found = f", and beside them {', '.join(_left_out(others))}" if others else ""
    endings = ", ".join(formats().endings)
    return UsageError(f"{folder} has {counted(total, 'image')} ({endings}){found}; {advice}.")


def _refuse_empty(folder: Path, empty: list[str]) -> None:
    if empty:
        raise UsageError(
            f"{folder} has classes without usable images ({first_of(empty, 20)}); remove these "
            "folders or fill them."
        )
