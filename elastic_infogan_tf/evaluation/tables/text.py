"""Tables of results as Markdown for people and as CSV for programs."""

import csv
import io
from collections.abc import Iterable, Sequence

from elastic_infogan_tf.evaluation.measures.table import OTHER_MEASURES, PAPER_MEASURES, Measure
from elastic_infogan_tf.evaluation.tables.build import Cell, Tables, published
from elastic_infogan_tf.evaluation.tables.published_results import Score
from elastic_infogan_tf.evaluation.tables.run_results import RunResults

NOTHING = "-"
_HOW = (
    "Ours: mean ± sample standard deviation (ddof 1, `-` for one run), the number of runs in "
    "brackets. Published: as printed in the paper. Difference: our mean - published mean. A column "
    "that names a source holds other data than the paper's and compares with nothing published. "
    "random_q is a Q with its initial weights: one value for each class set, split and seed, the "
    "mean of that draw's runs of all methods."
)
_CSV_FIELDS = (
    "measure",
    "method",
    "dataset",
    "source",
    "runs",
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
    for measure in PAPER_MEASURES:
        parts += [f"## {_title(measure)}", _paper_table(tables, measure, footnotes)]
    parts += ["## What the paper does not report", _other_table(tables, footnotes)]
    parts += ["## The runs", _runs_table(tables)]
    notes = [f"- {note}" for note in tables.notes]
    notes += [f"- [{number}] {text}" for text, number in footnotes.numbers.items()]
    if notes:
        parts += ["## Notes", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def to_csv(tables: Tables) -> str:
    """Returns a line per measure, method and column, in full precision; empty where there is none.

    A line without runs has published numbers only.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, _CSV_FIELDS, lineterminator="\n")
    writer.writeheader()
    for measure in (*PAPER_MEASURES, *OTHER_MEASURES):
        for column in tables.columns:
            for method in tables.rows(measure):
                cell = tables.cells.get((measure, method, column))
                score = published(measure, method, column)
                if cell or score:
                    names = (measure.name, method, column.dataset, column.source)
                    line = dict(zip(_CSV_FIELDS, names, strict=False))
                    writer.writerow(line | _csv_numbers(cell, score))
    return text.getvalue()


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(value.replace('|', chr(92) + '|') for value in line)} |" for line in lines
    )


class _Footnotes:
    """Numbers notes in the order in which they are first needed; equal notes share a number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def mark(self, notes: Iterable[str]) -> str:
        return "".join(f" [{self.numbers.setdefault(n, 1 + len(self.numbers))}]" for n in notes)


def _title(measure: Measure) -> str:
    return f"{measure.title} ({measure.reading})"


def _paper_table(tables: Tables, measure: Measure, footnotes: _Footnotes) -> str:
    methods = tables.rows(measure)
    header = ["method"]
    compared = {
        column: any(published(measure, method, column) for method in methods)
        for column in tables.columns
    }
    for column, is_published in compared.items():
        header.append(str(column))
        header += [f"{column} published", f"{column} difference"] if is_published else []
    rows = []
    for method in methods:
        row = [method]
        for column, is_published in compared.items():
            cell = tables.cells.get((measure, method, column))
            row.append(_ours(cell, footnotes))
            row += _beside(cell, published(measure, method, column)) if is_published else []
        rows.append(row)
    return markdown_table(header, rows)


def _ours(cell: Cell | None, footnotes: _Footnotes) -> str:
    if cell is None:
        return NOTHING
    return f"{_score(cell.mean, cell.std)} ({cell.runs}){footnotes.mark(cell.notes)}"


def _beside(cell: Cell | None, score: Score | None) -> list[str]:
    if score is None:
        return [NOTHING, NOTHING]
    return [_score(*score), f"{cell.mean - score[0]:+.4f}" if cell else NOTHING]


def _score(mean: float, std: float | None) -> str:
    """Returns a score with the published numbers of decimals."""
    return f"{mean:.4f} ± {NOTHING if std is None else f'{std:.3f}'}"


def _other_table(tables: Tables, footnotes: _Footnotes) -> str:
    header = ["data set", "method", *(_title(measure) for measure in OTHER_MEASURES)]
    rows = []
    for method, column in tables.groups:
        cells = (tables.cells.get((measure, method, column)) for measure in OTHER_MEASURES)
        rows.append([str(column), method, *(_ours(cell, footnotes) for cell in cells)])
    return markdown_table(header, rows)


def _runs_table(tables: Tables) -> str:
    conditions = [name.removeprefix("settings.") for name in _SHOWN_CONDITIONS]
    header = ["data set", "method", "runs", "class sets", "splits", "seeds", *conditions]
    rows = []
    for (method, column), runs in tables.groups.items():
        draws = [_distinct(values) for values in zip(*(run.draw for run in runs), strict=True)]
        fields = [run.conditions() for run in runs]
        shown = [_distinct(one.get(name) for one in fields) for name in _SHOWN_CONDITIONS]
        rows.append([str(column), method, str(len(runs)), *draws, *shown, _held_out(runs)])
    return markdown_table([*header, "its held-out accuracy"], rows)


def _distinct(values: Iterable[object]) -> str:
    return ", ".join(NOTHING if value is None else str(value) for value in dict.fromkeys(values))


def _held_out(runs: Sequence[RunResults]) -> str:
    """Returns the lowest and the highest accuracy of the runs' classifiers on held-out images."""
    found = [run.number("classifier.accuracy") for run in runs]
    known = [f"{accuracy:.4f}" for accuracy in found if accuracy is not None]
    return " to ".join(dict.fromkeys((min(known), max(known)))) if known else NOTHING


def _csv_numbers(cell: Cell | None, score: Score | None) -> dict[str, object]:
    """Returns the fields of a line that are numbers, and its notes."""
    numbers: dict[str, object] = {"runs": cell.runs if cell else 0}
    if cell:
        numbers |= {"mean": cell.mean, "std": cell.std, "notes": "; ".join(cell.notes)}
    if score:
        numbers |= {"published_mean": score[0], "published_std": score[1]}
    if cell and score:
        numbers["difference"] = cell.mean - score[0]
    return numbers
