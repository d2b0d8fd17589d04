"""Tables of results as Markdown for people and as CSV for programs."""

import csv
import io
import itertools
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import OTHER, PAPER, Metric, in_table, named
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.declare import settings_of
from elastic_infogan_tf.settings.model import FLOAT32, GROUPS
from elastic_infogan_tf.tables.cells import Cell, Column, Tables, published
from elastic_infogan_tf.tables.published_results import Score
from elastic_infogan_tf.tables.run_results import RunResults
from elastic_infogan_tf.utils.text import cell as as_cell
from elastic_infogan_tf.utils.text import markdown

_NOTHING = "-"
_HOW = (
    "Ours: mean ± sample standard deviation (ddof 1, `-` for one run), the number of runs in "
    "brackets. A dead run, whose generator shows no sign of life, is counted there and is in no "
    "mean of NMI and ENT. Published: as printed in the paper. Difference: our mean - published "
    "mean. A column that names a source holds other data than the paper's and compares with "
    "nothing published. random_q is a Q with its initial weights: one value for each class set, "
    "split and seed, the mean of that draw's runs of all methods."
)
_CSV_FIELDS: tuple[str, ...] = ("metric", "method", "dataset", "source", "runs", "dead_runs")
_CSV_FIELDS += ("mean", "std", "published_mean", "published_std", "difference", "notes")
# Of the configuration and the settings, what most tells runs apart from the published ones.
_SHOWN_CONDITIONS: tuple[str, ...] = ("epoch", "base_channels", "trunk_updates")
_SHOWN_CONDITIONS += ("settings.images_per_code", "settings.classifier")
# Of the summary, the metrics by their names in `METRICS`.
_SUMMARY_SCORES = {
    "NMI": "nmi",
    "ENT": "ent",
    "prior": "prior_total_variation",
    "accuracy on real images": "q_matched_accuracy",
}
_SUMMARY_HEADER = ("data", "method", "splits x seeds", "width", "steps", *_SUMMARY_SCORES)
_SUMMARY_HEADER += ("machine", "commit", "command")
_NOT_IN_COMMAND = {"dataset", "method", "class_set", "split", "seed"}


