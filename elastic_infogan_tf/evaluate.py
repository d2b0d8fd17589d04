"""Evaluates a trained run: `python -m elastic_infogan_tf.evaluate --model_dir=...`."""

import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.finished import EvaluatedRun

_SUMMARY = (
    "Measures a trained run as the paper does (NMI, ENT, 1-NN, the learned prior) and beyond, "
    "writes results.json and figures into its folder and prints a table."
)


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, EvaluatedRun, EvaluationSettings)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, EvaluatedRun)
    evaluation = setting_flags.read(values, EvaluationSettings)
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import finished_run

    files = DataFiles(asked.data_dir, asked.max_image_pixels, asked.cache_dir)
    finished_run.evaluate(asked.model_dir, files, asked.checkpoint, evaluation)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.evaluate", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
