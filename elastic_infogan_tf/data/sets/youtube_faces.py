"""YouTube Faces: frames of videos of people, cropped to the face, square RGB.

The originals are those of Wolf, Hassner and Maoz, "Face Recognition in Unconstrained Videos with
Matched Background Similarity" (CVPR 2011): 1595 people. The paper takes the first 40 by name and
crops by the face boxes that come with the frames.
"""

import hashlib
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elastic_infogan_tf.data.files.decoding import BadImageError, is_hidden, note
from elastic_infogan_tf.data.files.image import centre_square, read_image, resize
from elastic_infogan_tf.data.files.search import formats
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import original_layouts as layouts
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings

PEOPLE = 1595
FRAMES, ALIGNED = "frame_images_DB", "aligned_images_DB"
# Side of the crop over the longer side of the face box: 10% more on each side (ours).
CROP_SCALE = 1.2
# The aligned images show 2.2 times the face box (the data set's own notes).
_ALIGNED_SCALE = 2.2
_LARGEST_FILE = 2**26  # bytes of a labels file; those of the data set have less than 2**20
_SHOWN = 200  # characters of a line in a message


class FaceBox(NamedTuple):
    """A face in a frame: its centre, its longer side, in pixels, and the line that says so."""

    x: float
    y: float
    side: float
    origin: str


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the faces of some people, from the frames, or, where there are none, aligned images.

    Those are the people of `class_ids`, in this order, or `num_classes` people, the first in
    alphabetical order (published) regardless of case (ours). They are in `frame_images_DB`, as
    `<name>/<video>/*.jpg` with `<name>.labeled_faces.txt`, or in `aligned_images_DB`.

    From a frame it takes the square of 1.2 times the longer side of the face's box, centred on the
    box, shifted to lie inside the frame and made smaller where the frame is. From an aligned image,
    where the face is in the middle already, it takes the centred square of the same framing, 1.2 /
    2.2 = 55% of the shorter side. Frames without a line in the person's labels file are ignored.

    Returns:
        Images of the settings' height and width in the order of people, then of the labels file's
        lines or the files' names; people as class names; source `original` if all 1595 people are
        there, else how many, with a remark for aligned images.

    Raises:
        UsageError: if folders, people or, without `skip_bad_images`, frames are missing or a
            labels file has wrong lines.
        BadImageError: if an image cannot be read or its box is not inside it.
    """
    root = layouts.data_set_folder(files.data_dir, "youtube_faces")
    kinds = [kind for kind in (FRAMES, ALIGNED) if (root / kind).is_dir()]
    # An empty folder may stand beside the one with the people.
    kinds.sort(key=lambda kind: not layouts.subfolders(root / kind))
    if not kinds:
        raise UsageError(
            f"{root} has neither {FRAMES} nor {ALIGNED}; unpack YouTubeFaces.tar there again."
        )
    folder = root / kinds[0]
    are_frames = kinds[0] == FRAMES
    people = sorted(path.name for path in layouts.subfolders(folder))
    people.sort(key=str.casefold)
    names = _choose(folder, people, settings)
    source = "original" if len(people) == PEOPLE else f"original layout, {len(people)} people"
    boxes: dict[Path, FaceBox] = {}
    frames: dict[str, list[Path]] = {}
    for name in names:
        if are_frames:
            person = read_boxes(folder, name, settings.skip_bad_images)
            boxes |= person
            frames[name] = list(person)
        else:
            frames[name] = _aligned(folder / name)
    size = settings.image_shape[0]

    def decode(path: Path) -> np.ndarray:
        image = read_image(path)
        cut = _cut_box(image, boxes[path], path) if are_frames else _cut_centre(image)
        return resize(cut, size, size)

    squares = repr([(box.x, box.y, box.side) for box in boxes.values()])
    return layouts.load_labelled(
        frames,
        decode,
        settings,
        files,
        what="faces",
        source=source if are_frames else f"{source}, aligned",
        root=folder,
        shape=(size, size, 3),
        parts={
            "dataset": "youtube_faces",
            "ids": list(names),
            "size": size,
            "boxes": hashlib.sha256(squares.encode()).hexdigest(),
        },
    )


def _choose(folder: Path, people: Sequence[str], settings: DataSettings) -> Sequence[str]:
    if settings.class_ids:
        advice = (
            f"it has {len(people)} people, so unpack YouTubeFaces.tar again or choose from those."
        )
        layouts.require_classes(settings.class_ids, people, folder, "people", advice)
        return settings.class_ids
    if not 1 <= settings.num_classes <= len(people):
        raise UsageError(
            f"--num_classes must be between 1 and {len(people)}, the people in {folder}; choose "
            f"fewer or unpack YouTubeFaces.tar again. Received: {settings.num_classes}"
        )
    return people[: settings.num_classes]


def _aligned(person: Path) -> list[Path]:
    """Returns the images in a person's videos, sorted."""
    return sorted(
        path
        for path in person.glob("*/*")
        if path.suffix.lower() in formats().endings and not is_hidden(path.name)
    )


