"""Anyone's own images: a folder tree of image files."""

import dataclasses
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.fitting import fit
from elastic_infogan_tf.data.files.formats import formats, need
from elastic_infogan_tf.data.files.images_on_disk import decode_all, first_of, read_image
from elastic_infogan_tf.data.files.streaming import stream_all
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings

# Decoded images that take more than this stay in their files (ours).
MOST_BYTES_IN_MEMORY = 2 * 2**30


@dataclasses.dataclass(frozen=True)
class ImageFiles:
    """The images of a folder.

    Attributes:
        paths: sorted by name, class by class.
        labels: int64 `[n]`, or None where the folder has no sub-folders with images.
        class_names: names of the sub-folders; empty without labels.
        others: how many files of each other ending, such as `.txt`, lie among them.
    """

    paths: list[Path]
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    others: Mapping[str, int]


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the pictures that the settings ask for (`load`).

    Raises:
        UsageError: if there is no folder.
    """
    if files.data_dir is None:
        raise UsageError("--dataset=image_folder needs --data_dir: the folder with the pictures.")
    return load(files.data_dir, settings.image_shape, settings.skip_bad_images, files.stream)


def load(
    folder: Path,
    image_shape: tuple[int, int, int],
    skip_bad: bool = False,
    stream: bool | None = None,
) -> LabelledImages:
    """Loads a folder of images; the first level of sub-folders are labels, for evaluation only.

    Each image becomes its centred square, resized by area averages. Images that are streamed are
    all decoded once, to find damaged ones now and not within a training, and then stay in their
    files and are decoded batch by batch.

    Args:
        folder: with images at any depth; hidden files are left alone, other kinds of files are
            counted.
        image_shape: height and width (equal) and channels (3, or 1 for grey).
        skip_bad: leave damaged images out, with a list on stderr, instead of raising.
        stream: whether to stream; None: if they would take more than `MOST_BYTES_IN_MEMORY`.

    Returns:
        The images, sorted by name; labels None where there are no sub-folders; source `image
        folder` and its name.

    Raises:
        UsageError: if the folder is not what it should be.
        BadImageError: without `skip_bad`, for the first damaged image.
    """
    files = find_images(folder)

    def decode(path: Path) -> np.ndarray:
        return fit(read_image(path), image_shape)

    if stream is None:
        stream = len(files.paths) * int(np.prod(image_shape)) > MOST_BYTES_IN_MEMORY
    read = stream_all if stream else decode_all
    images, kept = read(files.paths, decode, skip_bad, "images")
    if len(kept) < 2:
        raise UsageError(f"{folder} has one usable image; give two or more.")
    labels = None if files.labels is None else files.labels[kept]
    if labels is not None:
        counts = np.bincount(labels, minlength=len(files.class_names))
        _refuse_empty(folder, [n for n, c in zip(files.class_names, counts, strict=True) if not c])
    damaged = len(files.paths) - len(kept)
    left_out = _left_out(files.others) + ((f"damaged {damaged}",) if damaged else ())
    source = f"image folder {folder.name}"
    return LabelledImages(images, labels, files.class_names, source, left_out)


def find_images(folder: Path) -> ImageFiles:
    """Finds the images of a folder and what its sub-folders say of their classes.

    Raises:
        UsageError: if the folder is missing or cannot be read, has fewer than two images, has them
            beside sub-folders of images, or has a sub-folder without any.
    """
    if not folder.is_dir():
        raise UsageError(
            f"--data_dir={folder} is not a folder; give the folder that has the pictures."
        )
    others: Counter[str] = Counter()
    own = sorted(_images((path for path in _listed(folder) if path.is_file()), others))
    inside = {
        path.name: sorted(_images(_walk(path), others))
        for path in sorted(_listed(folder))
        if path.is_dir() and not path.name.startswith(".")
    }
    total = len(own) + sum(map(len, inside.values()))
    if total < 2:
        found = f", and beside them {', '.join(_left_out(others))}" if others else ""
        raise UsageError(
            f"{folder} has {total} images ({', '.join(formats().endings)}){found}; give a folder "
            "with two or more."
        )
    if not any(inside.values()):
        return ImageFiles(own, None, (), others)
    if own:
        raise UsageError(
            f"{folder} has {len(own)} images beside folders of images "
            f"({first_of(list(inside), 3)}), so it is not clear whether the folders are classes; "
            "put the images into a folder of their own, or all into one."
        )
    _refuse_empty(folder, [name for name, paths in inside.items() if not paths])
    labels = np.repeat(np.arange(len(inside)), [len(paths) for paths in inside.values()])
    paths = [path for images in inside.values() for path in images]
    return ImageFiles(paths, labels.astype(np.int64), tuple(inside), others)


def _images(paths: Iterable[Path], others: Counter[str]) -> Iterator[Path]:
    """Yields the images among files, and counts the others; hidden ones are neither."""
    for path in paths:
        ending = path.suffix.lower()
        if path.name.startswith("."):
            continue
        if ending in formats().endings:
            yield path
        else:
            others[ending] += 1


def _left_out(others: Mapping[str, int]) -> tuple[str, ...]:
    """Returns how many files of each ending are no images that can be read, the most first."""
    ranked = sorted(others.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        f"{ending or 'without ending'} {count}" + (f" ({need(ending)})" if need(ending) else "")
        for ending, count in ranked
    )


def _refuse_empty(folder: Path, empty: list[str]) -> None:
    if empty:
        raise UsageError(
            f"{folder} has classes without usable images ({first_of(empty, 20)}); remove these "
            "folders or fill them."
        )


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError as error:
        raise _unreadable(error) from error


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise _unreadable(error)

    for root, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(root, name) for name in names)


def _unreadable(error: OSError) -> UsageError:
    return UsageError(
        f"the folder {error.filename} cannot be read: {error.strerror}; change its permissions or "
        "take it out."
    )
