"""Writes a run's SavedModel again: `elastic-infogan export --model_dir=...`."""

import functools
import sys

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.running import ExportSettings
from elastic_infogan_tf.utils.quiet_start import quiet_start

_SUMMARY = (
    "Writes the SavedModel and the model card of a run again, from its last checkpoint, and other "
    "formats if asked for, into export/ of the run folder. What was in there goes away."
)


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, ExportSettings)
    RunFolder(settings.model_dir).read_record()
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import export

    export.export(settings)


main = functools.partial(
    command_line.run,
    "elastic-infogan export",
    _SUMMARY,
    lambda values: setting_flags.define(values, ExportSettings),
    _command,
    example="--model_dir=RUN --formats=saved_model,onnx",
)

if __name__ == "__main__":
    sys.exit(main())