def _cut_box(image: np.ndarray, box: FaceBox, path: Path) -> np.ndarray:
    """Returns the square around a frame's face, uint8 `[side, side, 3]`."""
    height, width = image.shape[:2]
    if not (0 <= box.x <= width and 0 <= box.y <= height):
        raise BadImageError(
            f"{box.origin} puts the face at ({box.x:g}, {box.y:g}), outside of its frame {path} of "
            f"{width} x {height} pixels; correct the line, or leave such frames out with "
            "--skip_bad_images."
        )
    side = min(max(1, round(CROP_SCALE * box.side)), height, width)
    top = min(max(0, round(box.y - side / 2)), height - side)
    left = min(max(0, round(box.x - side / 2)), width - side)
    return image[top : top + side, left : left + side]


def _cut_centre(image: np.ndarray) -> np.ndarray:
    """Returns the square around an aligned image's face, uint8 `[side, side, 3]`."""
    image = centre_square(image)
    side = max(1, round(len(image) * CROP_SCALE / _ALIGNED_SCALE))
    start = (len(image) - side) // 2
    return image[start : start + side, start : start + side]


def read_boxes(folder: Path, name: str, skip_bad: bool) -> dict[Path, FaceBox]:
    """Returns the frames of a person's labels file and the faces in them, in the lines' order.

    Raises:
        UsageError: if the file cannot be read; without `skip_bad`, which leaves such lines out with
            a line on stderr, if one is malformed, repeats a frame or gives the face no area, or
            frames are missing.
    """
    labels_file = folder / f"{name}.labeled_faces.txt"
    try:
        if labels_file.stat().st_size > _LARGEST_FILE or not labels_file.is_file():
            raise UsageError(
                f"{labels_file} must be a text file of at most {_LARGEST_FILE:,} bytes; unpack "
                "YouTubeFaces.tar again."
            )
        lines = labels_file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{labels_file} cannot be read ({reason}); unpack YouTubeFaces.tar again, it has a "
            "text file of face boxes beside each person's folder."
        ) from error
    boxes: dict[Path, FaceBox] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        origin = f"{labels_file}, line {number},"
        try:
            frame, box = _parse(line.strip(), name, origin)
            path = folder / frame
            if path in boxes:
                raise ValueError(f"repeats the frame {frame[:_SHOWN]}")
            if not os.path.isfile(path):  # says no, too, of a name that no file can have
                raise ValueError(f"names {frame[:_SHOWN]}, which is not there")
            boxes[path] = box
        except ValueError as error:
            problems.append(f"{origin} {error}")
    if problems:
        more = f" (wrong lines in all: {len(problems)})" if len(problems) > 1 else ""
        if not skip_bad:
            raise UsageError(
                f"{problems[0]}{more}; unpack YouTubeFaces.tar again, or leave such lines out with "
                "--skip_bad_images."
            )
        note(f"skipped lines: {problems[0]}{more}")
    return boxes


def _parse(line: str, name: str, origin: str) -> tuple[str, FaceBox]:
    """Returns the path of a line's frame below the folder of frames, and the face in it."""
    frame, *fields = line.rsplit(",", 7)
    parts = frame.replace("\\", "/").split("/")
    try:
        x, y, width, height = (float(field) for field in fields[1:5])
    except ValueError:  # too few, or no numbers
        x = y = width = height = math.nan
    if len(fields) != 7 or not math.isfinite(x + y + width + height):
        raise ValueError(
            f"must be {name}\\<video>\\<file>.jpg,0,x,y,width,height,0,0 but is '{line[:_SHOWN]}'"
        )
    if len(parts) != 3 or parts[0] != name or ".." in parts:
        raise ValueError(f"names {frame[:_SHOWN]}, which is no frame in a video of {name}")
    if not (width > 0 and height > 0):
        raise ValueError(f"gives the face no area (width {width:g}, height {height:g})")
    return "/".join(parts), FaceBox(x, y, max(width, height), origin)
