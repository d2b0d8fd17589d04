"""A command's arguments before absl reads them: flagfiles are put in their place, help is given."""

import contextlib
import importlib.resources
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from absl import flags

from elastic_infogan_tf.commands.setting_flags import SettingFlag
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import usual_settings
from elastic_infogan_tf.settings.declare import Setting
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.files import path_of
from elastic_infogan_tf.utils.text import did_you_mean

_WIDTH, _FLAG_WIDTH = 88, 26
_FEW = 16  # flags, all of which `--help` shows
_VALUES = {int: "INT", float: "NUMBER", Path: "PATH", tuple: "LIST", Augmentation: "LIST"}
_FLAGFILE = ("--flagfile", "-flagfile")


def expanded(arguments: Sequence[str], inside: tuple[Path, ...] = ()) -> list[str]:
    """Returns a command's arguments, with the lines of flagfiles in the place of `--flagfile`.

    absl does so, too, but reads files in the terminal's encoding and takes a byte order mark, which
    editors of Windows begin files with, for a part of the first flag.

    Args:
        arguments: of the command; after `--flagfile` comes a file's path, or the name of a shipped
            setting, such as `cars.flags` or `flags/cars.flags`. A file that is there goes first.
        inside: the flagfiles that these arguments are from.

    Raises:
        UsageError: if a flagfile is neither a file nor shipped, is no text, or names itself.
    """
    words: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        flag, equals, name = argument.partition("=")
        if flag in _FLAGFILE and not equals:
            name = next(rest, None)
        if flag in _FLAGFILE and name is not None:
            words += _flags_in(_flagfile(name.strip()), inside)
        else:
            words.append(argument)  # of a flagfile without a name absl says so
    return words


def _flags_in(path: Path, inside: tuple[Path, ...]) -> list[str]:
    """Returns the flags of a flagfile; blank lines and those of `#` or `//` are left out."""
    if path in inside:
        raise UsageError(f"--flagfile={path} names itself in the end; take that line out.")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--flagfile={path} cannot be read ({error}); give a text file in UTF-8 with one flag "
            "a line."
        ) from error
    used = (line.strip() for line in lines if not line.startswith(("#", "//")))
    return expanded(list(filter(None, used)), (*inside, path))


def shipped_flagfiles() -> dict[str, Path]:
    """Returns the paths of the shipped flagfiles by their names, sorted.

    A wheel has their folder inside of the package, the source tree beside it.
    """
    package = Path(str(importlib.resources.files("elastic_infogan_tf")))
    folders = (package / "flags", package.parent / "flags")
    return {path.name: path for folder in folders for path in sorted(folder.glob("*.flags"))}


def _flagfile(name: str) -> Path:
    path, shipped = path_of(name, "--flagfile"), shipped_flagfiles()
    if path.is_file():
        return path
    if name.removeprefix("flags/") not in shipped:
        raise UsageError(
            f"--flagfile={name} is no file here and none of the shipped ones; take a file of yours "
            f"or one of {', '.join(shipped)}{did_you_mean(name, shipped) or '.'}"
        )
    return shipped[name.removeprefix("flags/")]


def help_of(
    name: str,
    summary: str,
    values: flags.FlagValues,
    arguments: Sequence[str],
    positional: str | None,
    example: str,
) -> str:
    """Returns the help of a command: an example, and a line for each flag.

    `arguments` are those of the call: `--helpfull` among them asks for all flags, `--dataset` and
    `--method` for their defaults. The others are as of `command_line.run`.
    """
    takes = f"{positional} [...] " if positional else ""
    lines = [f"usage: {name} {takes}[--flag=value ...]", "", textwrap.fill(summary, _WIDTH)]
    if example:
        lines += ["", f"example: {name} {example}"]
    members = values.flags_by_module_dict()
    known = [flag for group in members.values() for flag in group if isinstance(flag, SettingFlag)]
    sections: dict[str, list[SettingFlag]] = {"Required": [], "Common": []}
    for flag in known:
        others = f"Advanced: {flag.setting.group}"
        is_common = flag.setting.common or len(known) <= _FEW
        heading = "Required" if flag.setting.needed else "Common" if is_common else others
        sections.setdefault(heading, []).append(flag)
    is_full = "--helpfull" in arguments
    words = list(arguments)
    with contextlib.suppress(UsageError):  # help comes without a flagfile, too
        words = expanded(arguments)
    dataset = _given("dataset", words)
    presets = usual_settings(dataset, _given("method", words))
    for heading, shown in sections.items():
        if shown and (is_full or not heading.startswith("Advanced")):
            lines += ["", f"{heading}:"]
            for flag in shown:
                default = _default(flag, dataset, presets)
                lines += _help_lines(flag.setting, default)
    if len(sections) > 2 and not is_full:
        lines += ["", f"--helpfull shows all {len(known)} flags."]
    return "\n".join(lines)


def _default(flag: SettingFlag, dataset: str | None, presets: Mapping[str, Any]) -> str:
    """Returns a flag's default in words, by its data set's presets; empty if it has none."""
    setting = flag.setting
    if setting.needed:
        return ""
    if not flag.preset or (presets and setting.name not in presets):
        return _in_words(setting.default)
    if not presets or setting.kind is Augmentation:
        return flag.preset
    value = _in_words(presets[setting.name])
    return value and f"{value}, of {dataset}"


def _given(name: str, arguments: Sequence[str]) -> str | None:
    """Returns the last value of a flag in arguments that are not parsed."""
    last = None
    for argument, following in zip(arguments, [*arguments[1:], None], strict=True):
        flag, equals, value = argument.partition("=")
        if flag in (f"--{name}", f"-{name}"):
            last = value if equals else following
    return last


def _help_lines(setting: Setting, default: str) -> Iterator[str]:
    text = setting.help
    if setting.listed is not None:
        text += f" ({', '.join(setting.listed)})"
    if default:
        text += f" (default: {default})"
    head = f"  {_head(setting)}"
    below = textwrap.wrap(text, _WIDTH - _FLAG_WIDTH)
    if len(head) < _FLAG_WIDTH - 1:
        yield head.ljust(_FLAG_WIDTH) + below.pop(0)
    else:
        yield head
    yield from (" " * _FLAG_WIDTH + line for line in below)


def _head(setting: Setting) -> str:
    if setting.kind is bool:
        return f"--[no]{setting.flag}"
    if setting.words:
        words = [word for word in setting.words if word not in ("true", "false")]
        return f"--{setting.flag}[={'|'.join(words)}]"
    kind = "NAME" if setting.listed and setting.kind is str else _VALUES.get(setting.kind, "TEXT")
    return f"--{setting.flag}={kind}"


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, int | str | Path) else ""
