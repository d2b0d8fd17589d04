"""Anyone's own images: a folder tree of PNG, JPEG, WebP or BMP files."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.fitting import fit
from elastic_infogan_tf.data.files.images_on_disk import (
    EXTENSIONS,
    decode_all,
    first_of,
    read_image,
)
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
    """

    paths: list[Path]
    labels: np.ndarray | None
    class_names: tuple[str, ...]


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
        folder: with images at any depth; hidden files and other kinds of files are left alone.
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
    return LabelledImages(images, labels, files.class_names, f"image folder {folder.name}")


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
    own = [path for path in _listed(folder) if path.is_file() and _is_image(path)]
    inside = {
        path.name: sorted(_walk(path))
        for path in sorted(_listed(folder))
        if path.is_dir() and not path.name.startswith(".")
    }
    total = len(own) + sum(map(len, inside.values()))
    if total < 2:
        raise UsageError(
            f"{folder} has {total} images ({', '.join(EXTENSIONS)}); give a folder with two or "
            "more."
        )
    if not any(inside.values()):
        return ImageFiles(sorted(own), None, ())
    if own:
        raise UsageError(
            f"{folder} has {len(own)} images beside folders of images "
            f"({first_of(list(inside), 3)}), so it is not clear whether the folders are classes; "
            "put the images into a folder of their own, or all into one."
        )
    _refuse_empty(folder, [name for name, paths in inside.items() if not paths])
    labels = np.repeat(np.arange(len(inside)), [len(paths) for paths in inside.values()])
    paths = [path for found in inside.values() for path in found]
    return ImageFiles(paths, labels.astype(np.int64), tuple(inside))


def _refuse_empty(folder: Path, empty: list[str]) -> None:
    if empty:
        raise UsageError(
            f"{folder} has classes without usable images ({first_of(empty, 20)}); remove these "
            "folders or fill them."
        )


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in EXTENSIONS and not path.name.startswith(".")


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
        yield from (path for name in names if _is_image(path := Path(root, name)))


def _unreadable(error: OSError) -> UsageError:
    return UsageError(
        f"the folder {error.filename} cannot be read: {error.strerror}; change its permissions or "
        "take it out."
    )
