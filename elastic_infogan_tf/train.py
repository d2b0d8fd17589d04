"""Trains a model: `python -m elastic_infogan_tf.train --dataset=cars`."""

import json
import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line, run_flags, setting_flags
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.running import RunSettings

_SUMMARY = (
    "Trains Elastic-InfoGAN, or another method of its paper, and writes checkpoints, pictures, "
    "metrics and a SavedModel into a run folder. The same command again resumes where it stopped."
)
_TEXT, _JSON = "text", "json"


class _DryRunParser(flags.ArgumentParser):
    """Parses how a dry run is shown; without a value for people."""

    def parse(self, argument: str) -> str:
        """Returns the form, empty for none.

        Raises:
            ValueError: for another one.
        """
        forms = {"true": _TEXT, _TEXT: _TEXT, _JSON: _JSON, "false": ""}
        if argument not in forms:
            raise ValueError("leave the value out, or give json")
        return forms[argument]


def define_flags(values: flags.FlagValues) -> None:
    """Defines all flags of a training."""
    run_flags.define(values)
    setting_flags.define(values, RunSettings, EvaluationSettings)
    group = {"flag_values": values, "module_name": "Devices and output"}
    dry_run = flags.Flag(
        _DryRunParser(),
        flags.ArgumentSerializer(),
        "dry_run",
        None,
        "say which images it would train on, for how many steps and about how long, by a few steps "
        "that it times, and stop; --dry_run=json: print all settings and counts as JSON instead",
        boolean=True,  # no value is needed
    )
    flags.DEFINE_flag(dry_run, **group)
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
    asked = (
        make_config(values),
        setting_flags.read(values, DataFiles),
        setting_flags.read(values, RunSettings),
        setting_flags.read(values, EvaluationSettings),
    )
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import dry_run, experiment
        from elastic_infogan_tf.run.preparation import prepare
    if not values.dry_run:
        experiment.train(*asked)
    elif values.dry_run == _TEXT:
        dry_run.show(prepare(*asked))
    else:
        print(json.dumps(dry_run.to_json(prepare(*asked)), indent=2))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.train", _SUMMARY, define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
