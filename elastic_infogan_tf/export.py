"""Writes a run's SavedModel again: `python -m elastic_infogan_tf.export --model_dir=...`."""

import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.finished import TrainedRun

_SUMMARY = "Writes the SavedModel and the model card of a run again, from its last checkpoint."


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, TrainedRun)


def _command(values: flags.FlagValues) -> None:
    folder = setting_flags.read(values, TrainedRun).model_dir
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import finished_run

    finished_run.export(folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.export", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
