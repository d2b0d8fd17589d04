"""Anyone's own images: a folder tree of PNG, JPEG, WebP or BMP files."""

import dataclasses
import functools
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
from elastic_infogan_tf.data.files.streaming import StreamedImages, stream_all
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
        The images and their files, sorted by name; labels None where there are no sub-folders;
        source `image folder` and its name.

    Raises:
        UsageError: if the folder is not what it should be.
        BadImageError: without `skip_bad`, for the first damaged image.
    """
    files = find_images(folder)
    decode = functools.partial(_decode, image_shape=image_shape)
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
    names = _relative(folder, [files.paths[place] for place in kept])
    return LabelledImages(images, labels, files.class_names, _source(folder), names)


def load_unseen(folder: Path, image_shape: tuple[int, int, int]) -> LabelledImages:
    """Returns pictures of any number to be looked at once, not to be trained on.

    No file is opened yet, so some may turn out to be damaged (`StreamedImages.read_good`).

    Args:
        folder: as of `load`; one picture is enough, and pictures beside folders of pictures are
            taken too: then, and with one folder alone, folders are no classes.
        image_shape: as of `load`.

    Returns:
        As `load`, streamed, without digests.

    Raises:
        UsageError: if there is no such folder, it cannot be read, or it has no image.
    """
    own, inside = _search(folder)
    filled = {name: paths for name, paths in inside.items() if paths}
    files = ImageFiles([*own, *(path for paths in filled.values() for path in paths)], None, ())
    if not files.paths:
        raise _too_few(folder, 0, "give a folder with pictures")
    if not own and len(filled) > 1:
        files = _labelled(filled)
    decode = functools.partial(_decode, image_shape=image_shape)
    images = StreamedImages(files.paths, decode, image_shape, digests=None)
    names = _relative(folder, files.paths)
    return LabelledImages(images, files.labels, files.class_names, _source(folder), names)


def _decode(path: Path, image_shape: tuple[int, int, int]) -> np.ndarray:
    return fit(read_image(path), image_shape)


def _relative(folder: Path, paths: list[Path]) -> tuple[str, ...]:
    return tuple(path.relative_to(folder).as_posix() for path in paths)


def _source(folder: Path) -> str:
    return f"image folder {folder.name}"


def find_images(folder: Path) -> ImageFiles:
    """Finds the images of a folder and what its sub-folders say of their classes.

    Raises:
        UsageError: if the folder is missing or cannot be read, has fewer than two images, has them
            beside sub-folders of images, or has a sub-folder without any.
    """
    own, inside = _search(folder)
    total = len(own) + sum(map(len, inside.values()))
    if total < 2:
        raise _too_few(folder, total, "give a folder with two or more")
    if not any(inside.values()):
        return ImageFiles(own, None, ())
    if own:
        raise UsageError(
            f"{folder} has {len(own)} images beside folders of images "
            f"({first_of(list(inside), 3)}), so it is not clear whether the folders are classes; "
            "put the images into a folder of their own, or all into one."
        )
    _refuse_empty(folder, [name for name, paths in inside.items() if not paths])
    return _labelled(inside)


def _search(folder: Path) -> tuple[list[Path], dict[str, list[Path]]]:
    """Returns a folder's own images and those of each of its sub-folders, sorted."""
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
    return sorted(own), inside


def _labelled(inside: dict[str, list[Path]]) -> ImageFiles:
    labels = np.repeat(np.arange(len(inside)), [len(paths) for paths in inside.values()])
    paths = [path for found in inside.values() for path in found]
    return ImageFiles(paths, labels.astype(np.int64), tuple(inside))


def _too_few(folder: Path, total: int, advice: str) -> UsageError:
    return UsageError(f"{folder} has {total} images ({', '.join(EXTENSIONS)}); {advice}.")


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
