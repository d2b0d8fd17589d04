"""A setting is one declared line: a field of a frozen dataclass that says all there is to say.

Flag, `--help`, check, error sentence and JSON follow from the field: its name, type and default,
and what `setting` puts into its metadata.
"""

import dataclasses
import functools
import math
import numbers
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.text import shortened

_KEY = "setting"
_LARGEST = 2**63 - 1  # of whole numbers, as TensorFlow has them
_LONGEST = 255  # characters of a text, as of a file's name
# What values of each type are called.
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a short text"}


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Which values a setting may have.

    Attributes:
        words: what it must be, as in `--epochs must be 1 or more`.
        allows: whether a value is one of them.
    """

    words: str
    allows: Callable[[Any], bool]


ABOVE_0 = Bounds("a finite number above 0", lambda value: 0 < value < math.inf)
FROM_0 = Bounds("a finite number from 0 up", lambda value: 0 <= value < math.inf)
SHARE = Bounds("between 0 and 1", lambda value: 0 <= value <= 1)
PNG = Bounds("the name of a .png file", lambda path: path.suffix.lower() == ".png")


def at_least(least: int, reason: str = "") -> Bounds:
    """Returns the bounds of whole numbers from `least` up; `reason` is said in brackets."""
    words = f"{least} or more" + (f" ({reason})" if reason else "")
    return Bounds(words, lambda value: value >= least)


def between(least: int, most: int) -> Bounds:
    """Returns the bounds of whole numbers from `least` to `most`, both allowed."""
    return Bounds(f"between {least} and {most}", lambda value: least <= value <= most)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is known of one setting.

    Attributes:
        name: of the field.
        kind: its type without None: int, float, bool, str, Path, or what `list_of` says.
        list_of: type of the elements where it is a list; None where it is not.
        may_be_none: whether None is a value of it.
        default: of the field; `dataclasses.MISSING` where a data set has to give it.
        help: for people.
        group: heading under which it is shown.
        flag: name of its flag; None where it has none.
        bounds: None where they do not say what is allowed.
        choices: the allowed values of a choice, which may be a table that grows; None elsewhere.
        listed: names that `--help` lists: the choices, or examples of what is allowed.
        needed: whether a command cannot do without it.
        words: what may be said in place of a number, by the number that stands for it.
    """

    name: str
    kind: type
    list_of: type | None
    may_be_none: bool
    default: Any
    help: str
    group: str
    flag: str | None
    bounds: Bounds | None
    choices: Collection[str] | None
    listed: Collection[str] | None
    needed: bool
    words: Mapping[str, int] | None

    def check(self, value: Any) -> None:
        """Refuses a value that is out of bounds, and the absence of one that is needed.

        Raises:
            UsageError: with what is allowed and what came.
        """
        if self.needed and value in (None, ()):
            raise UsageError(f"--{self.flag} is missing; give the {self.help}.")
        if value is None and self.may_be_none:
            return
        bounds = next((one for one in self._all_bounds() if not one.allows(value)), None)
        if bounds is not None:
            name = self.flag or self.name
            raise UsageError(f"--{name} must be {bounds.words}. Received: {shortened(value)}")

    def _all_bounds(self) -> Iterator[Bounds]:
        """Yields what is asked of a value, its type first: what comes later relies on it."""
        if self.list_of is not None:
            yield Bounds(
                f"a list, each {_KINDS[self.list_of]}",
                lambda value: (
                    isinstance(value, tuple) and all(is_a(one, self.list_of) for one in value)
                ),
            )
        else:
            words = _KINDS.get(self.kind, f"of the type {self.kind.__name__}")
            yield Bounds(words, lambda value: is_a(value, self.kind))
        if self.choices is not None:
            choices = self.choices
            yield Bounds(f"one of {', '.join(choices)}", lambda name: name in choices)
        elif self.bounds is not None:
            yield self.bounds


def is_a(value: Any, kind: type | None) -> bool:
    """Returns whether a value is of a setting's type; a whole number is a number, too.

    Whole numbers are those that TensorFlow can hold, texts those that a file's name can.
    """
    if kind in (int, float):
        if isinstance(value, bool):
            return False
        if isinstance(value, numbers.Integral):
            return abs(int(value)) <= _LARGEST
        return kind is float and isinstance(value, numbers.Real)
    if kind is str:
        return isinstance(value, str) and len(value) <= _LONGEST
    return kind is not None and isinstance(value, kind)


_SAME = object()


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    group: str,
    bounds: Bounds | None = None,
    choices: Collection[str] | None = None,
    listed: Collection[str] | None = None,
    needed: bool = False,
    words: Mapping[str, int] | None = None,
    flag: str | object | None = _SAME,
) -> Any:
    """Declares a setting: the value of a dataclass field.

    Args:
        default: of the field; left out where a data set or its user has to give it.
        help: for people, a phrase.
        group: heading under which `--help` shows it.
        bounds: which values are allowed.
        choices: the allowed values of a choice, instead of bounds.
        listed: names for `--help` to list where not only they are allowed.
        needed: whether a command refuses to go without it; its help must read after "give the".
        words: of a whole number, what may be said in its place: words and the numbers they mean.
        flag: its flag's name where it is not the field's; None for a setting without a flag.
    """
    metadata = {
        "help": help,
        "group": group,
        "bounds": bounds,
        "choices": choices,
        "listed": listed if choices is None else choices,
        "needed": needed,
        "words": words,
        "flag": flag,
    }
    return dataclasses.field(default=default, metadata={_KEY: metadata})


@functools.cache
def settings_of(owner: type) -> tuple[Setting, ...]:
    """Returns the settings that a dataclass declares, in order."""
    return tuple(_settings_of(owner))


def _settings_of(owner: type) -> Iterator[Setting]:
    hints = typing.get_type_hints(owner)
    for field in dataclasses.fields(owner):
        said: Mapping[str, Any] = field.metadata[_KEY]
        kind, list_of, may_be_none = _kind(hints[field.name])
        flag = field.name if said["flag"] is _SAME else said["flag"]
        words = {name: value for name, value in said.items() if name != "flag"}
        yield Setting(field.name, kind, list_of, may_be_none, field.default, flag=flag, **words)


def check(instance: Any) -> None:
    """Checks every setting of an instance of a dataclass.

    Raises:
        UsageError: for the first one that is out of bounds.
    """
    owner: type = type(instance)
    for one in settings_of(owner):
        one.check(getattr(instance, one.name))


def to_json(instance: Any) -> dict[str, Any]:
    """Returns the settings of an instance as JSON types."""
    return {name: _plain(value) for name, value in dataclasses.asdict(instance).items()}


def flatten(fields: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns the settings of `to_json` by name; those inside of one have its name before theirs.

    Args:
        fields: of JSON types.
        prefix: of all names.
    """
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            found |= flatten(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def _kind(hint: Any) -> tuple[type, type | None, bool]:
    """Returns a type without None, what it is a list of, and whether None may stand for it."""
    may_be_none = isinstance(hint, types.UnionType)
    if may_be_none:
        (hint,) = (one for one in typing.get_args(hint) if one is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return tuple, typing.get_args(hint)[0], may_be_none
    return hint, None, may_be_none
