"""Makes the paper's tables: `elastic-infogan tables RUNS... [--out=tables]`."""

import dataclasses
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.declare import setting
from elastic_infogan_tf.utils.files import write_atomically

from .result_files import RESULTS, find_runs

_setting = functools.partial(setting, group="What to make of the runs")
_SUMMARY = (
    "Averages evaluated runs into the paper's tables (NMI, ENT, 1-NN), with the published numbers "
    "beside ours, and writes tables.md, tables.csv and tables.png. RUNS are run folders that hold "
    "results.json, or folders to search below for them."
)


@dataclasses.dataclass(frozen=True)
class TableSettings:
    """Where the tables go and which runs may meet in them."""

    out: Path = _setting(Path("tables"), help="folder of the tables")
    allow_mixed: bool = _setting(
        False,
        help="averages also of runs that differ in more than class set, split and seed, or that "
        "repeat one another; the tables' notes say so",
    )
    best_beta: bool = _setting(
        False, help="those runs of joint_vae whose beta has the highest mean NMI, as published"
    )


def write_tables(
    paths: Sequence[str], out: Path, allow_mixed: bool = False, only_best_beta: bool = False
) -> None:
    """Writes and prints the tables of evaluated runs.

    Args:
        paths: run folders, or folders to search below.
        out: folder of the tables.
        allow_mixed: see the flag.
        only_best_beta: see the flag `best_beta`.

    Raises:
        UsageError: if there are no such runs, they are corrupted or do not go together, or the
            tables cannot be written.
    """
    # Imported late: a wrong flag is answered before Matplotlib has started.
    from elastic_infogan_tf.tables.build import build_tables
    from elastic_infogan_tf.tables.cells import best_beta
    from elastic_infogan_tf.tables.figure import draw_tables
    from elastic_infogan_tf.tables.run_results import read_results
    from elastic_infogan_tf.tables.table_text import to_csv, to_markdown

    folders, left_out = find_runs(paths, RESULTS)
    runs = [read_results(folder / RESULTS) for folder in folders]
    runs, notes = best_beta(runs) if only_best_beta else (runs, [])
    tables = build_tables(runs, allow_mixed, not_evaluated=[str(run) for run in left_out])
    tables = dataclasses.replace(tables, notes=(*tables.notes, *notes))
    text = to_markdown(tables)
    files = [
        (out / "tables.md", text),
        (out / "tables.csv", to_csv(tables)),
        (out / "tables.png", draw_tables(tables)),
    ]
    for path, content in files:
        write_atomically(path, content, "--out")
    print(text)
    print(f"tables: {', '.join(str(path) for path, _ in files)}")


def _command(values: flags.FlagValues, paths: list[str]) -> None:
    settings = setting_flags.read(values, TableSettings)
    write_tables(paths, settings.out, settings.allow_mixed, settings.best_beta)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan tables",
        _SUMMARY,
        lambda values: setting_flags.define(values, TableSettings),
        _command,
        argv,
        positional="RUNS",
        example="runs --out=tables",
    )


if __name__ == "__main__":
    sys.exit(main())
