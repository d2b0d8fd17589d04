"""Small images for a run's page, in rows with text: `thumbnails.json`.

A page is made of what is in the run's folder, so what looks at the images leaves a few there.
"""

import base64
import dataclasses
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.evaluation.figures import style
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


@dataclasses.dataclass(frozen=True)
class Strip:
    """Images in a row: what they are, and of each its JPEG file in base64 and its caption."""

    name: str
    images: Sequence[dict[str, str]]


@dataclasses.dataclass(frozen=True)
class Group:
    """Rows of images that belong together, and what is said of them."""

    title: str
    text: str
    strips: Sequence[Strip]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """Groups under one heading, and the names of the figures that show the same."""

    replaces: Sequence[str]
    title: str
    text: str
    groups: Sequence[Group]


def strip(name: str, images: np.ndarray, captions: Sequence[str] | None = None) -> Strip:
    """Returns a row of images, uint8 `[n, h, w, 1 or 3]`; without captions these are empty."""
    pairs = zip(images, captions or [""] * len(images), strict=True)
    return Strip(name, [{"jpeg": _jpeg(image), "caption": caption} for image, caption in pairs])


def sheet_of_groups(
    labels: np.ndarray,
    confidences: np.ndarray,
    images: ImageArray,
    num_groups: int,
    *,
    title: str,
    text: str,
    classes: np.ndarray | None = None,
    class_names: Sequence[str] = (),
    generated: np.ndarray | None = None,
) -> Sheet:
    """Returns real images by group, the largest group first, and generated ones of each.

    Args:
        labels: int `[n]`, each image's group in `[0, num_groups)`.
        confidences: float `[n]` in [0, 1].
        images: uint8 `[n, h, w, c]`, in memory or in files; only what is shown is read.
        num_groups: K.
        title: of the sheet.
        text: below the title.
        classes: int `[n]`, the images' true classes; None without labels.
        class_names: one per class.
        generated: uint8 `[K * GENERATED, h, w, c]`, all of code 0 first; None: there are none.
    """
    sizes = np.bincount(labels, minlength=num_groups)
    said = [""] * num_groups
    if classes is not None:
        said = majorities(labels, classes, class_names, num_groups)
    groups = []
    for code in np.argsort(-sizes, kind="stable")[:_GROUPS]:
        chosen = representatives(labels, confidences, code, _MOST, _LEAST)
        named = zip(("surest", "least sure"), chosen, strict=True)
        strips = [strip(name, images[rows]) for name, rows in named if len(rows)]
        if generated is not None:
            strips.append(strip("generated", generated[code * GENERATED :][:GENERATED]))
        words = "empty: no real image"
        if sizes[code]:
            sure = confidences[labels == code].mean()
            words = f"{sizes[code]:,} of {len(labels):,} images ({sizes[code] / len(labels):.1%})"
            words += f", mean probability {sure:.2f}"
        words += f", most frequent class {said[code]}" if said[code] else ""
        groups.append(Group(f"group {code}", words, strips))
    if num_groups > _GROUPS:
        text += f" The {num_groups - _GROUPS} smallest groups are left out."
    replaces = ["groups", "clusters", "clusters_at_switch"]
    return Sheet(replaces + ["grid"] * (generated is not None), title, text, groups)


def write(folder: Path, sheets: Sequence[Sheet]) -> None:
    """Writes sheets into a folder.

    Raises:
        UsageError: if they cannot be written.
    """
    content = [dataclasses.asdict(sheet) for sheet in sheets]
    write_atomically(folder / FILE, json.dumps(content) + "\n")


def read(folder: Path) -> list[dict[str, Any]]:
    """Returns the sheets of a folder, each as `Sheet` has it; none where there are none.

    Raises:
        UsageError: if the file is corrupted.
    """
    there = (folder / FILE).exists()
    return read_json(folder / FILE, _SCHEMA, "it is left out here") if there else []


def _jpeg(image: np.ndarray) -> str:
    small = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    small.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


COLUMNS, ROWS = 8, 6
_UNDER_IMAGE = 16  # characters of a line under an image
_WHITE = 255


def draw_gallery(images: np.ndarray, captions: Sequence[str], title: str) -> bytes:
    """Draws images in rows of `COLUMNS`, in their order.

    Args:
        images: uint8 `[n, h, w, c]`, n is 1 or more.
        captions: one per image; its lines stay lines.
        title: says what they are, of which run and which source.

    Returns:
        PNG bytes.
    """
    count, height, width, channels = images.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    texts = [
        "\n".join(style.name(line, _UNDER_IMAGE) for line in one.split("\n")) for one in captions
    ]
    lines = max(text.count("\n") + 1 for text in texts)
    under = round(width * (0.16 * lines + 0.06))  # pixels of an inch-wide image
    gap = max(1, width // 16)
    grid = np.full((rows * columns, height + under, width + gap, channels), _WHITE, np.uint8)
    grid[:count, :height, :width] = images
    inches = max(columns * (1 + gap / width), 5)
    with style.figure(inches, rows * (height + under) / width + 0.7) as figure:
        axes = figure.add_subplot()
        style.show(axes, style.tile(grid, rows))
        axes.set_axis_off()
        for place, text in enumerate(texts):
            row, column = divmod(place, columns)
            x = column * (width + gap) + width / 2
            y = row * (height + under) + height * 1.02
            axes.text(x, y, text, ha="center", va="top", fontsize=6.5)
        figure.suptitle(style.heading(title, inches), fontsize=9)
        return style.to_png(figure, dpi=120)
