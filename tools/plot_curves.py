"""Draws metrics over epochs: `elastic-infogan curves RUNS... --out=FILE.png`."""

import dataclasses
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.declare import PNG, setting
from elastic_infogan_tf.utils.files import write_atomically

from .result_files import ALL_RESULTS, find_runs

_setting = functools.partial(setting, group="What to make of the runs")
_SUMMARY = (
    "Draws NMI, ENT, 1-NN accuracy and the prior's distance from the truth over the epochs of runs "
    "whose checkpoints were evaluated, and prints them as a table. RUNS are run folders that hold "
    "results.json and results-*.json, or folders to search below for them."
)


@dataclasses.dataclass(frozen=True)
class CurveSettings:
    """Where the chart goes and what stands beside the runs."""

    out: Path | None = _setting(None, help="chart to write, a .png file", bounds=PNG, needed=True)
    reference: bool = _setting(False, help="curve of the authors' code on MNIST split 1, too")


def _command(values: flags.FlagValues, paths: list[str]) -> None:
    settings = setting_flags.read(values, CurveSettings)
    # Imported late: a wrong flag is answered before Matplotlib has started.
    from elastic_infogan_tf.tables import curves
    from elastic_infogan_tf.tables.run_results import read_results

    folders, _ = find_runs(paths, ALL_RESULTS)
    runs = [[read_results(file) for file in sorted(run.glob(ALL_RESULTS))] for run in folders]
    lines = curves.make_curves(runs)
    if settings.reference:
        lines.append(curves.reference_curve(runs))
    title = curves.title_of(runs)
    write_atomically(settings.out, curves.curves_chart(lines, title), "--out")
    print(f"{title}\n\n{curves.curves_table(lines)}\n\nchart: {settings.out}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan curves",
        _SUMMARY,
        lambda values: setting_flags.define(values, CurveSettings),
        _command,
        argv,
        positional="RUNS",
        example="runs --out=curves.png",
    )


if __name__ == "__main__":
    sys.exit(main())
