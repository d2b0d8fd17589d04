"""The flags that decide what a run computes, and the configuration they ask for."""

from typing import Any

from absl import flags

from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config, preset_names, resolve
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.declare import settings_of
from elastic_infogan_tf.settings.groups import GROUPS


def define_data(values: flags.FlagValues) -> None:
    """Defines the flags that say which images."""
    setting_flags.define(values, DataSettings, by_preset=preset_names())
    group = next(one.group for one in settings_of(DataSettings))
    for name, row in DATA_SETS.items():
        if row.ids_flag:
            flag, text = row.ids_flag
            flags.DEFINE_list(flag, None, f"{name}: {text}", flag_values=values, module_name=group)
    setting_flags.define(values, DataFiles)


def define(values: flags.FlagValues) -> None:
    """Defines the flags of everything that a run computes."""
    define_data(values)
    others = (group.settings for group in GROUPS.values() if group.settings is not DataSettings)
    setting_flags.define(values, *others, by_preset=preset_names())


def data_config(values: flags.FlagValues, **overrides: Any) -> Config:
    """Returns the configuration that the flags of `define_data` ask for.

    Args:
        values: parsed flags.
        overrides: more settings.

    Raises:
        UsageError: if a value is not possible.
    """
    return _resolve(values, setting_flags.given(values, DataSettings) | overrides)


def config(values: flags.FlagValues) -> Config:
    """Returns the configuration that the flags of `define` ask for.

    Raises:
        UsageError: if a value is not possible.
    """
    owners = (group.settings for group in GROUPS.values())
    return _resolve(values, setting_flags.given(values, *owners))


def _resolve(values: flags.FlagValues, given: dict[str, Any]) -> Config:
    augment = given.pop("augmentation", None)
    for name, row in DATA_SETS.items():
        ids = row.ids_flag and values[row.ids_flag[0]].value
        if not ids:
            continue
        if "class_ids" in given or values.dataset != name:
            raise UsageError(
                f"--{row.ids_flag[0]} is for --dataset={name}, in place of --class_ids."
            )
        given["class_ids"] = tuple(ids)
    return resolve(given.pop("dataset", None), augment=augment, **given)
