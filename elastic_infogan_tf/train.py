"""Trains a model: `python -m elastic_infogan_tf.train --dataset=cars`."""

import dataclasses
import json
import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line, run_flags, setting_flags
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.running import RunSettings

_SUMMARY = (
    "Trains Elastic-InfoGAN, or another method of its paper, and writes checkpoints, pictures, "
    "metrics and a SavedModel into a run folder. The same command again resumes where it stopped."
)


def define_flags(values: flags.FlagValues) -> None:
    """Defines all flags of a training."""
    run_flags.define(values)
    setting_flags.define(values, RunSettings, EvaluationSettings)
    group = {"flag_values": values, "module_name": "Devices and output"}
    flags.DEFINE_bool(
        "dry_run", False, "print the configuration and the class counts and stop", **group
    )
    flags.DEFINE_string(
        "flagfile", "", "file with one flag a line; flags after it override it", **group
    )


def make_config(values: flags.FlagValues) -> Config:
    """Returns the configuration that the flags ask for.

    Raises:
        UsageError: if a value is not possible.
    """
    return run_flags.config(values)


def _command(values: flags.FlagValues) -> None:
    config = make_config(values)
    files = setting_flags.read(values, DataFiles)
    settings = setting_flags.read(values, RunSettings)
    evaluation = setting_flags.read(values, EvaluationSettings)
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import experiment

    if values.dry_run:
        described = experiment.describe(config, files)
        folder = experiment.folder_of(config, settings)
        settings = dataclasses.replace(settings, model_dir=folder)
        parts = {"files": files, "run": settings, "evaluation": evaluation}
        shown = config.to_json() | {name: declare.to_json(part) for name, part in parts.items()}
        print(json.dumps(shown, indent=2))
        print(described)
        return
    experiment.train(config, files, settings, evaluation)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.train", _SUMMARY, define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
