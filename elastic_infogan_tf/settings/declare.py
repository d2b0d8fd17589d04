"""A setting is one declared line: a field of a frozen dataclass that says all there is to say.

Flag, `--help`, check, error sentence and JSON follow from its name, type and default, and what
`setting` puts into its metadata.
"""

import dataclasses
import functools
import json
import math
import numbers
import os
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import did_you_mean, shortened

_LARGEST = 2**63 - 1  # of whole numbers, as TensorFlow has them
_LONGEST = 255  # characters of a text, as of a file's name
# What values of each type are called.
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a short text"}


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Which values are allowed, and what they are in words, as in `must be 1 or more`."""

    words: str
    allows: Callable[[Any], bool]


ABOVE_0 = Bounds("a finite number above 0", lambda value: 0 < value < math.inf)
FROM_0 = Bounds("a finite number from 0 up", lambda value: 0 <= value < math.inf)
SHARE = Bounds("between 0 and 1", lambda value: 0 <= value <= 1)
PNG = Bounds("the name of a .png file", lambda path: path.suffix.lower() == ".png")
FILE = Bounds("a file that is there", os.path.isfile)
THERE = Bounds("a folder or file that is there", os.path.exists)
FOLDER = Bounds("a folder, a new one or one that is there", lambda path: not os.path.isfile(path))


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
        kind: its type without None; `tuple` for a list.
        list_of: type of a list's elements.
        may_be_none: whether None is a value of it.
        default: `dataclasses.MISSING` where a data set has to give it.
        help: a phrase that begins with a noun, without the default.
        group: heading under which it is shown.
        flag: name of its flag, the field's where nothing else is said; None where it has none.
        bounds: of its values, where there are any.
        choices: the allowed values of a choice, which may be a table that grows.
        listed: names that `--help` lists: the choices, or examples of what is allowed.
        needed: whether a command cannot do without it; its help must read after "give the".
        common: whether `--help` shows it where a command has many flags.
        words: of a text, all that may be said and what each means, `true` and `false` among them:
            no value is needed.
    """

    name: str
    kind: type
    list_of: type | None
    may_be_none: bool
    default: Any
    help: str
    group: str
    flag: str | None
    bounds: Bounds | None = None
    choices: Collection[str] | None = None
    listed: Collection[str] | None = None
    needed: bool = False
    common: bool = False
    words: Mapping[str, Any] | None = None

    def check(self, value: Any) -> None:
        """Refuses a value that is out of bounds, and the absence of one that is needed."""
        if self.needed and value in (None, ()):
            raise UsageError(f"--{self.flag} is missing; give the {self.help}.")
        if value is None and self.may_be_none:
            return
        refusal = next((words for words, allowed in self._checks(value) if not allowed), None)
        if refusal is not None:
            parts, listed = value if isinstance(value, tuple) else (value,), self.listed or ()
            unknown = next((part for part in parts if part not in listed), "")
            shown = shortened(",".join(map(str, parts)))
            raise UsageError(
                f"--{self.flag or self.name} must be {refusal}. Received: {shown}"
                f"{did_you_mean(unknown, listed)}"
            )

    def _checks(self, value: Any) -> Iterator[tuple[str, bool]]:
        """Yields what it must be and whether it is; its type first, which the rest relies on."""
        if self.list_of is not None:
            is_list = isinstance(value, tuple) and all(is_a(part, self.list_of) for part in value)
            yield f"a list, each {KINDS[self.list_of]}", is_list
        else:
            words = KINDS.get(self.kind, f"of the type {self.kind.__name__}")
            yield words, is_a(value, self.kind)
        if self.choices is not None:
            yield f"one of {', '.join(self.choices)}", value in self.choices
        elif self.bounds is not None:
            yield self.bounds.words, self.bounds.allows(value)


def is_a(value: Any, kind: type) -> bool:
    """Returns whether a value is of a setting's type; a whole number is a number, too."""
    if kind in (int, float):
        if isinstance(value, numbers.Integral):
            return not isinstance(value, bool) and abs(int(value)) <= _LARGEST
        return kind is float and isinstance(value, numbers.Real)
    return isinstance(value, kind) and not (isinstance(value, str) and len(value) > _LONGEST)


def setting(default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """Declares a setting: the value of a dataclass field.

    The default is left out where a data set or its user has to give it. `options` are attributes of
    `Setting` by name: `help` and `group`, and others where they apply.
    """
    return dataclasses.field(default=default, metadata=options)


@functools.cache
def settings_of(*owners: Any) -> tuple[Setting, ...]:
    """Returns the settings that dataclasses declare, in order."""
    settings = []
    for owner in owners:
        hints = typing.get_type_hints(owner)
        for field in dataclasses.fields(owner):
            options: dict[str, Any] = {"flag": field.name} | dict(field.metadata)
            options.setdefault("listed", options.get("choices"))
            kind = _kind(hints[field.name])
            settings.append(Setting(field.name, *kind, field.default, **options))
    return tuple(settings)


def _kind(hint: Any) -> tuple[type, type | None, bool]:
    """Returns a type without None, what it is a list of, and whether None may stand for it."""
    may_be_none = isinstance(hint, types.UnionType)
    if may_be_none:
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return tuple, typing.get_args(hint)[0], may_be_none
    return hint, None, may_be_none


def check(instance: Any) -> None:
    """Refuses an instance of a dataclass by the first of its settings that is out of bounds."""
    owner: Any = type(instance)
    for known in settings_of(owner):
        known.check(getattr(instance, known.name))


def to_json(instance: Any) -> dict[str, Any]:
    """Returns the settings of an instance as JSON types."""
    return json.loads(json.dumps(dataclasses.asdict(instance), default=str))


def flatten(fields: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns the settings of `to_json` by name; those inside of another with that name before."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
