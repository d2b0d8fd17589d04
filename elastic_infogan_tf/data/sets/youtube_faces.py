"""YouTube Faces: frames of videos of people, cropped to the face, square RGB.

The originals are those of Wolf, Hassner and Maoz, "Face Recognition in Unconstrained Videos with
Matched Background Similarity" (CVPR 2011): 1595 people. The paper takes the first 40 by name and
crops by the face boxes that come with the frames.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.decoding import is_hidden
from elastic_infogan_tf.data.files.formats import formats
from elastic_infogan_tf.data.files.image import BadImageError, centre_square, read_image, resize
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets.face_boxes import FaceBox, read_boxes
from elastic_infogan_tf.data.sets.original_layouts import (
    data_set_folder,
    load_labelled,
    require_classes,
    subfolders,
)
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS, DataFiles, DataSettings

PEOPLE = 1595
FRAMES, ALIGNED = "frame_images_DB", "aligned_images_DB"
# Side of the crop over the longer side of the face box: 10% more on each side (ours).
CROP_SCALE = 1.2
# The aligned images show 2.2 times the face box (the data set's own notes).
_ALIGNED_SCALE = 2.2


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the people that the settings ask for (`load`)."""
    return load(
        files.data_dir,
        settings.num_classes,
        settings.class_ids,
        settings.image_shape[0],
        settings.skip_bad_images,
        files.max_image_pixels,
        files.cache,
    )


def load(
    data_dir: Path | None,
    num_classes: int = 40,
    class_ids: Sequence[str] = (),
    size: int = 64,
    skip_bad: bool = False,
    max_pixels: int = MAX_IMAGE_PIXELS,
    cache_dir: Path | None = None,
) -> LabelledImages:
    """Loads the faces of some people, from the frames, or, where there are none, aligned images.

    From a frame it takes the square of 1.2 times the longer side of the face's box, centred on the
    box, shifted to lie inside the frame and made smaller where the frame is. From an aligned image,
    where the face is in the middle already, it takes the centred square of the same framing, 1.2 /
    2.2 = 55% of the shorter side. Frames without a line in the person's labels file are ignored.

    Args:
        data_dir: folder whose sub-folder `YouTubeFaces` has `frame_images_DB/<name>/<video>/*.jpg`
            with `frame_images_DB/<name>.labeled_faces.txt`, or `aligned_images_DB/<name>/<video>/`.
        num_classes: people to take, the first in alphabetical order (published) regardless of case
            (ours).
        class_ids: names of people (folders) to take instead, in this order.
        size: height and width of the result, pixels.
        skip_bad: leave out, with a line on stderr, bad images and wrong lines instead of raising.
        max_pixels: of the largest frame, as of `read_image`.
        cache_dir: where they are kept decoded, as of `decode_once`.

    Returns:
        Images `[n, size, size, 3]` in the order of people, then of the labels file's lines or the
        files' names; people as class names; source `original` if all 1595 people are there,
        else how many, with a remark for aligned images.

    Raises:
        UsageError: if folders, people or frames are missing or a labels file is wrong.
        BadImageError: if an image cannot be read or its box is not inside it.
    """
    root = data_set_folder(data_dir, "youtube_faces")
    kinds = [kind for kind in (FRAMES, ALIGNED) if (root / kind).is_dir()]
    # An empty folder may stand beside the one with the people.
    kind = next((kind for kind in kinds if subfolders(root / kind)), next(iter(kinds), None))
    if kind is None:
        raise UsageError(
            f"{root} has neither {FRAMES} nor {ALIGNED}; unpack YouTubeFaces.tar there again."
        )
    folder = root / kind
    people = sorted(
        (path.name for path in subfolders(folder)), key=lambda name: (name.casefold(), name)
    )
    names = _choose(folder, people, num_classes, class_ids)
    source = "original" if len(people) == PEOPLE else f"original layout, {len(people)} people"
    if kind == FRAMES:
        boxes = {name: read_boxes(folder, name, skip_bad) for name in names}
        files = {name: list(found) for name, found in boxes.items()}
        box_of = {path: box for found in boxes.values() for path, box in found.items()}
        cut: Callable[[np.ndarray, Path], np.ndarray] = functools.partial(_cut_box, box_of)
    else:
        files = {name: _aligned(folder / name) for name in names}
        box_of, cut, source = {}, _cut_centre, f"{source}, aligned"
    return load_labelled(
        files,
        lambda path: resize(cut(read_image(path, max_pixels=max_pixels), path), size, size),
        skip_bad,
        "faces",
        source,
        root=folder,
        shape=(size, size, 3),
        cache_dir=cache_dir,
        parts={
            "dataset": "youtube_faces",
            "ids": list(names),
            "size": size,
            "max_pixels": max_pixels,
            "boxes": _digest(box_of),
        },
    )


def _digest(box_of: Mapping[Path, FaceBox]) -> str:
    boxes = [(box.x, box.y, box.side) for box in box_of.values()]
    return hashlib.sha256(repr(boxes).encode()).hexdigest()


def _aligned(person: Path) -> list[Path]:
    """Returns the images in a person's videos, sorted."""
    return sorted(
        path
        for path in person.glob("*/*")
        if path.suffix.lower() in formats().endings and not is_hidden(path.name)
    )


def _choose(
    folder: Path, people: Sequence[str], num_classes: int, class_ids: Sequence[str]
) -> Sequence[str]:
    if class_ids:
        advice = (
            f"it has {len(people)} people, so unpack YouTubeFaces.tar again or choose from those."
        )
        require_classes(class_ids, people, folder, "people", advice)
        return class_ids
    if not 1 <= num_classes <= len(people):
        raise UsageError(
            f"--num_classes must be between 1 and {len(people)}, the people in {folder}; choose "
            f"fewer or unpack YouTubeFaces.tar again. Received: {num_classes}"
        )
    return people[:num_classes]


def _cut_box(box_of: Mapping[Path, FaceBox], image: np.ndarray, path: Path) -> np.ndarray:
    """Returns the square around a frame's face, uint8 `[side, side, 3]`."""
    box = box_of[path]
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


def _cut_centre(image: np.ndarray, path: Path) -> np.ndarray:
    """Returns the square around an aligned image's face, uint8 `[side, side, 3]`."""
    del path
    image = centre_square(image)
    side = max(1, round(len(image) * CROP_SCALE / _ALIGNED_SCALE))
    start = (len(image) - side) // 2
    return image[start : start + side, start : start + side]
