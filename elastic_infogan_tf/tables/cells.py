"""The paper's tables with our runs in them: columns, cells and what stands beside them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric, named
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.tables.published_results import PUBLISHED, RANDOM_Q, Score
from elastic_infogan_tf.tables.run_results import RunResults

ORIGINAL = "original"


@dataclasses.dataclass(frozen=True)
class Column:
    """A data set from one source."""

    dataset: str
    source: str

    def __str__(self) -> str:
        return self.dataset if self.is_original else f"{self.dataset} ({self.source})"

    @property
    def is_original(self) -> bool:
        """Whether it is the paper's own data."""
        return self.source == ORIGINAL


Groups = Mapping[tuple[str, Column], tuple[RunResults, ...]]  # by method and column


@dataclasses.dataclass(frozen=True)
class Cell:
    """What runs have in common.

    Attributes:
        mean: over the runs; None if there are only dead ones.
        std: sample standard deviation (ddof 1); None for one run or none.
        runs: how many there are.
        dead: how many more there are that are left out, because what they have is no score.
        notes: what a reader has to know about this very number.
    """

    mean: float | None
    std: float | None
    runs: int
    dead: int = 0
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Tables:
    """All tables.

    Attributes:
        columns: the paper's data sets first, in its order, each before its stand-ins.
        groups: the runs by method and column; only those there are.
        cells: by metric, method (or `RANDOM_Q`) and column; only those there are.
        notes: about whole columns and tables.
    """

    columns: tuple[Column, ...]
    groups: Groups
    cells: Mapping[tuple[Metric, str, Column], Cell]
    notes: tuple[str, ...]

    def rows(self, metric: Metric) -> list[str]:
        """Returns the methods that have a row: published ones and ours, in the paper's order."""
        ours = {method for one, method, _ in self.cells if one == metric}
        known = PUBLISHED.get(metric.name, {})
        return [method for method in (RANDOM_Q, *METHODS) if method in ours or method in known]


def published(metric: Metric, method: str, column: Column) -> Score | None:
    """Returns the published mean and standard deviation; None where there are none to compare."""
    scores = PUBLISHED.get(metric.name, {}).get(method, {})
    return scores.get(column.dataset) if column.is_original else None


_ABSENT = "(absent)"

Differences = dict[str, list[tuple[Any, RunResults]]]


def differences(
    runs: Sequence[RunResults], compares: Callable[[str], bool] = lambda name: True
) -> Differences:
    """Returns in which conditions runs differ.

    Args:
        runs: one or more.
        compares: which conditions to look at, by name; all of them by default.

    Returns:
        By name of the condition, each value with the first run that has it.
    """
    conditions = [run.conditions() for run in runs]
    names = dict.fromkeys(name for fields in conditions for name in fields)
    found: Differences = {}
    for name in filter(compares, names):
        values: list[tuple[Any, RunResults]] = []
        for run, fields in zip(runs, conditions, strict=True):
            value = fields.get(name, _ABSENT)
            if all(value != known for known, _ in values):
                values.append((value, run))
        if len(values) > 1:
            found[name] = values
    return found


def describe(found: Differences) -> str:
    """Returns `differences` for people, as in `base_channels (16, 64), epoch (8, 12)`."""
    return ", ".join(
        f"{name} ({', '.join(str(value) for value, _ in values)})" for name, values in found.items()
    )


METHOD = "joint_vae"


def best_beta(runs: Sequence[RunResults]) -> tuple[list[RunResults], list[str]]:
    """Keeps JointVAE's runs with the beta whose mean NMI is the highest, for each data set.

    The paper takes the best of five (published), by which metric and on what it does not say; by
    NMI over all draws is ours. It looks at the labels, in JointVAE's favour.

    Args:
        runs: of any methods; others pass through.

    Returns:
        The runs that are kept, in their order, and a note on every choice that was made.

    Raises:
        UsageError: if the betas of a data set were not run on the same class sets, splits and
            seeds, or a run has no NMI.
    """
    by_column: dict[Column, dict[float, list[RunResults]]] = {}
    for run in runs:
        if run.method == METHOD:
            betas = by_column.setdefault(Column(run.dataset, run.source), {})
            betas.setdefault(run.config["beta"], []).append(run)
    notes, chosen = [], {}
    for column, betas in by_column.items():
        _check_same_draws(column, betas)
        means = {beta: _mean_nmi(members) for beta, members in sorted(betas.items())}
        chosen[column] = max(means, key=means.__getitem__)
        if len(means) > 1:
            shown = ", ".join(f"{beta:g}: {mean:.4f}" for beta, mean in means.items())
            notes.append(
                f"{METHOD} on {column}: beta {chosen[column]:g}, whose mean NMI is the highest "
                f"({shown}); chosen with the labels"
            )
    kept = [
        run
        for run in runs
        if run.method != METHOD or run.config["beta"] == chosen[Column(run.dataset, run.source)]
    ]
    return kept, notes


def _mean_nmi(runs: Sequence[RunResults]) -> float:
    values = [run.number(named("nmi")) for run in runs]
    for run, value in zip(runs, values, strict=True):
        if value is None:
            raise UsageError(f"{run.file} has no NMI, so --best_beta has nothing to go by.")
    return float(np.mean(values))


def _check_same_draws(column: Column, betas: dict[float, list[RunResults]]) -> None:
    draws = {beta: {run.draw for run in members} for beta, members in betas.items()}
    (first, expected), *others = draws.items()
    for beta, found in others:
        if found != expected:
            raise UsageError(
                f"{METHOD} on {column}: beta {first:g} has {len(expected)} class sets, splits and "
                f"seeds and beta {beta:g} has {len(found)}, not the same ones, so --best_beta "
                "cannot compare them; run what is missing or leave a beta out."
            )
