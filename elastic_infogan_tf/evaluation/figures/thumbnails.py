"""Small images for a run's page, in rows with text: `thumbnails.json`.

A page is made of what is in the run's folder, so what looks at the images leaves a few there.
"""

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from typing_extensions import TypedDict

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures.clusters import majorities, representatives
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.json_files import TEXT, list_of, object_of, read_json

FILE = "thumbnails.json"
GENERATED = 8  # images of a group
_MOST, _LEAST = 8, 4  # real images of a group: the surest, the least sure of the others
_GROUPS = 40  # that are shown; each has up to 20 images of about 2 kB
_SIDE, _QUALITY = 64, 85  # pixels at most, and of JPEG


_IMAGE = object_of(jpeg=TEXT | {"pattern": "^[A-Za-z0-9+/]+=*$"}, caption=TEXT)
_GROUP = object_of(
    title=TEXT, text=TEXT, strips=list_of(object_of(name=TEXT, images=list_of(_IMAGE)))
)
_SCHEMA = list_of(object_of(replaces=list_of(TEXT), title=TEXT, text=TEXT, groups=list_of(_GROUP)))


class Strip(TypedDict):
    """Images in a row: what they are, and of each its JPEG file in base64 and its caption."""

    name: str
    images: list[dict[str, str]]


class Group(TypedDict):
    """Rows of images that belong together, and what is said of them."""

    title: str
    text: str
    strips: list[Strip]


class Sheet(TypedDict):
    """Groups under one heading, and the names of the figures that show the same."""

    replaces: list[str]
    title: str
    text: str
    groups: list[Group]


def strip(name: str, images: np.ndarray, captions: Sequence[str] | None = None) -> Strip:
    """Returns a row of images, uint8 `[n, h, w, 1 or 3]`; without captions these are empty."""
    parts = []
    for image, caption in zip(images, captions or [""] * len(images), strict=True):
        small = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        small.thumbnail((_SIDE, _SIDE))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=_QUALITY)
        jpeg = base64.b64encode(buffer.getvalue()).decode("ascii")
        parts.append({"jpeg": jpeg, "caption": caption})
    return Strip(name=name, images=parts)


def sheet_of_groups(
    data: LabelledImages,
    codes: np.ndarray,
    confidences: np.ndarray,
    num_codes: int,
    *,
    title: str,
    text: str,
    generated: np.ndarray | None = None,
) -> Sheet:
    """Returns real images by group, the largest group first, and generated ones of each.

    Args as of `clusters.draw_clusters`, but for `text`, which stands below the title, and
    `generated`, uint8 `[K * GENERATED, h, w, c]`, all of code 0 first; None: there are none.
    """
    sizes = np.bincount(codes, minlength=num_codes)
    most_frequent = majorities(data, data.class_names, codes, num_codes)
    groups = []
    for code in np.argsort(-sizes, kind="stable")[:_GROUPS]:
        chosen = representatives(codes, confidences, code, _MOST, _LEAST)
        named = zip(("surest", "least sure"), chosen, strict=True)
        strips = [strip(name, data.images[rows]) for name, rows in named if len(rows)]
        if generated is not None:
            strips.append(strip("generated", generated[code * GENERATED :][:GENERATED]))
        words = "empty: no real image"
        if sizes[code]:
            sure = confidences[codes == code].mean()
            words = f"{sizes[code]:,} of {len(codes):,} images ({sizes[code] / len(codes):.1%})"
            words += f", mean probability {sure:.2f}"
        if most_frequent[code]:
            words += f", most frequent class {most_frequent[code]}"
        groups.append(Group(title=f"group {code}", text=words, strips=strips))
    if num_codes > _GROUPS:
        text += f" The {num_codes - _GROUPS} smallest groups are left out."
    replaces = ["groups", "clusters", "clusters_at_switch"]
    replaces += ["grid"] * (generated is not None)
    return Sheet(replaces=replaces, title=title, text=text, groups=groups)


def write(folder: Path, sheets: Sequence[Sheet]) -> None:
    """Writes sheets into a folder.

    Raises:
        UsageError: if they cannot be written.
    """
    write_atomically(folder / FILE, json.dumps(sheets) + "\n")


def read(folder: Path) -> list[Sheet]:
    """Returns the sheets of a folder; none where there are none.

    Raises:
        UsageError: if the file is corrupted.
    """
    path = folder / FILE
    return read_json(path, _SCHEMA, "it is left out here") if path.exists() else []
