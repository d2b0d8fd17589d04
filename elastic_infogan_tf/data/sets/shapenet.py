"""ShapeNet renderings: images of object categories, 24 views a model, at 64x64 RGB on white.

The originals are the renderings that come with 3D-R2N2 (Choy et al., ECCV 2016): 13 categories of
ShapeNet (synsets), 137x137 pixels with transparency.
"""

from collections.abc import Sequence
from pathlib import Path

from elastic_infogan_tf.data.files.image import resize
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets.original_layouts import (
    data_set_folder,
    find_views,
    load_labelled,
    padded,
    read_rendering,
    require_classes,
    subfolders,
)
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS, DataFiles, DataSettings

# The 13 categories of 3D-R2N2.
SYNSET_NAMES = {
    "02691156": "plane",
    "02828884": "bench",
    "02933112": "cabinet",
    "02958343": "car",
    "03001627": "chair",
    "03211117": "display",
    "03636649": "lamp",
    "03691459": "speaker",
    "04090263": "rifle",
    "04256520": "sofa",
    "04379243": "table",
    "04401088": "telephone",
    "04530566": "watercraft",
}
# Ours: the paper does not name its five categories. Car, chair, lamp, sofa, table.
DEFAULT_SYNSETS = ("02958343", "03001627", "03636649", "04256520", "04379243")
VIEWS = 24
SIDE = 64
_DIGITS = 8  # of a synset's id


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the categories that the settings ask for (`load`)."""
    ids = tuple(padded(synset, _DIGITS) for synset in settings.class_ids or DEFAULT_SYNSETS)
    return load(
        files.data_dir,
        ids,
        settings.skip_bad_images,
        max_pixels=files.max_image_pixels,
        cache_dir=files.cache,
    )


def load(
    data_dir: Path | None,
    synsets: Sequence[str] = DEFAULT_SYNSETS,
    skip_bad: bool = False,
    max_models: int | None = None,
    max_pixels: int = MAX_IMAGE_PIXELS,
    cache_dir: Path | None = None,
) -> LabelledImages:
    """Loads the renderings of some categories.

    Args:
        data_dir: folder whose sub-folder `ShapeNetRendering` has the synsets' folders.
        synsets: the classes, by their eight-digit synset ids; leading zeros may be left out.
        skip_bad: leave bad images out and take incomplete models as they are, with a line on
            stderr, instead of raising.
        max_models: at most so many models of each category, the first by folder name; None takes
            all, which is 8 GB decoded for the default categories of the complete archive.
        max_pixels: of the largest view, as of `read_image`.
        cache_dir: where they are kept decoded, as of `decode_once`.

    Returns:
        Images `[n, 64, 64, 3]` in the order of synsets, models, views; labels in the order of the
        synsets, under their everyday names; source: how many models there are.

    Raises:
        UsageError: if the folder or synsets are missing, or a model has other than 24 views.
        BadImageError: if a view cannot be read or is not square.
    """
    folder = data_set_folder(data_dir, "shapenet")
    present = [path.name for path in subfolders(folder)]
    synsets = [padded(synset, _DIGITS) for synset in synsets]
    require_classes(
        synsets,
        present,
        folder,
        "categories",
        f"it has {', '.join(map(_describe, present)) or 'none'}, so unpack "
        "ShapeNetRendering.tgz again or choose others.",
    )
    models = {synset: subfolders(folder / synset)[:max_models] for synset in synsets}
    every_model = [model for chosen in models.values() for model in chosen]
    views = iter(find_views(every_model, "rendering", r"\d\d\.png", VIEWS, skip_bad))
    return load_labelled(
        {
            SYNSET_NAMES.get(synset, synset): [path for _ in chosen for path in next(views)]
            for synset, chosen in models.items()
        },
        lambda path: resize(read_rendering(path, max_pixels), SIDE, SIDE),
        skip_bad,
        "renderings",
        f"original layout, {len(every_model)} models",
        root=folder,
        shape=(SIDE, SIDE, 3),
        cache_dir=cache_dir,
        parts={"dataset": "shapenet", "ids": synsets, "max_pixels": max_pixels},
    )


def _describe(synset: str) -> str:
    name = SYNSET_NAMES.get(synset)
    return f"{synset} {name}" if name else synset
