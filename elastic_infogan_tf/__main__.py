"""The table of commands: `elastic-infogan train`, or `python -m elastic_infogan_tf train`."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from elastic_infogan_tf import __version__
from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.commands.command_line import surviving_output
from elastic_infogan_tf.utils.text import did_you_mean


class Command(NamedTuple):
    """The module whose `main` it is, and what it does, a line.

    `tools.NAME` is in the source tree beside the package, installed inside of it.
    """

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "explore": Command("elastic_infogan_tf.explore", "proposes a number of groups for images"),
    "train": Command("elastic_infogan_tf.train", "trains a model, or resumes a run"),
    "evaluate": Command("elastic_infogan_tf.evaluate", "measures a trained run"),
    "export": Command("elastic_infogan_tf.export", "writes a run's SavedModel again"),
    "sort": Command("elastic_infogan_tf.sort", "puts images into the groups of a run"),
    "prepare": Command("tools.prepare_data", "downloads data sets, checks and unpacks them"),
    "sheet": Command("tools.augmentation_sheet", "draws images beside their transforms"),
    "sweep": Command("tools.sweep", "trains and evaluates a grid of runs, and makes their tables"),
    "tables": Command("tools.make_tables", "averages evaluated runs into the paper's tables"),
    "curves": Command("tools.plot_curves", "draws scores of runs by epoch"),
    "benchmark": Command("tools.benchmark_steps", "times train steps"),
}


_PROGRAM = "elastic-infogan"
_TOOLS = "tools"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that is named first; returns its exit code, 2 if there is none such."""
    name, *rest = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if name in ("--help", "-h", "-help", "help"):
        with surviving_output():
            print(_help())
        return 0
    if name == "--version":
        print(f"{_PROGRAM} {__version__}")
        return 0
    if name not in COMMANDS:
        meant = did_you_mean(name, COMMANDS) or f"; there are {', '.join(COMMANDS)}."
        return command_line.fail(f"there is no command {name}{meant}", 2)
    module = importlib.import_module(_importable(COMMANDS[name].module))
    return module.main(rest)


def _importable(module: str) -> str:
    """Returns a command's module as it is imported here."""
    if module.partition(".")[0] != _TOOLS:
        return module
    tools = importlib.util.find_spec(_TOOLS)
    beside = Path(__file__).parents[1] / _TOOLS / "__init__.py"
    in_source_tree = tools is not None and tools.origin == str(beside)
    return module if in_source_tree else f"{__package__}.{module}"


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"usage: {_PROGRAM} COMMAND [--flag=value ...]", ""]
    lines += [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join([*lines, "", f"{_PROGRAM} COMMAND --help shows its flags."])


if __name__ == "__main__":
    sys.exit(main())
