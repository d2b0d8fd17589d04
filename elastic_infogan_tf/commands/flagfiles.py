"""Flagfiles: those of the user, and those that ship with the package."""

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.files import path_of
from elastic_infogan_tf.utils.text import did_you_mean

_FLAGS = ("--flagfile", "-flagfile")
_COMMENTS = ("#", "//")


def expanded(arguments: Sequence[str], inside: tuple[Path, ...] = ()) -> list[str]:
    """Puts the lines of flagfiles in the place of `--flagfile`, in a command's arguments.

    absl does so, too, but reads files in the terminal's encoding and takes a byte order mark, which
    editors of Windows begin files with, for a part of the first flag.

    Args:
        arguments: of the command; after `--flagfile` comes a file's path, or the name of a shipped
            one, such as `cars.flags` or `flags/cars.flags`. A file that is there goes first.
        inside: the flagfiles that these arguments are from.

    Returns:
        The arguments without flagfiles. Blank lines and those of `#` or `//` are left out.

    Raises:
        UsageError: if a flagfile is neither a file nor shipped, is no text, or names itself.
    """
    found: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        flag, equals, name = argument.partition("=")
        if flag not in _FLAGS:
            found.append(argument)
            continue
        named = name if equals else next(rest, None)
        if named is None:
            found.append(argument)  # absl says that there is no name
        else:
            found += _lines(_find(named.strip()), inside)
    return found


def _lines(path: Path, inside: tuple[Path, ...]) -> list[str]:
    if path in inside:
        raise UsageError(f"--flagfile={path} names itself in the end; take that line out.")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--flagfile={path} cannot be read ({error}); give a text file in UTF-8 with one flag "
            "a line."
        ) from error
    flags = [line.strip() for line in lines if line.strip() and not line.startswith(_COMMENTS)]
    return expanded(flags, (*inside, path))


def shipped() -> dict[str, Path]:
    """Returns the paths of the shipped flagfiles by their names, sorted.

    A wheel has their folder inside of the package, the source tree beside it.
    """
    package = Path(str(importlib.resources.files("elastic_infogan_tf")))
    folders = (package / "flags", package.parent / "flags")
    return {path.name: path for folder in folders for path in sorted(folder.glob("*.flags"))}


def _find(name: str) -> Path:
    own = path_of(name, "--flagfile")
    if own.is_file():
        return own
    files = shipped()
    if name.removeprefix("flags/") not in files:
        raise UsageError(
            f"--flagfile={name} is no file here and none of the shipped ones; take a file of yours "
            f"or one of {', '.join(files)}{did_you_mean(name, files) or '.'}"
        )
    return files[name.removeprefix("flags/")]
