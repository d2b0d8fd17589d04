"""Flags from declared settings, and settings from flags."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from absl import flags

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import path_of
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.declare import Setting
from elastic_infogan_tf.settings.transforms import Augmentation

Settings = TypeVar("Settings")

_DEFINE = {int: flags.DEFINE_integer, float: flags.DEFINE_float, bool: flags.DEFINE_bool}
_LISTS = (tuple, Augmentation)


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
                _define(values, one, by_preset, whose)


class _NumberOrWord(flags.IntegerParser):
    """Parses a whole number, or a word that stands for one."""

    def __init__(self, words: Mapping[str, int]) -> None:
        super().__init__()
        self._words = words

    def convert(self, argument: str | int) -> int:
        """Returns the number."""
        if isinstance(argument, str) and argument in self._words:
            return self._words[argument]
        return super().convert(argument)


def _define(
    values: flags.FlagValues, one: Setting, by_preset: Collection[str] | None, whose: str
) -> None:
    default = None if one.default is dataclasses.MISSING else one.default
    text = _help(one, default, by_preset or (), whose)
    if by_preset is not None:
        default = None
    if one.kind in _LISTS:
        define_one, default = flags.DEFINE_list, list(default or ()) or None
    elif one.kind in _DEFINE:
        define_one = _DEFINE[one.kind]
    else:
        define_one, default = flags.DEFINE_string, None if default is None else str(default)
    where = {"flag_values": values, "module_name": one.group}
    if one.words:
        parser, serializer = _NumberOrWord(one.words), flags.ArgumentSerializer()
        flags.DEFINE(parser, one.flag, default, text, serializer=serializer, **where)
    else:
        define_one(one.flag, default, text, **where)


def _help(one: Setting, default: Any, by_preset: Collection[str], whose: str) -> str:
    """Returns what is said of a setting, with the choices and the default."""
    text = one.help
    if one.listed is not None:
        text += f" ({', '.join(one.listed)})"
    if one.needed:
        text += "; needed"
    if one.name in by_preset:
        text += f"; default: {whose}"
    elif default not in (None, ()):
        shown = ",".join(default) if one.kind is tuple else default
        text += f" (default: {shown})"
    return text


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
