"""Evaluates a trained run: `python -m elastic_infogan_tf.evaluate --model_dir=...`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, evaluation_flags
from elastic_infogan_tf.errors import UsageError

_SUMMARY = (
    "Measures a trained run as the paper does (NMI, ENT, 1-NN, the learned prior) and beyond, "
    "writes results.json and figures into its folder and prints a table."
)


def _define_flags(values: flags.FlagValues) -> None:
    group = {"flag_values": values, "module_name": "What to evaluate"}
    flags.DEFINE_string("model_dir", None, "run folder", **group)
    flags.DEFINE_string(
        "checkpoint",
        None,
        "step, name or path of one of the run's checkpoints, or `all`; default: the newest",
        **group,
    )
    flags.DEFINE_string(
        "data_dir",
        None,
        "folder with the data sets; default: the one that the run was trained from",
        **group,
    )
    evaluation_flags.define(values)


def _command(values: flags.FlagValues) -> None:
    if not values.model_dir:
        raise UsageError("--model_dir is missing; give the run folder of a training.")
    options = evaluation_flags.options(values)
    from elastic_infogan_tf.run import finished_run  # late: it starts TensorFlow

    finished_run.evaluate(
        Path(values.model_dir),
        Path(values.data_dir).expanduser() if values.data_dir else None,
        values.checkpoint,
        options,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.evaluate", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
