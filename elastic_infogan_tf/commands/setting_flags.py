"""Flags from declared settings, settings from flags, and the configuration they ask for."""

import dataclasses
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from absl import flags

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config, preset_names, resolve
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, data_set
from elastic_infogan_tf.settings.declare import Setting
from elastic_infogan_tf.settings.model import GROUPS
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.files import path_of
from elastic_infogan_tf.utils.text import did_you_mean

Settings = TypeVar("Settings")

_PARSERS = {int: flags.IntegerParser, float: flags.FloatParser, bool: flags.BooleanParser}
_LISTS = (tuple, Augmentation)


class _Parser(flags.ArgumentParser):
    """Parses values of a type, or one of some words; a ValueError says what they must be."""

    def __init__(self, setting: Setting) -> None:
        self._words = setting.words
        self._kind = setting.kind

    def parse(self, argument: Any) -> Any:
        if self._words is not None:
            if argument in self._words:
                return self._words[argument]
            meant = did_you_mean(argument, self._words)
            raise ValueError(f"give one of {', '.join(self._words)}{meant}")
        try:
            return _PARSERS.get(self._kind, flags.ArgumentParser)().parse(argument)
        except ValueError as error:
            raise ValueError(f"it must be {declare.KINDS[self._kind]}") from error


class SettingFlag(flags.Flag):
    """The flag of a setting, which the help asks for the rest of what is declared.

    `preset` says in words what decides where the flag is not given; it is empty if nothing does.
    """

    def __init__(self, setting: Setting, preset: str, default: Any) -> None:
        is_list = setting.kind in _LISTS
        parser = flags.ListParser() if is_list else _Parser(setting)
        serializer = flags.CsvListSerializer(",") if is_list else flags.ArgumentSerializer()
        boolean = setting.kind is bool or "true" in (setting.words or ())
        super().__init__(parser, serializer, setting.flag, default, setting.help, boolean=boolean)
        self.setting = setting
        self.preset = preset


def define(
    values: flags.FlagValues,
    *owners: type,
    by_preset: Collection[str] | None = None,
    whose: str = "the data set's",
) -> None:
    """Defines a flag for each setting.

    Args:
        values: where to.
        owners: dataclasses that declare settings; a setting's `group` heads its flag in the help.
        by_preset: names of the settings that presets decide where no flag does. With it no flag has
            a value until it is given, so that whoever reads the flags can tell.
        whose: values those are, for the help.
    """
    for setting in (known for known in declare.settings_of(*owners) if known.flag):
        is_open = by_preset is not None or setting.default is dataclasses.MISSING
        default = None if is_open else setting.default
        if setting.kind in _LISTS:
            default = list(default or ()) or None
        elif isinstance(default, Path):
            default = str(default)
        flag = SettingFlag(setting, whose if setting.name in (by_preset or ()) else "", default)
        flags.DEFINE_flag(flag, flag_values=values, module_name=setting.group)


def define_data(values: flags.FlagValues) -> None:
    """Defines the flags that say which images."""
    define(values, DataSettings, by_preset=preset_names())
    define(values, DataFiles)


def define_run(values: flags.FlagValues) -> None:
    """Defines the flags of everything that a run computes."""
    define_data(values)
    others = (group.settings for group in GROUPS.values() if group.settings is not DataSettings)
    define(values, *others, by_preset=preset_names())


def read(values: flags.FlagValues, owner: type[Settings]) -> Settings:
    """Returns the settings that the flags say; what has no flag keeps its default.

    Raises:
        UsageError: if a value is out of bounds.
    """
    settings = owner(**given(values, owner))
    declare.check(settings)
    return settings


def given(values: flags.FlagValues, *owners: type) -> dict[str, Any]:
    """Returns the settings that flags give, by name, not checked; not those that are None."""
    settings = {}
    for setting in declare.settings_of(*owners):
        value = values[setting.flag].value if setting.flag in values else None
        if value is not None and value != "":
            settings[setting.name] = _convert(setting, value)
    return settings


def _convert(setting: Setting, value: Any) -> Any:
    if setting.kind is Path:
        return path_of(str(value), f"--{setting.flag}")
    if setting.kind is not tuple:
        return value
    try:
        return tuple(map(setting.list_of, value))
    except ValueError as error:
        raise UsageError(
            f"--{setting.flag} must be numbers, separated by commas. Received: {','.join(value)}"
        ) from error


def config(values: flags.FlagValues, **overrides: Any) -> Config:
    """Returns the configuration that the flags of `define_run`, or some of them, ask for.

    Raises:
        UsageError: if a value, also of the other settings in `overrides`, is not possible.
    """
    settings = given(values, *(group.settings for group in GROUPS.values())) | overrides
    if "dataset" not in settings:
        raise UsageError(_what_to_add(values.data_dir))
    return resolve(augment=settings.pop("augmentation", None), **settings)


def require_data(config: Config, files: DataFiles) -> None:
    """Refuses a place of images where nothing is, before TensorFlow starts.

    Raises:
        UsageError: if the data set is not downloaded and has no files there.
    """
    dataset, folder = config.data.dataset, files.data_dir
    row = data_set(dataset)
    if row.is_own_files and folder is None:
        what = "folder of images" if dataset == "image_folder" else "file"
        raise UsageError(f"--dataset={dataset} needs --data_dir: the {what}.")
    if row.source is not None and not row.has_builtin and dataset != "mnist":  # that is downloaded
        from elastic_infogan_tf.data.sets.original_layouts import data_set_folder  # late: slow

        data_set_folder(folder, dataset)
    elif folder and (row.is_own_files or row.has_builtin) and not os.path.exists(folder):
        raise UsageError(f"--data_dir={folder} does not exist; give a folder or file of the data.")


def _what_to_add(data_dir: str | None) -> str:
    """Returns a sentence on which data set a folder or file may be."""
    if data_dir is None:
        return (
            f"--dataset is missing; give one of {', '.join(DATA_SETS)}, for images of your own "
            "--dataset=image_folder --data_dir=FOLDER."
        )
    folder = path_of(data_dir, "--data_dir")
    if not os.path.exists(folder):
        return f"--data_dir={data_dir} does not exist, and --dataset is missing; give both."
    rows = {name: row.source for name, row in DATA_SETS.items() if row.source}
    known = (name for name, source in rows.items() if os.path.exists(folder / source.place))
    kind = next(known, "image_folder" if folder.is_dir() else "npz")
    what = "images" if kind in ("image_folder", "npz") else kind
    return f"--dataset is missing; add --dataset={kind} to train on the {what} of {data_dir}."
