"""The paper's tables with our runs in them: columns, cells and what stands beside them."""

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric, named
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.tables.published_results import PUBLISHED, RANDOM_Q, Score
from elastic_infogan_tf.tables.run_results import RunResults

ORIGINAL = "original"
_TUNED = "joint_vae"  # the paper takes its best beta

Key = TypeVar("Key", bound=Hashable)


@dataclasses.dataclass(frozen=True)
class Column:
    """A data set from one source."""

    dataset: str
    source: str

    @classmethod
    def of(cls, run: RunResults) -> "Column":
        """Returns a run's column."""
        return cls(run.dataset, run.source)

    def __str__(self) -> str:
        return self.dataset if self.is_original else f"{self.dataset} ({self.source})"

    @property
    def is_original(self) -> bool:
        """Whether it is the paper's own data."""
        return self.source == ORIGINAL


Groups = Mapping[tuple[str, Column], Sequence[RunResults]]  # by method and column
Differences = dict[str, list[tuple[Any, RunResults]]]  # by name of the condition


@dataclasses.dataclass(frozen=True)
class Cell:
    """A metric of runs that differ only in class set, split and seed.

    Attributes:
        mean: over the runs; None if there are only dead ones.
        std: sample standard deviation (ddof 1); None for one run or none.
        runs: their number.
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
        ours = {method for measured, method, _ in self.cells if measured == metric}
        known = PUBLISHED.get(metric.name, {})
        return [method for method in (RANDOM_Q, *METHODS) if method in ours or method in known]


def published(metric: Metric, method: str, column: Column) -> Score | None:
    """Returns the published mean and standard deviation; None where there are none to compare."""
    scores = PUBLISHED.get(metric.name, {}).get(method, {})
    return scores.get(column.dataset) if column.is_original else None


def group_by(
    runs: Iterable[RunResults], key: Callable[[RunResults], Key]
) -> dict[Key, list[RunResults]]:
    """Returns the runs by a key, in the order in which the keys are met."""
    groups: dict[Key, list[RunResults]] = {}
    for run in runs:
        groups.setdefault(key(run), []).append(run)
    return groups


def differences(
    runs: Sequence[RunResults], compares: Callable[[str], bool] = lambda name: True
) -> Differences:
    """Returns the conditions in which runs differ: each value with the first run that has it.

    `compares` says by its name whether to look at a condition.
    """
    conditions = [run.conditions() for run in runs]
    names = dict.fromkeys(name for fields in conditions for name in fields)
    differing: Differences = {}
    for name in filter(compares, names):
        values: list[tuple[Any, RunResults]] = []
        for run, fields in zip(runs, conditions, strict=True):
            value = fields.get(name, "(absent)")
            if all(value != known for known, _ in values):
                values.append((value, run))
        if len(values) > 1:
            differing[name] = values
    return differing


def describe(differing: Differences) -> str:
    """Returns `differences` for people, as in `base_channels (16, 64), epoch (8, 12)`."""
    return ", ".join(
        f"{name} ({', '.join(str(value) for value, _ in values)})"
        for name, values in differing.items()
    )


def best_beta(runs: Sequence[RunResults]) -> tuple[list[RunResults], list[str]]:
    """Keeps JointVAE's runs with the beta whose mean NMI is the highest, for each data set.

    The paper takes the best of five (published), by which metric and on what it does not say; by
    NMI over all draws is ours. It looks at the labels, in JointVAE's favour.

    Returns:
        The runs that are kept, in their order and with all of other methods, and a note on every
        choice that was made.

    Raises:
        UsageError: if the betas of a data set were not run on the same class sets, splits and
            seeds, or a run has no NMI.
    """
    chosen: dict[Column, float] = {}
    notes = []
    tuned = group_by((run for run in runs if run.method == _TUNED), Column.of)
    for column, members in tuned.items():
        betas = group_by(members, lambda run: run.config["beta"])
        _check_same_draws(column, betas)
        means = {beta: _mean_nmi(of_beta) for beta, of_beta in sorted(betas.items())}
        chosen[column] = max(means, key=means.__getitem__)
        if len(means) > 1:
            shown = ", ".join(f"{beta:g}: {mean:.4f}" for beta, mean in means.items())
            notes.append(
                f"{_TUNED} on {column}: beta {chosen[column]:g}, whose mean NMI is the highest "
                f"({shown}); chosen with the labels"
            )
    kept = [
        run for run in runs if run.method != _TUNED or run.config["beta"] == chosen[Column.of(run)]
    ]
    return kept, notes


def _mean_nmi(runs: Sequence[RunResults]) -> float:
    values = [run.number(named("nmi")) for run in runs]
    if None in values:
        file = runs[values.index(None)].file
        raise UsageError(f"{file} has no NMI, so --best_beta has nothing to go by.")
    return float(np.mean(values))


def _check_same_draws(column: Column, betas: Mapping[float, Sequence[RunResults]]) -> None:
    (first, expected), *others = (
        (beta, {run.draw for run in members}) for beta, members in betas.items()
    )
    for beta, draws in others:
        if draws != expected:
            raise UsageError(
                f"{_TUNED} on {column}: beta {first:g} has {len(expected)} class sets, splits and "
                f"seeds and beta {beta:g} has {len(draws)}, not the same ones, so --best_beta "
                "cannot compare them; run what is missing or leave a beta out."
            )
