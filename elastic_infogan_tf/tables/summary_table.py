"""One row an experiment: what was run on what, how it scored, and what makes it again."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import named
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.declare import settings_of
from elastic_infogan_tf.settings.model import GROUPS
from elastic_infogan_tf.tables.cells import Cell, Tables
from elastic_infogan_tf.tables.run_results import RunResults

# Column by column, the metrics by their names in `METRICS`.
_SCORES = {
    "NMI": "nmi",
    "ENT": "ent",
    "prior": "prior_total_variation",
    "accuracy on real images": "q_matched_accuracy",
}
HEADER = ("data", "method", "splits x seeds", "width", "steps", *_SCORES)
HEADER += ("machine", "commit", "command")
_OWN_COLUMN = {"dataset", "method", "class_set", "split", "seed"}


def summary_rows(tables: Tables) -> Iterator[Sequence[str]]:
    """Yields a row for each method and column, as `HEADER` says; unknown cells are empty."""
    for (method, column), runs in tables.groups.items():
        splits = {(run.config["class_set"], run.config["split"]) for run in runs}
        seeds = {run.config["seed"] for run in runs}
        cells = (tables.cells.get((named(name), method, column)) for name in _SCORES.values())
        yield (
            str(column),
            method,
            f"{len(splits)}x{len(seeds)}",
            _either(run.config["base_channels"] for run in runs),
            _either(run.content["step"] for run in runs),
            *map(_score, cells),
            _either(run.record.get("machine") for run in runs),
            _either(run.record.get("git_commit") for run in runs),
            _either(command(run) for run in runs),
        )


def command(run: RunResults) -> str:
    """Returns the training's command, without its draw, its files and its transforms.

    Empty where the data set is not known here, as one of a package that is not imported.
    """
    try:
        preset = resolve(run.dataset, method=run.method)
    except UsageError:
        return ""
    usual = {name: value for group in preset.to_json().values() for name, value in group.items()}
    flags = {one.name: one.flag for group in GROUPS.values() for one in settings_of(group.settings)}
    given = [
        _flag(flags[name], value)
        for name, value in run.config.items()
        if flags.get(name) and name not in _OWN_COLUMN and _is_given(value, usual.get(name))
    ]
    if run.config.get("steps"):  # epochs follow from them
        given = [flag for flag in given if not flag.startswith("--epochs=")]
    chosen = [f"--dataset={run.dataset}", f"--method={run.method}"]
    return shlex.join(["elastic-infogan", "train", *chosen, *given])


def _is_given(value: Any, usual: Any) -> bool:
    return value not in (None, usual) and not isinstance(value, dict)


def _flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no{name}"
    return f"--{name}={','.join(map(str, value)) if isinstance(value, list) else value}"


def _score(cell: Cell | None) -> str:
    """Returns mean, deviation where there are several, and how many runs are dead."""
    if cell is None:
        return ""
    dead = f"{cell.dead} dead" if cell.dead else ""
    if cell.mean is None:
        return dead
    deviation = "" if cell.std is None else f" ± {cell.std:.3f}"
    return f"{cell.mean:.3f}{deviation}{dead and f' ({dead})'}"


def _either(values: Iterable[Any]) -> str:
    """Returns the values, each once; numbers of which there are several as a range."""
    known = [value for value in dict.fromkeys(values) if value not in (None, "")]
    if len(known) > 1 and all(isinstance(value, int) for value in known):
        return f"{min(known)} to {max(known)}"
    return ", ".join(map(str, known))
