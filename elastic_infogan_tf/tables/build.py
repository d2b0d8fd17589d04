"""From evaluated runs to the paper's tables: which runs form a cell, and whether they may.

A cell averages runs of one method on one data set from one source. They may differ in class set,
split and seed, which is what the published mean and standard deviation are over, and in nothing
else. Data from another source than the original never shares a column with the published numbers.
"""

import itertools
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import OTHER, PAPER, Metric, in_table, named
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.tables.cells import (
    ORIGINAL,
    Cell,
    Column,
    Differences,
    Groups,
    Tables,
    describe,
    differences,
    group_by,
)
from elastic_infogan_tf.tables.published_results import DATASETS, RANDOM_Q
from elastic_infogan_tf.tables.run_results import RunResults

# What a Q with its initial weights depends on besides the images.
_RANDOM_Q_CONDITIONS = {"networks", "image_shape", "num_classes", "base_channels"}
_RANDOM_Q_CONDITIONS |= {"dtype", "settings.seed"}
_DRAW = operator.attrgetter("draw")


def build_tables(
    runs: Sequence[RunResults], allow_mixed: bool = False, not_evaluated: Sequence[str] = ()
) -> Tables:
    """Averages runs.

    Args:
        runs: one or more, no file twice.
        allow_mixed: averages runs that differ in more than class set, split and seed, or that are
            not independent, and says so in the notes of their cells.
        not_evaluated: runs that were found and are missing here, for the notes.

    Raises:
        UsageError: if such runs meet in one cell and are not allowed to.
    """
    groups = _group(runs)
    by_column = group_by(itertools.chain(*groups.values()), Column.of)
    cells: dict[tuple[Metric, str, Column], Cell] = {}
    for (method, column), members in groups.items():
        label = f"{method} on {column}"
        notes = (*_check(label, members, allow_mixed), *_warnings(label, members))
        for metric in (*in_table(PAPER), *in_table(OTHER)):
            dead = [run for run in members if metric.needs_life and run.is_dead]
            values = [run.number(metric) for run in members if run not in dead]
            cell = _average(label, metric, values, notes, len(dead))
            if cell:
                cells[metric, method, column] = cell
    for column, members in by_column.items():
        cell = _random_q(column, members, allow_mixed)
        if cell:
            cells[named("one_nn"), RANDOM_Q, column] = cell
    return Tables(tuple(by_column), groups, cells, _general_notes(by_column, not_evaluated))


def _group(runs: Sequence[RunResults]) -> Groups:
    """Returns the runs by method and column, in the order of the tables."""

    def order(run: RunResults) -> tuple[Any, ...]:
        rank = [*DATASETS, run.dataset].index(run.dataset)
        method = list(METHODS).index(run.method)
        not_original = run.source != ORIGINAL
        return rank, run.dataset, not_original, run.source, method, run.draw, run.file

    return group_by(sorted(runs, key=order), lambda run: (run.method, Column.of(run)))


def _check(label: str, runs: Sequence[RunResults], allow_mixed: bool) -> list[str]:
    """Returns notes on what is wrong with averaging these runs, or raises for it."""
    notes = _check_alike(label, differences(runs), allow_mixed)
    by_draw = group_by(runs, _DRAW)
    repeated = next((members for members in by_draw.values() if len(members) > 1), None)
    if repeated and not allow_mixed:
        first, second, *_ = repeated
        class_set, split, seed = first.draw
        raise UsageError(
            f"{label}: {first.folder} and {second.folder} have the same configuration with class "
            f"set {class_set}, split {split} and seed {seed}, so they are not independent; leave "
            "one out, or give --allow_mixed to average them anyway."
        )
    if repeated:
        notes.append(
            f"{label}: not independent (--allow_mixed): {len(runs)} runs are of {len(by_draw)} "
            "different class sets, splits and seeds"
        )
    return notes


def _check_alike(label: str, differing: Differences, allow_mixed: bool) -> list[str]:
    if not differing:
        return []
    if allow_mixed:
        return [f"{label}: mixed (--allow_mixed): the runs differ in {describe(differing)}"]
    name, ((value, run), (other_value, other), *_) = next(iter(differing.items()))
    raise UsageError(
        f"{label}: {name} is {value} in {run.folder} and {other_value} in {other.folder}, and a "
        "mean is only over runs that differ in class set, split and seed; leave some out, or give "
        "--allow_mixed to average them anyway."
    )


def _warnings(label: str, runs: Sequence[RunResults]) -> list[str]:
    texts = dict.fromkeys(text for run in runs for text in run.warnings)
    return [
        f"{label}: {text} ({sum(text in run.warnings for run in runs)} of {len(runs)} runs)"
        for text in texts
    ]


def _average(
    label: str,
    metric: Metric,
    values: Sequence[float | None],
    notes: tuple[str, ...],
    dead: int = 0,
) -> Cell | None:
    known = [value for value in values if value is not None]
    if dead:
        count = f"{dead} of {len(values) + dead} runs are dead"
        notes = (*notes, f"{label}: {count}; their {metric.title} is no score and is left out")
    if not known:
        return Cell(None, None, 0, dead, notes) if dead else None
    if len(known) < len(values):
        missing = f"{len(values) - len(known)} of {len(values)} runs have no {metric.title}"
        notes = (*notes, f"{label}: {missing}")
    std = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Cell(float(np.mean(known)), std, len(known), dead, notes)


def _random_q(column: Column, runs: Sequence[RunResults], allow_mixed: bool) -> Cell | None:
    """Averages over draws: runs of several methods on one draw start from the same kind of Q.

    A method with another model than the InfoGAN's has another network in Q's place, which does not
    count here.
    """
    metric = named("random_q_one_nn")
    comparable = (run for run in runs if METHODS[run.method].model == "elastic_infogan")
    runs = [run for run in comparable if run.number(metric) is not None]
    if not runs:
        return None
    label = f"{RANDOM_Q} on {column}"
    differing = differences(runs, _RANDOM_Q_CONDITIONS.__contains__)
    notes = tuple(_check_alike(label, differing, allow_mixed))
    by_draw = group_by(runs, _DRAW).values()
    values = [float(np.mean([run.number(metric) for run in members])) for members in by_draw]
    return _average(label, metric, values, notes)


def _general_notes(
    by_column: Mapping[Column, Sequence[RunResults]], not_evaluated: Sequence[str]
) -> tuple[str, ...]:
    notes = []
    for column, runs in by_column.items():
        # Methods of different kinds have settings of their own, which compare with nothing.
        shared = set.intersection(*(set(run.conditions()) for run in runs)) - {"method"}
        differing = differences(runs, shared.__contains__)
        if differing:
            notes.append(f"{column}: the rows were not made alike: {describe(differing)}")
    absent = [name for name in DATASETS if Column(name, ORIGINAL) not in by_column]
    if absent:
        notes.append(f"no runs on the original {', '.join(absent)}")
    if not_evaluated:
        notes.append(f"left out, because they were not evaluated: {', '.join(not_evaluated)}")
    return tuple(notes)
