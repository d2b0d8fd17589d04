"""The flags that decide what a run computes, and the configuration they ask for."""

import os
from typing import Any

from absl import flags

from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config, preset_names, resolve
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, data_set
from elastic_infogan_tf.settings.setting_groups import GROUPS
from elastic_infogan_tf.utils.files import path_of


def define_data(values: flags.FlagValues) -> None:
    """Defines the flags that say which images."""
    setting_flags.define(values, DataSettings, by_preset=preset_names())
    setting_flags.define(values, DataFiles)


def define(values: flags.FlagValues) -> None:
    """Defines the flags of everything that a run computes."""
    define_data(values)
    others = (group.settings for group in GROUPS.values() if group.settings is not DataSettings)
    setting_flags.define(values, *others, by_preset=preset_names())


def config(values: flags.FlagValues, **overrides: Any) -> Config:
    """Returns the configuration that the flags of `define`, or some of them, ask for.

    Args:
        values: parsed flags.
        overrides: more settings.

    Raises:
        UsageError: if a value is not possible.
    """
    owners = (group.settings for group in GROUPS.values())
    return _resolve(values, setting_flags.given(values, *owners) | overrides)


def require_data(config: Config, files: DataFiles) -> None:
    """Refuses a place of images where nothing is, before TensorFlow starts.

    Raises:
        UsageError: if the data set is not downloaded and has no files there.
    """
    dataset, place = config.data.dataset, files.data_dir
    row = data_set(dataset)
    if row.is_own_files and place is None:
        what = "folder of images" if dataset == "image_folder" else "file"
        raise UsageError(f"--dataset={dataset} needs --data_dir: the {what}.")
    if row.source is not None and not row.has_builtin and dataset != "mnist":  # that is downloaded
        from elastic_infogan_tf.data.sets.original_layouts import data_set_folder  # late: slow

        data_set_folder(place, dataset)
    elif place is not None and (row.is_own_files or row.has_builtin) and not os.path.exists(place):
        raise UsageError(f"--data_dir={place} does not exist; give the folder or file of the data.")


def _resolve(values: flags.FlagValues, given: dict[str, Any]) -> Config:
    augment = given.pop("augmentation", None)
    if "dataset" not in given:
        raise UsageError(_what_to_add(values.data_dir))
    return resolve(given.pop("dataset"), augment=augment, **given)


def _what_to_add(data_dir: str | None) -> str:
    """Returns a sentence on which data set a folder or file may be."""
    if data_dir is None:
        return (
            f"--dataset is missing; give one of {', '.join(DATA_SETS)}, for images of your own "
            "--dataset=image_folder --data_dir=FOLDER."
        )
    place = path_of(data_dir, "--data_dir")
    if not os.path.exists(place):
        return f"--data_dir={data_dir} does not exist, and --dataset is missing; give both."
    known = (
        name
        for name, row in DATA_SETS.items()
        if row.source and os.path.exists(place / row.source.place)
    )
    kind = next(known, "image_folder" if place.is_dir() else "npz")
    what = {"image_folder": "images", "npz": "images"}.get(kind, kind)
    return f"--dataset is missing; add --dataset={kind} to train on the {what} of {data_dir}."
