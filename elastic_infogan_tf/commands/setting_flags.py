"""Flags from declared settings, and settings from flags."""

import dataclasses
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

from absl import flags

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.declare import Setting
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.files import path_of
from elastic_infogan_tf.utils.text import did_you_mean

Settings = TypeVar("Settings")

_PARSERS = {int: flags.IntegerParser, float: flags.FloatParser, bool: flags.BooleanParser}
_LISTS = (tuple, Augmentation)


class _Parser(flags.ArgumentParser):
    """Parses values of a type, or one of some words."""

    def __init__(self, setting: Setting) -> None:
        self._words = setting.words
        self._kind = setting.kind

    def parse(self, argument: Any) -> Any:
        """Returns the value.

        Raises:
            ValueError: for something else.
        """
        if self._words is not None:
            if argument in self._words:
                return self._words[argument]
            meant = did_you_mean(argument, self._words)
            raise ValueError(f"give one of {', '.join(self._words)}{meant}")
        try:
            return _PARSERS.get(self._kind, flags.ArgumentParser)().parse(argument)
        except ValueError as error:
            raise ValueError(f"it must be {declare.KINDS.get(self._kind)}") from error


class SettingFlag(flags.Flag):
    """The flag of a setting, which the help asks for the rest of what is declared.

    Args:
        setting: of a flag.
        preset: what decides where the flag is not given, in words; empty if nothing does.
        default: the flag's value until it is given.
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
    for owner in owners:
        for one in declare.settings_of(owner):
            if one.flag is not None:
                define_one(values, one, by_preset, whose)


def define_one(
    values: flags.FlagValues,
    one: Setting,
    by_preset: Collection[str] | None = None,
    whose: str = "the data set's",
) -> None:
    """Defines the flag of a setting, as `define`."""
    default = None if by_preset is not None or one.default is dataclasses.MISSING else one.default
    if one.kind in _LISTS:
        default = list(default or ()) or None
    elif isinstance(default, Path):
        default = str(default)
    flag = SettingFlag(one, whose if one.name in (by_preset or ()) else "", default)
    flags.DEFINE_flag(flag, flag_values=values, module_name=one.group)


def read(values: flags.FlagValues, owner: type[Settings]) -> Settings:
    """Returns the settings that the flags say, each within its bounds.

    Args:
        values: parsed flags.
        owner: the dataclass; what has no flag keeps its default.

    Raises:
        UsageError: if a value is out of bounds.
    """
    settings = owner(**given(values, owner))
    declare.check(settings)
    return settings


def given(values: flags.FlagValues, *owners: type) -> dict[str, Any]:
    """Returns the settings that flags give, by name; not those that are None.

    Raises:
        UsageError: if a list should be of numbers and is not.
    """
    found = {}
    for owner in owners:
        for one in declare.settings_of(owner):
            value = values[one.flag].value if one.flag in values else None
            if value is not None and value != "":
                found[one.name] = _convert(one, value)
    return found


def _convert(one: Setting, value: Any) -> Any:
    if one.kind is Path:
        return path_of(str(value), f"--{one.flag}")
    if one.kind is not tuple:
        return value
    return _floats(one, value) if one.list_of is float else tuple(value)


def _floats(one: Setting, texts: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError as error:
        raise UsageError(
            f"--{one.flag} must be numbers, separated by commas. Received: {','.join(texts)}"
        ) from error