def to_markdown(tables: Tables) -> str:
    """Returns the paper's tables, ours beside the published ones, and what else was measured."""
    footnotes: dict[str, int] = {}
    parts = ["# Results", _HOW]
    for metric in in_table(PAPER):
        parts += [f"## {_title(metric)}", _paper_table(tables, metric, footnotes)]
    parts += ["## What the paper does not report", _other_table(tables, footnotes)]
    parts += ["## The runs", _runs_table(tables)]
    parts += ["## Summary", markdown_table(_SUMMARY_HEADER, _summary_rows(tables))]
    notes = [f"- {markdown(note)}" for note in tables.notes]
    notes += [f"- [{number}] {markdown(text)}" for text, number in footnotes.items()]
    if notes:
        parts += ["## Notes", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def to_csv(tables: Tables) -> str:
    """Returns a line per metric, method and column, in full precision; empty where there is none.

    A line without runs has published numbers only.
    """
    rows: list[Sequence[object]] = [_CSV_FIELDS]
    metrics = (*in_table(PAPER), *in_table(OTHER))
    for metric, column in itertools.product(metrics, tables.columns):
        for method in tables.rows(metric):
            cell = tables.cells.get((metric, method, column))
            score = published(metric, method, column)
            if not cell and not score:
                continue
            names = (metric.name, method, as_cell(column.dataset), as_cell(column.source))
            ours = (cell.runs, cell.dead, cell.mean, cell.std) if cell else (0, None, None, None)
            notes = as_cell("; ".join(cell.notes)) if cell else None
            theirs = score or (None, None)
            rows.append((*names, *ours, *theirs, _difference(cell, score), notes))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table; nothing in its cells is taken for a mark of Markdown's."""
    shown = [[markdown(cell) for cell in line] for line in (header, *rows)]
    lines = [shown[0], ["---"] * len(header), *shown[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _title(metric: Metric) -> str:
    return f"{metric.title} ({metric.reading})" if metric.reading else metric.title


def _paper_table(tables: Tables, metric: Metric, footnotes: dict[str, int]) -> str:
    methods = tables.rows(metric)
    header = ["method"]
    compared = {
        column: any(published(metric, method, column) for method in methods)
        for column in tables.columns
    }
    for column, is_published in compared.items():
        header.append(str(column))
        header += [f"{column} published", f"{column} difference"] if is_published else []
    rows = []
    for method in methods:
        row = [method]
        for column, is_published in compared.items():
            cell = tables.cells.get((metric, method, column))
            row.append(_ours(metric, cell, footnotes))
            row += _beside(metric, cell, method, column) if is_published else []
        rows.append(row)
    return markdown_table(header, rows)


def _ours(metric: Metric, cell: Cell | None, footnotes: dict[str, int]) -> str:
    if cell is None:
        return _NOTHING
    # Numbered in the order in which they are first needed; equal notes share a number.
    marks = "".join(f" [{footnotes.setdefault(note, 1 + len(footnotes))}]" for note in cell.notes)
    if cell.mean is None:
        return f"dead ({cell.dead}){marks}"
    runs = f"{cell.runs}, {cell.dead} dead" if cell.dead else str(cell.runs)
    return f"{_score(metric, cell.mean, cell.std)} ({runs}){marks}"


def _beside(metric: Metric, cell: Cell | None, method: str, column: Column) -> list[str]:
    """Returns the published number and the difference from it."""
    score = published(metric, method, column)
    if score is None:
        return [_NOTHING, _NOTHING]
    difference = _difference(cell, score)
    shown = _NOTHING if difference is None else f"{difference:+.{metric.decimals}f}"
    return [_score(metric, *score), shown]


def _difference(cell: Cell | None, score: Score | None) -> float | None:
    return cell.mean - score[0] if cell and score and cell.mean is not None else None


def _score(metric: Metric, mean: float, std: float | None) -> str:
    """Returns a mean and its deviation, which has a digit less, as the paper prints them."""
    deviation = _NOTHING if std is None else f"{std:.{max(metric.decimals - 1, 0)}f}"
    return f"{metric.show(mean)} ± {deviation}"


def _other_table(tables: Tables, footnotes: dict[str, int]) -> str:
    others = in_table(OTHER)
    rows = []
    for method, column in tables.groups:
        cells = (tables.cells.get((metric, method, column)) for metric in others)
        shown = (_ours(*pair, footnotes) for pair in zip(others, cells, strict=True))
        rows.append([str(column), method, *shown])
    return markdown_table(["data set", "method", *map(_title, others)], rows)


def _runs_table(tables: Tables) -> str:
    shown_conditions = _SHOWN_CONDITIONS
    if any(run.config["dtype"] != FLOAT32 for runs in tables.groups.values() for run in runs):
        shown_conditions = ("dtype", *_SHOWN_CONDITIONS)
    header = ["data set", "method", "runs", "class sets", "splits", "seeds"]
    header += [name.removeprefix("settings.") for name in shown_conditions]
    rows = []
    for (method, column), runs in tables.groups.items():
        draws = [_distinct(values) for values in zip(*(run.draw for run in runs), strict=True)]
        fields = [run.conditions() for run in runs]
        shown = [
            _distinct(conditions.get(name) for conditions in fields) for name in shown_conditions
        ]
        rows.append([str(column), method, str(len(runs)), *draws, *shown, _held_out(runs)])
    return markdown_table([*header, "its held-out accuracy"], rows)


def _distinct(values: Iterable[object]) -> str:
    return ", ".join(_NOTHING if value is None else str(value) for value in dict.fromkeys(values))


def _held_out(runs: Sequence[RunResults]) -> str:
    """Returns the lowest and the highest accuracy of the runs' classifiers on held-out images."""
    accuracies = [run.classifier_accuracy for run in runs]
    known = [f"{accuracy:.4f}" for accuracy in accuracies if accuracy is not None]
    return " to ".join(dict.fromkeys((min(known), max(known)))) if known else _NOTHING


def _summary_rows(tables: Tables) -> Iterator[Sequence[str]]:
    """Yields a row for each method and column; unknown cells are empty."""
    for (method, column), runs in tables.groups.items():
        splits = {(run.config["class_set"], run.config["split"]) for run in runs}
        seeds = {run.config["seed"] for run in runs}
        scores = (named(name) for name in _SUMMARY_SCORES.values())
        yield (
            str(column),
            method,
            f"{len(splits)}x{len(seeds)}",
            _either(run.config["base_channels"] for run in runs),
            _either(run.content["step"] for run in runs),
            *(_short_score(tables.cells.get((metric, method, column))) for metric in scores),
            _either(run.record.get("machine") for run in runs),
            _either(run.record.get("git_commit") for run in runs),
            _either(_command(run) for run in runs),
        )


def _command(run: RunResults) -> str:
    """Returns the training's command, without its draw, its files and its transforms.

    Empty where the data set is not known here, as one of a package that is not imported.
    """
    try:
        preset = resolve(run.dataset, method=run.method)
    except UsageError:
        return ""
    usual = {name: value for group in preset.to_json().values() for name, value in group.items()}
    rows = [row for group in GROUPS.values() for row in settings_of(group.settings)]
    flags = {row.name: row.flag for row in rows if row.flag and row.name not in _NOT_IN_COMMAND}
    if run.config.get("steps"):
        del flags["epochs"]  # they follow from the steps
    given = [
        _flag(flags[name], value)
        for name, value in run.config.items()
        if name in flags and value not in (None, usual.get(name)) and not isinstance(value, dict)
    ]
    chosen = [f"--dataset={run.dataset}", f"--method={run.method}"]
    return shlex.join(["elastic-infogan", "train", *chosen, *given])


def _flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no{name}"
    return f"--{name}={','.join(map(str, value)) if isinstance(value, list) else value}"


def _short_score(cell: Cell | None) -> str:
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
