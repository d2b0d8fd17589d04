"""3D Chairs: models of a class set, 62 views each, at 64x64 RGB on white.

The originals are the 1393 models of Aubry et al., "Seeing 3D Chairs" (CVPR 2014), 600x600 pixels
with a wide white margin.
"""

from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.decoded_cache import decode_once
from elastic_infogan_tf.data.files.image import bad_image, resize
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.published_splits import CHAIRS_CLASS_SETS
from elastic_infogan_tf.data.sets import original_layouts as layouts
from elastic_infogan_tf.settings.data import DataFiles, DataSettings

MODELS = 1393
VIEWS = 62  # 31 azimuths x 2 elevations
SIDE = 64
_DIGITS = 4  # of a chair's id
_VIEW_NAME = r"image_\d+_p\d+_t\d+_r\d+\.png"
_WHITE = 250  # from this level on a pixel is background
_MARGIN = 0.05  # on each side of the objects, as a share of their extent (ours)


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads all views of the chairs of a class set or of `class_ids`.

    A chair's id is the position of its folder, from 0, in the list of model folders sorted by name
    (ours), in four digits; leading zeros may be left out.

    All images are cut alike (ours): to the square around the union of all objects' bounding boxes
    in the loaded images, centred on it, with a margin of 5% of its longer side on each side. So the
    chairs keep their sizes and places relative to each other and none is cut off, whatever
    margin the renderings have. Where the square reaches beyond an image, it is white.

    Returns:
        Images `[62 * chairs, 64, 64, 3]` in the order of the ids, then of the views' file names;
        labels in the order of the ids; source `original`, or how many of the 1393 models are there,
        in which case ids mean other chairs than the published ones.

    Raises:
        UsageError: if the folder or chairs are missing, or a chair has other than 62 views.
        BadImageError: if a view cannot be read, is not square or is blank.
    """
    folder = layouts.data_set_folder(files.data_dir, "chairs")
    models = {f"{index:04}": path for index, path in enumerate(layouts.subfolders(folder))}
    ids = layouts.padded(settings.class_ids or CHAIRS_CLASS_SETS[settings.class_set - 1], _DIGITS)
    advice = (
        f"it has {len(models)} model folders, numbered from 0000, of the original {MODELS}, so "
        "unpack rendered_chairs.tar again or choose other chairs."
    )
    layouts.require_classes(ids, models, folder, "chairs", advice)
    skip_bad = settings.skip_bad_images
    views = layouts.find_views(
        [models[chair] for chair in ids], "renders", _VIEW_NAME, VIEWS, skip_bad
    )
    every_view = [path for chair in views for path in chair]
    boxes, kept = decode_once(
        every_view,
        lambda path: _object_box(path),
        skip_bad,
        "chair views (outlines)",
        root=folder,
        shape=(4,),
        dtype=np.float64,
        cache_dir=files.cache,
        parts={"dataset": "chairs-outlines", "ids": ids},
    )
    usable = {every_view[index] for index in kept}
    square = _common_square(boxes)
    whole = len(models) == MODELS
    return layouts.load_labelled(
        {
            f"chair {chair}": [path for path in paths if path in usable]
            for chair, paths in zip(ids, views, strict=True)
        },
        lambda path: resize(_cut(layouts.read_rendering(path), *square), SIDE, SIDE),
        settings,
        files,
        what="chair views",
        source="original" if whole else f"original layout, {len(models)} of {MODELS} models",
        root=folder,
        shape=(SIDE, SIDE, 3),
        parts={"dataset": "chairs", "ids": ids, "square": square},
    )


def _object_box(path: Path) -> np.ndarray:
    """Returns top, left, bottom and right of what is not white, float64 `[4]`, as shares."""
    image = layouts.read_rendering(path)
    drawn = image.min(axis=-1) < _WHITE
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not rows.size:
        raise bad_image(path, "is blank: all of it is white")
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1]) / len(image)


def _common_square(boxes: np.ndarray) -> tuple[float, float, float]:
    """Returns top, left and side, as shares, of the square around the union of boxes `[n, 4]`."""
    start, end = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    side = float(np.max(end - start)) * (1 + 2 * _MARGIN)
    top, left = (start + end) / 2 - side / 2
    return float(top), float(left), side


def _cut(image: np.ndarray, top: float, left: float, side: float) -> np.ndarray:
    """Cuts the square out of `[side, side, 3]`; white where it reaches beyond the image."""
    size = len(image)
    pixels = max(1, round(side * size))
    row, column = round(top * size), round(left * size)
    beyond = max(0, -row, -column, row + pixels - size, column + pixels - size)
    wide = np.pad(image, ((beyond, beyond), (beyond, beyond), (0, 0)), constant_values=255)
    return wide[row + beyond : row + beyond + pixels, column + beyond : column + beyond + pixels]
