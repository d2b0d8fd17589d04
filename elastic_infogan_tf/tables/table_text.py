"""Tables of results as Markdown for people and as CSV for programs."""

import csv
import io
from collections.abc import Iterable, Sequence

from elastic_infogan_tf.evaluation.metrics.metric_table import OTHER, PAPER, Metric, in_table
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.tables.cells import Cell, Column, Tables, published
from elastic_infogan_tf.tables.published_results import Score
from elastic_infogan_tf.tables.run_results import RunResults
from elastic_infogan_tf.tables.summary_table import HEADER, summary_rows
from elastic_infogan_tf.utils.text import cell as as_cell
from elastic_infogan_tf.utils.text import markdown

NOTHING = "-"
_HOW = (
    "Ours: mean ± sample standard deviation (ddof 1, `-` for one run), the number of runs in "
    "brackets. A dead run, whose generator shows no sign of life, is counted there and is in no "
    "mean of NMI and ENT. Published: as printed in the paper. Difference: our mean - published "
    "mean. A column that names a source holds other data than the paper's and compares with "
    "nothing published. random_q is a Q with its initial weights: one value for each class set, "
    "split and seed, the mean of that draw's runs of all methods."
)
_CSV_FIELDS = (
    "metric",
    "method",
    "dataset",
    "source",
    "runs",
    "dead_runs",
    "mean",
    "std",
    "published_mean",
    "published_std",
    "difference",
    "notes",
)
# Of the configuration and the settings, what most tells runs apart from the published ones.
_SHOWN_CONDITIONS = (
    "epoch",
    "base_channels",
    "trunk_updates",
    "settings.images_per_code",
    "settings.classifier",
)


def to_markdown(tables: Tables) -> str:
    """Returns the paper's tables, ours beside the published ones, and what else was measured."""
    footnotes = _Footnotes()
    parts = ["# Results", _HOW]
    for metric in in_table(PAPER):
        parts += [f"## {_title(metric)}", _paper_table(tables, metric, footnotes)]
    parts += ["## What the paper does not report", _other_table(tables, footnotes)]
    parts += ["## The runs", _runs_table(tables)]
    parts += ["## Summary", markdown_table(HEADER, summary_rows(tables))]
    notes = [f"- {markdown(note)}" for note in tables.notes]
    notes += [f"- [{number}] {markdown(text)}" for text, number in footnotes.numbers.items()]
    if notes:
        parts += ["## Notes", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def to_csv(tables: Tables) -> str:
    """Returns a line per metric, method and column, in full precision; empty where there is none.

    A line without runs has published numbers only.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, _CSV_FIELDS, lineterminator="\n")
    writer.writeheader()
    for metric in (*in_table(PAPER), *in_table(OTHER)):
        for column in tables.columns:
            for method in tables.rows(metric):
                cell = tables.cells.get((metric, method, column))
                score = published(metric, method, column)
                if cell or score:
                    names = (metric.name, method, as_cell(column.dataset), as_cell(column.source))
                    line = dict(zip(_CSV_FIELDS, names, strict=False))
                    writer.writerow(line | _csv_numbers(cell, score))
    return text.getvalue()


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table; nothing in its cells is taken for a mark of Markdown's."""
    shown = [[markdown(cell) for cell in line] for line in (header, *rows)]
    lines = [shown[0], ["---"] * len(header), *shown[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class _Footnotes:
    """Numbers notes in the order in which they are first needed; equal notes share a number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def mark(self, notes: Iterable[str]) -> str:
        return "".join(f" [{self.numbers.setdefault(n, 1 + len(self.numbers))}]" for n in notes)


def _title(metric: Metric) -> str:
    return f"{metric.title} ({metric.reading})" if metric.reading else metric.title


def _paper_table(tables: Tables, metric: Metric, footnotes: _Footnotes) -> str:
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


def _ours(metric: Metric, cell: Cell | None, footnotes: _Footnotes) -> str:
    if cell is None:
        return NOTHING
    marks = footnotes.mark(cell.notes)
    if cell.mean is None:
        return f"dead ({cell.dead}){marks}"
    runs = f"{cell.runs}, {cell.dead} dead" if cell.dead else str(cell.runs)
    return f"{_score(metric, cell.mean, cell.std)} ({runs}){marks}"


def _beside(metric: Metric, cell: Cell | None, method: str, column: Column) -> list[str]:
    """Returns the published number and the difference from it."""
    score = published(metric, method, column)
    if score is None:
        return [NOTHING, NOTHING]
    compares = cell is not None and cell.mean is not None
    difference = f"{cell.mean - score[0]:+.{metric.decimals}f}" if compares else NOTHING
    return [_score(metric, *score), difference]


def _score(metric: Metric, mean: float, std: float | None) -> str:
    """Returns a mean and its deviation, which has a digit less, as the paper prints them."""
    deviation = NOTHING if std is None else f"{std:.{max(metric.decimals - 1, 0)}f}"
    return f"{metric.show(mean)} ± {deviation}"


def _other_table(tables: Tables, footnotes: _Footnotes) -> str:
    others = in_table(OTHER)
    header = ["data set", "method", *(_title(metric) for metric in others)]
    rows = []
    for method, column in tables.groups:
        cells = [
            _ours(metric, tables.cells.get((metric, method, column)), footnotes)
            for metric in others
        ]
        rows.append([str(column), method, *cells])
    return markdown_table(header, rows)


def _runs_table(tables: Tables) -> str:
    shown_conditions: Sequence[str] = _SHOWN_CONDITIONS
    if any(run.config["dtype"] != FLOAT32 for runs in tables.groups.values() for run in runs):
        shown_conditions = ("dtype", *_SHOWN_CONDITIONS)
    conditions = [name.removeprefix("settings.") for name in shown_conditions]
    header = ["data set", "method", "runs", "class sets", "splits", "seeds", *conditions]
    rows = []
    for (method, column), runs in tables.groups.items():
        draws = [_distinct(values) for values in zip(*(run.draw for run in runs), strict=True)]
        fields = [run.conditions() for run in runs]
        shown = [_distinct(one.get(name) for one in fields) for name in shown_conditions]
        rows.append([str(column), method, str(len(runs)), *draws, *shown, _held_out(runs)])
    return markdown_table([*header, "its held-out accuracy"], rows)


def _distinct(values: Iterable[object]) -> str:
    return ", ".join(NOTHING if value is None else str(value) for value in dict.fromkeys(values))


def _held_out(runs: Sequence[RunResults]) -> str:
    """Returns the lowest and the highest accuracy of the runs' classifiers on held-out images."""
    found = [run.classifier_accuracy for run in runs]
    known = [f"{accuracy:.4f}" for accuracy in found if accuracy is not None]
    return " to ".join(dict.fromkeys((min(known), max(known)))) if known else NOTHING


def _csv_numbers(cell: Cell | None, score: Score | None) -> dict[str, object]:
    """Returns the fields of a line that are numbers, and its notes."""
    numbers: dict[str, object] = {"runs": cell.runs if cell else 0}
    if cell:
        numbers |= {"dead_runs": cell.dead, "mean": cell.mean, "std": cell.std}
        numbers["notes"] = as_cell("; ".join(cell.notes))
    if score:
        numbers |= {"published_mean": score[0], "published_std": score[1]}
    if cell and score and cell.mean is not None:
        numbers["difference"] = cell.mean - score[0]
    return numbers
