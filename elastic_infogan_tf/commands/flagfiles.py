"""Flagfiles: those of the user, and those that ship with the package."""

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

from elastic_infogan_tf.errors import UsageError

_FLAGS = ("--flagfile", "-flagfile")


def with_paths(arguments: Sequence[str]) -> list[str]:
    """Puts a shipped flagfile's path in the place of its name, in a command's arguments.

    Args:
        arguments: of the command; after `--flagfile` comes a file's path, or the name of a shipped
            one, such as `cars.flags` or `flags/cars.flags`. A file that is there goes first.

    Returns:
        The arguments as absl reads them.

    Raises:
        UsageError: if a flagfile is neither a file nor shipped.
    """
    found, before = [], ""
    for argument in arguments:
        flag, equals, name = argument.partition("=")
        if before in _FLAGS:
            found.append(_find(argument))
        elif flag in _FLAGS and equals:
            found.append(f"{flag}={_find(name)}")
        else:
            found.append(argument)
        before = argument
    return found


def shipped() -> dict[str, Path]:
    """Returns the paths of the shipped flagfiles by their names, sorted.

    A wheel has their folder inside of the package, the source tree beside it.
    """
    package = Path(str(importlib.resources.files("elastic_infogan_tf")))
    folders = (package / "flags", package.parent / "flags")
    return {path.name: path for folder in folders for path in sorted(folder.glob("*.flags"))}


def _find(name: str) -> str:
    if Path(name).expanduser().is_file():
        return name
    files = shipped()
    if name.removeprefix("flags/") not in files:
        raise UsageError(
            f"--flagfile={name} is no file here and none of the shipped ones; take a file of yours "
            f"or one of {', '.join(files)}."
        )
    return str(files[name.removeprefix("flags/")])
