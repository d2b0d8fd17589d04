"""Finds out what suits images before a training: `elastic-infogan explore --data_dir=...`."""

import dataclasses
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.names import explored_name
from elastic_infogan_tf.settings.config import Config, preset_names
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.declare import FOLDER, setting
from elastic_infogan_tf.settings.model import (
    ClusteredSettings,
    ContrastiveSettings,
    ModelSettings,
    ScheduleSettings,
)
from elastic_infogan_tf.settings.transforms import NO_TRANSFORM, explored
from elastic_infogan_tf.utils.files import require_place
from elastic_infogan_tf.utils.quiet_start import quiet_start

_SUMMARY = (
    "Finds out in minutes what a training would make of images: learns features under several sets "
    "of transforms, makes groups of each, shows on a page which of them agree and what colours and "
    "pixels alone give, recommends transforms and a number of groups, and writes a flagfile for "
    "train."
)
_METHOD = "clustered_infogan"
# Settings of a training that say nothing of its features.
_WITHOUT = (
    "epochs",
    "steps",
    "encoder",
    "method",
    "dtype",
    "temperature",
    "learning_rate",
    "contrastive_weight",
)
# Flags that the flagfile gives anew, or that train does not have.
_NOT_PASSED_ON = ("dataset", "out", "num_classes", "augment", "first_part_steps")
# About a minute of two cores for each set of transforms, and what a training on it then takes.
_DEFAULTS = {"base_channels": 8, "first_part_steps": 1_200}
_TRAINING = {"base_channels": 8, "steps": 2_400}
_IN_HELP = {
    "dataset": "image_folder, or npz for a file",
    "num_classes": "as the features say",
    "augment": "five sets of them",
    "base_channels": "8",
    "first_part_steps": "1,200",
}


@dataclasses.dataclass(frozen=True)
class ExploreSettings:
    """Where the results go."""

    out: Path | None = setting(
        None,
        help="folder of the results (default: runs/ and the images' name with -explore)",
        group="Output",
        bounds=FOLDER,
        common=True,
    )


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define_data(values)
    owners = (ModelSettings, ScheduleSettings, ContrastiveSettings, ClusteredSettings)
    setting_flags.define(values, *owners, by_preset=preset_names())
    for name in _WITHOUT:
        delattr(values, name)
    setting_flags.define(values, ExploreSettings)
    for name, default in _IN_HELP.items():
        flag: Any = values[name]
        flag.preset = default
        words = flag.setting.help.partition(" (default")[0]
        flag.setting = dataclasses.replace(flag.setting, help=words, needed=False, common=True)


def _command(values: flags.FlagValues) -> None:
    out = setting_flags.read(values, ExploreSettings).out
    own_images = "npz" if str(values.data_dir).endswith(".npz") else "image_folder"
    defaults = {name: value for name, value in _DEFAULTS.items() if values[name].value is None}
    first = values.first_part_steps or 0
    steps = 10 * max(_DEFAULTS["first_part_steps"], min(first, 10**9))  # no training is made
    dataset = values.dataset or own_images
    config = setting_flags.config(values, method=_METHOD, dataset=dataset, steps=steps, **defaults)
    files = setting_flags.read(values, DataFiles)
    if not data_set(config.data.dataset).leaves_codes_open or config.data.class_ids:
        raise UsageError(
            "explore is for images whose number of groups is open: --dataset=image_folder, npz or "
            "tfds:NAME, without --class_ids."
        )
    setting_flags.require_data(config, files)
    out = out or Path("runs", explored_name(config, files.data_dir))
    require_place(out, "--out")
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import explore

    sets = explored(config.data.augmentation)
    if values.augment:
        sets = {"given": sets["usual"] or [NO_TRANSFORM]}
    lines = list(_flagfile_lines(values, config))
    explore.explore(config, files, out, lines, sets, values.num_classes)


def _flagfile_lines(values: flags.FlagValues, config: Config) -> Iterator[str]:
    """Yields the data set and the flags that were given, all of which `train` has, too."""
    yield f"--dataset={config.data.dataset}"
    for name, value in _TRAINING.items():
        if name not in values or not values[name].present:
            yield f"--{name}={value}"
    for name in values:
        flag = values[name]
        if name == "data_dir" and flag.value is not None:
            yield f"--data_dir={os.path.abspath(os.path.expanduser(flag.value))}"
        elif flag.present and flag.value is not None and name not in _NOT_PASSED_ON:
            yield flag.serialize()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan explore",
        _SUMMARY,
        _define_flags,
        _command,
        argv,
        example="--data_dir=IMAGES",
    )


if __name__ == "__main__":
    sys.exit(main())
