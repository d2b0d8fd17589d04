"""Decoded images kept on disk, so that a data set is decoded once."""

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.files.images_on_disk import note
from elastic_infogan_tf.data.labelled_images import LabelledImages

# Part of every key: one more whenever a loader makes other pixels of the same files.
RECIPE = 1


def cached(
    cache_dir: Path,
    key_parts: Mapping[str, Any],
    load: Callable[[], LabelledImages],
    files: str = "",
) -> LabelledImages:
    """Returns what `load` returns, from the cache where it has been stored by an earlier call.

    An entry that is damaged, or of other files, another recipe, is replaced. Whatever cannot be
    written is not cached, which takes a line on stderr and is no error.

    Args:
        cache_dir: folder of the cache; it is made where missing.
        key_parts: what decides the images beside the files: `dataset`, and ids, options, image
            shape; values of JSON types. Equal parts share one entry.
        load: decodes the images.
        files: identity of the files that `load` reads (`identity_of`).

    Returns:
        The images, labels, names and source that `load` returned.
    """
    key = json.dumps(
        {"recipe": RECIPE, "parts": dict(key_parts), "files": files}, sort_keys=True, default=list
    )
    path = cache_dir / f"{key_parts['dataset']}-{_short_digest(key_parts)}.npz"
    data = _read(path, key)
    if data is None:
        data = load()
        _store(path, key, data)
    return data


def identity_of(root: Path) -> str:
    """Returns a digest of all that is below a folder, by what the system says of it.

    That is each path, and of files size, times of change, inode and device, not the content: a
    file that was written anew, moved here or replaced by a copy has another inode or time, whatever
    its modification time pretends. Links are followed, those to folders too, as loaders do.

    Args:
        root: the folder.

    Raises:
        OSError: if it cannot be read.
    """
    digest = hashlib.sha256()
    for path, status in sorted(_walk(root, frozenset())):
        digest.update(repr((path.relative_to(root).as_posix(), *status)).encode())
    return digest.hexdigest()


def _walk(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[tuple[Path, tuple]]:
    """Yields what is below a folder; a link to one of the folders `above` it is not entered."""
    own = folder.stat()
    above |= {(own.st_dev, own.st_ino)}
    for path in folder.iterdir():
        try:
            status = path.stat()
        except OSError:  # a link that leads nowhere, which may lead somewhere later
            yield path, ("leads nowhere",)
            continue
        if not stat.S_ISDIR(status.st_mode):
            times = status.st_mtime_ns, status.st_ctime_ns
            yield path, (status.st_size, *times, status.st_ino, status.st_dev)
            continue
        yield path, ()
        if (status.st_dev, status.st_ino) not in above:
            yield from _walk(path, above)


def write_npz(path: Path, arrays: Mapping[str, np.ndarray], compress: bool = False) -> None:
    """Writes a NumPy archive beside its place and renames it into it.

    Args:
        path: of the archive; its folder is made where missing.
        arrays: by name.
        compress: a smaller file that takes longer to write and read.

    Raises:
        OSError: if it cannot be written; nothing is left behind.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as file:
            save: Callable[..., None] = np.savez_compressed if compress else np.savez
            save(file, **arrays)
        os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):  # it is not there when all went well
            beside.unlink()


def _short_digest(parts: Mapping[str, Any]) -> str:
    text = json.dumps(dict(parts), sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(path: Path, key: str) -> LabelledImages | None:
    """Returns the entry, or None if there is none or it is not usable."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            if str(archive["key"]) != key:
                note(f"{path} is of other files or an earlier recipe and is made again")
                return None
            return LabelledImages(
                archive["images"],
                archive["labels"] if "labels" in archive.files else None,
                tuple(str(name) for name in archive["class_names"]),
                str(archive["source"]),
            )
    except Exception as error:  # damaged files fail in zipfile, zlib or NumPy, each in its own way
        note(f"{path} is damaged ({type(error).__name__}: {error}) and is made again")
        return None


def _store(path: Path, key: str, data: LabelledImages) -> None:
    arrays = {
        "images": np.asarray(data.images),
        "class_names": np.array(data.class_names),
        "source": np.array(data.source),
        "key": np.array(key),
    }
    if data.labels is not None:
        arrays["labels"] = data.labels
    try:
        write_npz(path, arrays)
    except OSError as error:
        note(f"no cache: cannot write {path} ({error.strerror or error}); decoded again next time")
