"""ShapeNet renderings: images of object categories, 24 views a model, at 64x64 RGB on white.

The originals are the renderings that come with 3D-R2N2 (Choy et al., ECCV 2016): 13 categories of
ShapeNet (synsets), 137x137 pixels with transparency. The five default categories of the complete
archive are 8 GB decoded.
"""

from elastic_infogan_tf.data.files.image import resize
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import original_layouts as layouts
from elastic_infogan_tf.settings.data import DataFiles, DataSettings

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
    """Loads the renderings of the default categories or of `class_ids`.

    Ids are eight-digit synset ids; leading zeros may be left out.

    Returns:
        Images `[n, 64, 64, 3]` in the order of synsets, models, views; labels in the order of the
        synsets, under their everyday names; source: how many models there are.

    Raises:
        UsageError: if the folder or synsets are missing, or a model has other than 24 views.
        BadImageError: if a view cannot be read or is not square.
    """
    folder = layouts.data_set_folder(files.data_dir, "shapenet")
    present = [path.name for path in layouts.subfolders(folder)]
    described = [f"{synset} {SYNSET_NAMES.get(synset, '')}".strip() for synset in present]
    synsets = layouts.padded(settings.class_ids or DEFAULT_SYNSETS, _DIGITS)
    advice = (
        f"it has {', '.join(described) or 'none'}, so unpack ShapeNetRendering.tgz again or choose "
        "others."
    )
    layouts.require_classes(synsets, present, folder, "categories", advice)
    models = {synset: layouts.subfolders(folder / synset) for synset in synsets}
    every_model = [model for category in models.values() for model in category]
    skip_bad = settings.skip_bad_images
    views = iter(layouts.find_views(every_model, "rendering", r"\d\d\.png", VIEWS, skip_bad))
    return layouts.load_labelled(
        {
            SYNSET_NAMES.get(synset, synset): [path for _ in category for path in next(views)]
            for synset, category in models.items()
        },
        lambda path: resize(layouts.read_rendering(path), SIDE, SIDE),
        settings,
        files,
        what="renderings",
        source=f"original layout, {len(every_model)} models",
        root=folder,
        shape=(SIDE, SIDE, 3),
        parts={"dataset": "shapenet", "ids": synsets},
    )
