"""The text files with face boxes that come with YouTube Faces."""

import dataclasses
import math
import os
from collections.abc import Sequence
from pathlib import Path

from elastic_infogan_tf.data.files.decoding import first_of, note
from elastic_infogan_tf.errors import UsageError

_LARGEST_FILE = 2**26  # bytes; those of the data set have less than 2**20
_LONGEST_LINE = 4096  # characters
_SHOWN = 200  # characters of a line in a message


@dataclasses.dataclass(frozen=True)
class FaceBox:
    """A face in a frame: its centre, its longer side, in pixels, and the line that says so."""

    x: float
    y: float
    side: float
    origin: str


def read_boxes(folder: Path, name: str, skip_bad: bool) -> dict[Path, FaceBox]:
    """Reads the labels file of a person, `<name>.labeled_faces.txt`.

    Args:
        folder: with the labels files and the people's folders.
        name: of the person.
        skip_bad: leave out, with a line on stderr, wrong lines and those of missing frames instead
            of raising.

    Returns:
        The person's frames and the faces in them, in the order of the lines.

    Raises:
        UsageError: if the file cannot be read, a line is malformed, repeats a frame or gives the
            face no area, or frames are missing.
    """
    labels_file = folder / f"{name}.labeled_faces.txt"
    try:
        size = labels_file.stat().st_size
        if size > _LARGEST_FILE or not labels_file.is_file():
            raise UsageError(
                f"{labels_file} must be a text file of at most {_LARGEST_FILE:,} bytes; unpack "
                "YouTubeFaces.tar again."
            )
        lines = labels_file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{labels_file} cannot be read ({said}); unpack YouTubeFaces.tar again, it has a text "
            "file of face boxes beside each person's folder."
        ) from error
    boxes: dict[Path, FaceBox] = {}
    wrong, absent = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            place, box = _parse(line, name, f"{labels_file}, line {number},")
        except _LineError as error:
            wrong.append(str(error))
            continue
        path = folder / place
        if path in boxes:
            wrong.append(f"{box.origin} repeats the frame {place[:_SHOWN]}")
        elif not os.path.isfile(path):  # says no, too, of a name that no file can have
            absent.append(place)
        else:
            boxes[path] = box
    _complain(labels_file, wrong, absent, skip_bad)
    return boxes


def _complain(
    labels_file: Path, wrong: Sequence[str], absent: Sequence[str], skip_bad: bool
) -> None:
    """Raises, or with `skip_bad` says, what is wrong with a labels file."""
    problems = []
    if wrong:
        others = len(wrong) - 1
        more = f" (and {others} more {'lines are' if others > 1 else 'line is'} wrong)"
        problems.append(wrong[0] + (more if others else ""))
    if absent:
        named = first_of([frame[:_SHOWN] for frame in absent], 3)
        problems.append(f"{labels_file} names {len(absent)} frames that are not there ({named})")
    for problem in problems:
        if not skip_bad:
            raise UsageError(
                f"{problem}; unpack YouTubeFaces.tar again, or leave such lines out with "
                "--skip_bad_images."
            )
        note(f"skipped lines: {problem}")


class _LineError(ValueError):
    """What is wrong with a line of a labels file, with its place."""


def _parse(line: str, name: str, origin: str) -> tuple[str, FaceBox]:
    r"""Reads `<name>\<video>\<file>.jpg,0,x,y,width,height,0,0`.

    Returns:
        The frame's path below the folder of frames, and its face.

    Raises:
        _LineError: if the line is malformed or its box has no area.
    """
    frame, *fields = line.strip().rsplit(",", 7)
    if len(line) > _LONGEST_LINE:
        raise _LineError(f"{origin} has {len(line):,} characters, '{line.strip()[:_SHOWN]}'...")
    parts = frame.replace("\\", "/").split("/")
    try:
        x, y, width, height = (float(field) for field in fields[1:5])
    except ValueError:  # too few, or no numbers
        x = y = width = height = math.nan
    if len(fields) != 7 or not math.isfinite(x + y + width + height):
        raise _LineError(
            f"{origin} must be {name}\\<video>\\<file>.jpg,0,x,y,width,height,0,0 but is "
            f"'{line.strip()[:_SHOWN]}'"
        )
    if len(parts) != 3 or parts[0] != name or ".." in parts:
        raise _LineError(f"{origin} names {frame[:_SHOWN]}, which is no frame in a video of {name}")
    if not (width > 0 and height > 0):
        raise _LineError(f"{origin} gives the face no area (width {width:g}, height {height:g})")
    return "/".join(parts), FaceBox(x, y, max(width, height), origin)
