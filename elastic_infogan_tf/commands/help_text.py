"""What `--help` and `--helpfull` say of a command: an example, and a line for each flag."""

import contextlib
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from absl import flags

from elastic_infogan_tf.commands import flagfiles
from elastic_infogan_tf.commands.setting_flags import SettingFlag
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import usual_settings
from elastic_infogan_tf.settings.declare import Setting
from elastic_infogan_tf.settings.transforms import Augmentation

_WIDTH, _FLAG_WIDTH = 88, 26
_FEW = 16  # flags, all of which `--help` shows
_VALUES = {int: "INT", float: "NUMBER", Path: "PATH", tuple: "LIST", Augmentation: "LIST"}


def render(
    name: str,
    summary: str,
    values: flags.FlagValues,
    arguments: Sequence[str],
    positional: str | None,
    example: str,
) -> str:
    """Returns the help of a command.

    Args:
        name: how it is called.
        summary: what it does.
        values: its flags, not parsed.
        arguments: of the call; `--helpfull` among them asks for all flags, `--dataset` and
            `--method` for their defaults.
        positional: what its arguments are called that are no flags, if it takes some.
        example: arguments of a usual call.
    """
    takes = f"{positional} [...] " if positional else ""
    lines = [f"usage: {name} {takes}[--flag=value ...]", "", textwrap.fill(summary, _WIDTH)]
    if example:
        lines += ["", f"example: {name} {example}"]
    members = values.flags_by_module_dict()
    known = [flag for group in members.values() for flag in group if isinstance(flag, SettingFlag)]
    are_few = len(known) <= _FEW
    required = [flag for flag in known if flag.setting.needed]
    common = [flag for flag in known if flag not in required and (are_few or flag.setting.common)]
    others = [flag for flag in known if flag not in required and flag not in common]
    sections = {"Required": required, "Common": common}
    if "--helpfull" in arguments:
        for flag in others:
            sections.setdefault(f"Advanced: {flag.setting.group}", []).append(flag)
    presets = _Presets(arguments)
    for heading, shown in sections.items():
        if shown:
            lines += ["", f"{heading}:"]
            lines += [line for flag in shown for line in _lines(flag, presets)]
    if others and "--helpfull" not in arguments:
        lines += ["", f"--helpfull shows all {len(known)} flags."]
    return "\n".join(lines)


class _Presets:
    """The defaults of the data set and the method that a command line names."""

    def __init__(self, arguments: Sequence[str]) -> None:
        expanded = list(arguments)
        with contextlib.suppress(UsageError):  # help comes without a flagfile, too
            expanded = flagfiles.expanded(arguments)
        self.dataset = _given("dataset", expanded)
        self.settings = usual_settings(self.dataset, _given("method", expanded))

    def default(self, flag: SettingFlag) -> str:
        """Returns a flag's default in words; empty where it has none to speak of."""
        one = flag.setting
        if not flag.preset or (self.settings and one.name not in self.settings):
            return _in_words(one, one.default)
        if not self.settings or one.kind is Augmentation:
            return flag.preset
        value = _in_words(one, self.settings[one.name])
        return value and f"{value}, of {self.dataset}"


def _given(name: str, arguments: Sequence[str]) -> str | None:
    """Returns the last value of a flag in arguments that are not parsed."""
    found = None
    for place, argument in enumerate(arguments):
        flag, equals, value = argument.partition("=")
        if flag in (f"--{name}", f"-{name}"):
            found = value if equals else next(iter(arguments[place + 1 :]), None)
    return found


def _lines(flag: SettingFlag, presets: _Presets) -> Iterator[str]:
    one = flag.setting
    text = one.help
    if one.listed is not None:
        text += f" ({', '.join(one.listed)})"
    default = "" if one.needed else presets.default(flag)
    if default:
        text += f" (default: {default})"
    head = f"  {_head(one)}"
    below = textwrap.wrap(text, _WIDTH - _FLAG_WIDTH)
    if len(head) < _FLAG_WIDTH - 1:
        yield head.ljust(_FLAG_WIDTH) + below.pop(0)
    else:
        yield head
    yield from (" " * _FLAG_WIDTH + line for line in below)


def _head(one: Setting) -> str:
    if one.kind is bool:
        return f"--[no]{one.flag}"
    if one.words:
        return f"--{one.flag}[={'|'.join(word for word in one.words if word not in _BOOLEANS)}]"
    kind = "NAME" if one.listed and one.kind is str else _VALUES.get(one.kind, "TEXT")
    return f"--{one.flag}={kind}"


_BOOLEANS = ("true", "false")


def _in_words(one: Setting, value: Any) -> str:
    if one.kind is bool and isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, int | str | Path) else ""
