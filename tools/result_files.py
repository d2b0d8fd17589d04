"""Finding, reading and writing the files of the tools that compare evaluated runs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.tables.results_schema import unusable
from elastic_infogan_tf.files import path_of, write_atomically

RESULTS = "results.json"  # of a run's newest checkpoint
ALL_RESULTS = "results*.json"  # and of its older ones
_RECORD = "config.json"  # every run has it
_HINT = "evaluate a run there with python -m elastic_infogan_tf.evaluate --model_dir=RUN"


def find_runs(places: Iterable[str], pattern: str) -> tuple[list[Path], list[Path]]:
    """Finds evaluated runs, each once, however often and by whatever name it is given.

    Args:
        places: run folders that hold results, or folders to search below for such.
        pattern: of the results' file name.

    Returns:
        The evaluated runs' folders, and those of runs found on the way without results.

    Raises:
        UsageError: if a place is no folder, is a run without results, or has no results below it.
    """
    evaluated: dict[Path, Path] = {}
    others: dict[Path, Path] = {}
    for place in (path_of(place, "RUNS") for place in places):
        if not place.is_dir():
            raise UsageError(f"{place} is not a folder; give run folders, or a folder of some.")
        found = [place] if any(place.glob(pattern)) else _below(place, pattern)
        if not found and (place / _RECORD).exists():
            raise unusable(place / RESULTS, "does not exist")
        if not found:
            raise UsageError(f"{place} has no {RESULTS} in it or below it; {_HINT}.")
        evaluated |= {run.resolve(): run for run in found if run.resolve() not in evaluated}
        others |= {run.resolve(): run for run in _below(place, _RECORD)}
    left_out = [run for resolved, run in others.items() if resolved not in evaluated]
    return list(evaluated.values()), left_out


def _below(place: Path, pattern: str) -> list[Path]:
    """Returns the folders below that hold such a file; hidden ones are unfinished or old copies."""
    folders = {file.parent for file in place.rglob(pattern)}
    return [
        folder
        for folder in sorted(folders)
        if not any(part.startswith(".") for part in folder.relative_to(place).parts)
    ]


def write_all(files: Sequence[tuple[Path, str | bytes]]) -> None:
    """Writes files, none of them half.

    Raises:
        UsageError: if one cannot be written.
    """
    for path, content in files:
        write_atomically(path, content, flag="--out")
