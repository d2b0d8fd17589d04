"""Sorts images into a run's groups: `elastic-infogan sort --model_dir=...`."""

import functools
import sys

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.running import SortSettings
from elastic_infogan_tf.utils.files import require_place
from elastic_infogan_tf.utils.quiet_start import quiet_start

_SUMMARY = (
    "Sorts images, those that a run was trained on or any others, into the groups that it has "
    "found: a table of files, images of the groups, their shares, and if asked a folder of each."
)


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, SortSettings)
    if settings.link and settings.copy:
        raise UsageError("--link and --copy exclude each other; give one of them.")
    require_place(settings.out, "--out")
    RunFolder(settings.model_dir).read_record()
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import sort

    sort.sort(settings)


main = functools.partial(
    command_line.run,
    "elastic-infogan sort",
    _SUMMARY,
    lambda values: setting_flags.define(values, SortSettings),
    _command,
    example="--model_dir=RUN --data_dir=IMAGES --out=SORTED",
)

if __name__ == "__main__":
    sys.exit(main())
