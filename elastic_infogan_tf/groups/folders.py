"""A folder of images for each group: links to them, or copies; the images themselves stay."""

import os
import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.files import unwritable
from elastic_infogan_tf.utils.quiet_start import progress_bar

UNSURE = "unsure"
_WINDOWS_REFUSES_LINKS = 1314  # ERROR_PRIVILEGE_NOT_HELD
_MOST_BYTES = 100  # of a folder's name; file systems take 255
# What some system gives a meaning of its own.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def make_folders(
    folder: Path,
    images: Path,
    files: Sequence[str],
    groups: np.ndarray,
    names: Sequence[str],
    *,
    copy: bool,
) -> None:
    """Makes a folder with a folder for each group that has images, all at once or not at all.

    An image keeps its name; where another one of the group has it too, a number is added.

    Args:
        folder: the new one.
        images: folder of the files.
        files: `n` paths in it.
        groups: int `[n]`, the group of each; `UNSURE` for those of `len(names)`.
        names: of the groups, made fit for folders (`folder_names`).
        copy: whether images are copied, with their times; else they are linked to, by symbolic
            links.

    Raises:
        UsageError: if the folder is there already, or cannot be written, or lacks the room.
    """
    require_absent(folder)
    if copy:
        _require_room(folder.parent, images, files)
    parts = folder_names(names)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    put: Callable[[Path, Path], object] = shutil.copy2 if copy else _link
    taken: defaultdict[str, set[str]] = defaultdict(set)
    try:
        with progress_bar(len(files), "image", desc=folder.name) as bar:
            for file, group in zip(files, groups, strict=True):
                part = beside / parts[group]
                part.mkdir(parents=True, exist_ok=True)
                name = _free(PurePath(file).name, taken[parts[group]])
                put(Path(os.path.abspath(images / file)), part / name)
                bar.update()
        os.rename(beside, folder)
    except OSError as error:
        raise unwritable(folder, error, "--out") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # it is not there when all went well


def require_absent(path: Path) -> None:
    """Refuses to touch images that were put somewhere before.

    Raises:
        UsageError: if there is something, be it a link to nothing.
    """
    if os.path.lexists(path):
        raise UsageError(
            f"{path} is there already, and nothing in it is overwritten; take it away or choose "
            "another --out."
        )


def folder_names(names: Sequence[str]) -> list[str]:
    """Returns a folder's name for each group, all different also where case does not count.

    Signs that a file system may not take become `_`. The last one is `UNSURE`, for images of no
    group.
    """
    taken = {UNSURE}
    return [*(_free(_fit(name), taken) for name in names), UNSURE]


def _fit(name: str) -> str:
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", name))
    text = os.fsencode(text)[:_MOST_BYTES].decode("utf-8", "ignore").strip(" .")
    return f"_{text}" if not text or _DEVICES.fullmatch(text) else text


def _free(name: str, taken: set[str]) -> str:
    """Returns a name, with a number before its ending where it is taken, and takes it."""
    stem, ending = os.path.splitext(name)
    number, free = 1, name
    while (key := unicodedata.normalize("NFC", free).casefold()) in taken:
        number += 1
        free = f"{stem}_{number}{ending}"
    taken.add(key)
    return free


def _link(source: Path, link: Path) -> None:
    try:
        os.symlink(source, link)
    except OSError as error:
        if getattr(error, "winerror", None) == _WINDOWS_REFUSES_LINKS:
            raise UsageError(
                "--link makes links, which Windows allows in its developer mode only; switch that "
                "on, or leave --link out to copy the images."
            ) from error
        raise


def _require_room(folder: Path, images: Path, files: Sequence[str]) -> None:
    try:
        need = sum((images / file).stat().st_size for file in files)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise unwritable(folder, error, "--out") from error
    if need > free:
        message = f"the copies need {need / 1e6:.0f} MB, {free / 1e6:.0f} MB are free"
        raise unwritable(folder, message, "--out")
