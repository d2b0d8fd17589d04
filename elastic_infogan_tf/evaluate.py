"""Evaluates a trained run: `elastic-infogan evaluate --model_dir=...`."""

import functools
import sys

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.running import EvaluatedRun, EvaluationSettings
from elastic_infogan_tf.utils.quiet_start import quiet_start

_SUMMARY = (
    "Measures a trained run as the paper does (NMI, ENT, 1-NN, the learned prior) and beyond, "
    "writes results.json and figures into its folder and prints a table."
)


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, EvaluatedRun)
    names = [known.name for known in declare.settings_of(EvaluationSettings)]
    whose = "as the run was evaluated before"
    setting_flags.define(values, EvaluationSettings, by_preset=names, whose=whose)


def _command(values: flags.FlagValues) -> None:
    run = setting_flags.read(values, EvaluatedRun)
    setting_flags.read(values, EvaluationSettings)  # refuses at once what is out of bounds
    RunFolder(run.model_dir).read_record()
    given = setting_flags.given(values, EvaluationSettings)
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import evaluate

    evaluate.evaluate(run.model_dir, run, run.checkpoint, given)


main = functools.partial(
    command_line.run,
    "elastic-infogan evaluate",
    _SUMMARY,
    _define_flags,
    _command,
    example="--model_dir=RUN",
)

if __name__ == "__main__":
    sys.exit(main())
