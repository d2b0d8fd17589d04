"""Bursts: images of one moment, as frames of a film or of a camera's burst are (ours).

Another image of its burst is the best transform of an image there is, and no image is unlike the
others of its burst.
"""

import csv
import itertools
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import shortened

_SECONDS = 2.0  # between two images of a burst, by their EXIF times
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")  # and what follows it
_TIME_TAGS = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTime)
_TIME_FORMAT = "%Y:%m:%d %H:%M:%S"


def find_bursts(rule: str, folder: Path, files: Sequence[str]) -> np.ndarray:
    """Returns the burst of each image file, int64 `[n]`, numbered as they come.

    Args:
        rule: `folder`: a folder is a burst; `name`: names of a folder that differ in their last
            number alone; `number`: of those, numbers that follow one another; `time`: EXIF times
            within two seconds of another of the folder; else the path of a CSV file with lines
            `file,burst`.
        folder: that the files are in.
        files: relative to it, with `/` between folders.

    Raises:
        UsageError: if the file cannot be read or says nothing of an image, or no two images share
            a burst.
    """
    bursts = RULES[rule](folder, files) if rule in RULES else _by_table(Path(rule), files)
    if len(set(bursts)) == len(files):
        raise UsageError(
            f"--bursts={rule} finds no two images of one burst among {len(files)}; leave it "
            f"out, or give one of {', '.join(RULES)} or a CSV file of lines `file,burst`."
        )
    return numbered(bursts)


def numbered(bursts: Iterable[Hashable]) -> np.ndarray:
    """Returns names of bursts as numbers, int64 `[n]`, in the order in which they come."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(burst, len(numbers)) for burst in bursts], np.int64)


def _by_folder(folder: Path, files: Sequence[str]) -> list[Hashable]:
    return [file.rpartition("/")[0] for file in files]


def _by_name(folder: Path, files: Sequence[str]) -> list[Hashable]:
    return [_split(file)[0] for file in files]


def _by_number(folder: Path, files: Sequence[str]) -> list[Hashable]:
    numbers = [_split(file)[1] for file in files]
    return _by_gaps(_by_name(folder, files), numbers, lambda gap: gap <= 1)


def _by_time(folder: Path, files: Sequence[str]) -> list[Hashable]:
    times = [_seconds(folder / file) for file in files]
    return _by_gaps(_by_folder(folder, files), times, lambda gap: gap <= _SECONDS)


RULES: dict[str, Callable[[Path, Sequence[str]], list[Hashable]]] = {
    "folder": _by_folder,
    "name": _by_name,
    "number": _by_number,
    "time": _by_time,
}


def _split(file: str) -> tuple[str, int | None]:
    """Returns a file's name without its last number, and that number."""
    path, _, ending = file.rpartition(".")
    match = _LAST_NUMBER.search(path.rpartition("/")[2])
    if match is None:
        return file, None
    start = len(path) - len(match.group())
    return f"{path[:start]}#{match.group(2)}.{ending}", int(match.group(1))


def _by_gaps(
    folders: Sequence[Hashable],
    values: Sequence[float | None],
    is_near: Callable[[float], bool],
) -> list[Hashable]:
    """Returns a burst for each row of values of a folder that are near one another."""
    bursts: list[Hashable] = [(folder, index) for index, folder in enumerate(folders)]
    known = [index for index, value in enumerate(values) if value is not None]
    known.sort(key=lambda index: (str(folders[index]), values[index]))
    for before, after in itertools.pairwise(known):
        if folders[before] == folders[after] and is_near(values[after] - values[before]):
            bursts[after] = bursts[before]
    return bursts


def _seconds(path: Path) -> float | None:
    """Returns when a photograph was taken, in seconds; None where its file does not say."""
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            times = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        text = next(str(times[tag]) for tag in _TIME_TAGS if tag in times)
        return (datetime.strptime(text.strip("\0 "), _TIME_FORMAT) - datetime.min).total_seconds()
    except Exception:  # StopIteration, or whatever Pillow raises for a corrupted file
        return None


def _by_table(path: Path, files: Sequence[str]) -> list[Hashable]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if len(row) > 1]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"--bursts={shortened(path)} cannot be read ({error}); give one of {', '.join(RULES)}, "
            "or a CSV file in UTF-8 of lines `file,burst`."
        ) from error
    bursts = {row[0].strip().replace("\\", "/"): row[1].strip() for row in rows}
    missing = [file for file in files if file not in bursts]
    if missing:
        raise UsageError(
            f"{path} says nothing of {len(missing)} of {len(files)} images, the first of them "
            f"{shortened(missing[0])}; give a line `file,burst` for each, below --data_dir."
        )
    return [bursts[file] for file in files]
