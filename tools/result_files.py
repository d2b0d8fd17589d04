"""Finding evaluated runs, for the tools that compare them."""

from collections.abc import Iterable
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.tables.run_results import unusable
from elastic_infogan_tf.utils.files import path_of

RESULTS = "results.json"  # of a run's newest checkpoint
ALL_RESULTS = "results*.json"  # and of its older ones
_RECORD = "config.json"  # every run has it
_HINT = "evaluate a run there with elastic-infogan evaluate --model_dir=RUN"


def find_runs(folders: Iterable[str], pattern: str) -> tuple[list[Path], list[Path]]:
    """Finds evaluated runs, each once, however often and by whatever name it is given.

    Args:
        folders: runs that hold results, or folders to search below for such.
        pattern: of the results' file name.

    Returns:
        The evaluated runs' folders, and those of runs found on the way without results.

    Raises:
        UsageError: if one is no folder, is a run without results, or has no results below it.
    """
    evaluated: dict[Path, Path] = {}
    others: dict[Path, Path] = {}
    for folder in (path_of(folder, "RUNS") for folder in folders):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder; give run folders, or a folder of some.")
        runs = [folder] if any(folder.glob(pattern)) else _below(folder, pattern)
        if not runs and (folder / _RECORD).exists():
            raise unusable(folder / RESULTS, "does not exist")
        if not runs:
            raise UsageError(f"{folder} has no {RESULTS} in it or below it; {_HINT}.")
        evaluated |= {run.resolve(): run for run in runs if run.resolve() not in evaluated}
        others |= {run.resolve(): run for run in _below(folder, _RECORD)}
    left_out = [run for resolved, run in others.items() if resolved not in evaluated]
    return list(evaluated.values()), left_out


def _below(folder: Path, pattern: str) -> list[Path]:
    """Returns the folders below that hold such a file; hidden ones are unfinished or old copies."""
    folders = sorted({file.parent.relative_to(folder) for file in folder.rglob(pattern)})
    return [folder / path for path in folders if not any(p.startswith(".") for p in path.parts)]
