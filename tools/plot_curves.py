"""Draws measures over epochs: `python -m tools.plot_curves RUNS... --out=FILE.png`."""

import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.evaluation.tables import curves

from .result_files import ALL_RESULTS, find_runs, read_results, write_all

_SUMMARY = (
    "Draws NMI, ENT, 1-NN accuracy and the prior's distance from the truth over the epochs of runs "
    "whose checkpoints were evaluated, and prints them as a table. RUNS are run folders that hold "
    "results.json and results-*.json, or folders to search below for them."
)


def _define_flags(values: flags.FlagValues) -> None:
    group = {"flag_values": values, "module_name": "What to make of the runs"}
    flags.DEFINE_string("out", None, "the chart, a .png file; needed", **group)
    flags.DEFINE_bool(
        "reference", False, "also draw the curve of the authors' code on MNIST split 1", **group
    )


def _command(values: flags.FlagValues, places: list[str]) -> None:
    out = command_line.require_png("out", values.out)
    folders, _ = find_runs(places, ALL_RESULTS)
    runs = [[read_results(file) for file in sorted(run.glob(ALL_RESULTS))] for run in folders]
    lines = curves.make_curves(runs)
    if values.reference:
        lines.append(curves.reference_curve(runs))
    title = curves.title_of(runs)
    write_all([(out, curves.curves_chart(lines, title))])
    print(f"{title}\n\n{curves.curves_table(lines)}\n\nchart: {out}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.plot_curves", _SUMMARY, _define_flags, _command, argv, positional="RUNS"
    )


if __name__ == "__main__":
    sys.exit(main())
