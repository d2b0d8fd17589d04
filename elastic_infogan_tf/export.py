"""Writes a run's SavedModel again: `python -m elastic_infogan_tf.export --model_dir=...`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.errors import UsageError

_SUMMARY = "Writes the SavedModel and the model card of a run again, from its last checkpoint."


def _define_flags(values: flags.FlagValues) -> None:
    flags.DEFINE_string(
        "model_dir", None, "run folder", flag_values=values, module_name="What to export"
    )


def _command(values: flags.FlagValues) -> None:
    if not values.model_dir:
        raise UsageError("--model_dir is missing; give the run folder of a training.")
    from elastic_infogan_tf.run import finished_run  # late: it starts TensorFlow

    finished_run.export(Path(values.model_dir))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.export", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
