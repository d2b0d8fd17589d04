"""The flags that say which images, which commands share, and the configuration they ask for."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from absl import flags

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import PRESETS, SOURCES, Config, resolve
from elastic_infogan_tf.settings.transforms import TRANSFORMS, choose

PRESET = "; default: the data set's preset"
_FIELDS = ("class_set", "split", "num_classes", "skip_bad_images", "stream", "source")


def define(values: flags.FlagValues) -> None:
    """Defines the flags."""
    group = {"flag_values": values, "module_name": "What to train on"}
    names = " | ".join(PRESETS)
    flags.DEFINE_string("dataset", None, f"{names}: the images; needed", **group)
    flags.DEFINE_enum(
        "source",
        None,
        SOURCES,
        "cars: `original` .mat files, the `builtin` synthetic cars, or `auto`: the files where "
        "--data_dir has them, else the built-in cars" + PRESET,
        **group,
    )
    flags.DEFINE_string(
        "data_dir",
        None,
        "folder with every data set under its original name (mnist.npz, cars/*.mat, "
        "rendered_chairs/, ShapeNetRendering/, YouTubeFaces/); image_folder: the folder of "
        "pictures; npz: the file",
        **group,
    )
    flags.DEFINE_integer(
        "class_set", None, "cars and chairs: published class set, 1-5" + PRESET, **group
    )
    flags.DEFINE_integer(
        "split",
        None,
        "published imbalanced split; cars and chairs 1-5, mnist and digits 1-50",
        **group,
    )
    flags.DEFINE_list("class_ids", None, "classes instead of the published class set's", **group)
    flags.DEFINE_list(
        "synsets",
        None,
        "shapenet: the categories, as WordNet ids; default: car, chair, lamp, sofa, table",
        **group,
    )
    flags.DEFINE_list(
        "class_proportions", None, "of the classes in their order, instead of the split's", **group
    )
    flags.DEFINE_integer(
        "num_classes",
        None,
        "K, the number of codes; image_folder, npz, tfds, youtube_faces",
        **group,
    )
    flags.DEFINE_bool(
        "skip_bad_images", None, "leave out images that cannot be read, and list them", **group
    )
    flags.DEFINE_bool(
        "stream",
        None,
        "image_folder: decode images batch by batch instead of all at the start; default: if they "
        "take more than 2 GB",
        **group,
    )
    flags.DEFINE_list(
        "augment",
        None,
        f"transforms that keep the identity, of {', '.join(TRANSFORMS)}, or none; default: the "
        "data set's (look at them with `python -m tools.augmentation_sheet`)",
        **group,
    )


def config(values: flags.FlagValues, **overrides: Any) -> Config:
    """Returns the configuration that the flags ask for.

    Args:
        values: the flags.
        overrides: more fields of `Config`; None leaves the preset's.

    Raises:
        UsageError: if a value is not possible.
    """
    overrides |= {name: values[name].value for name in _FIELDS}
    if values.synsets and (values.class_ids or values.dataset != "shapenet"):
        raise UsageError("--synsets is for --dataset=shapenet, in place of --class_ids.")
    ids = values.synsets or values.class_ids
    overrides["class_ids"] = tuple(ids) if ids else None
    if values.class_proportions:
        overrides["class_proportions"] = _floats(values.class_proportions)
    config = resolve(values.dataset, **overrides)
    if values.augment is None:
        return config
    return dataclasses.replace(config, augmentation=choose(config.augmentation, values.augment))


def _floats(texts: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError as error:
        raise UsageError(
            f"--class_proportions must be numbers, separated by commas. Received: {','.join(texts)}"
        ) from error
