"""Trains a model: `elastic-infogan train --dataset=cars`."""

import dataclasses
import functools
import json
import sys
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.run_folder.folder import folder_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.declare import setting
from elastic_infogan_tf.settings.model import AUTO, FLOAT32
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.utils.quiet_start import quiet_start

_SUMMARY = (
    "Trains Elastic-InfoGAN, or another method of its paper, and writes checkpoints, figures, "
    "metrics and a SavedModel into a run folder. The same command again resumes where it stopped."
)
_TEXT, _JSON = "text", "json"
_setting = functools.partial(setting, group="Devices and output", common=True)


@dataclasses.dataclass(frozen=True)
class _Start:
    dry_run: str | None = _setting(
        None,
        help="description of the images, the steps and the time that they would take, and no "
        "training; json: all settings and counts",
        words={"true": _TEXT, _TEXT: _TEXT, _JSON: _JSON, "false": ""},
    )
    flagfile: Path | None = _setting(
        None, help="file of flags, one a line; flags after it override it"
    )


def define_flags(values: flags.FlagValues) -> None:
    """Defines all flags of a training."""
    setting_flags.define_run(values)
    setting_flags.define(values, RunSettings, EvaluationSettings, _Start)


def make_config(values: flags.FlagValues) -> Config:
    """Returns the configuration that the flags ask for, with `--dtype=auto` in float32."""
    return setting_flags.config(values, **({"dtype": FLOAT32} if values.dtype == AUTO else {}))


def _command(values: flags.FlagValues) -> None:
    config = make_config(values)
    files = setting_flags.read(values, DataFiles)
    settings = setting_flags.read(values, RunSettings)
    evaluation = setting_flags.read(values, EvaluationSettings)
    setting_flags.require_data(config, files)
    folder = folder_of(config, files.data_dir, settings.model_dir)
    folder.require_place()
    is_open = data_set(config.data.dataset).leaves_codes_open and not config.data.class_ids
    if is_open and values.num_classes is None and not values.dry_run:
        print(
            f"--num_classes was not given: {config.data.num_classes} codes; `elastic-infogan "
            "explore` proposes a number",
            flush=True,
        )
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.run import dry_run, train
        from elastic_infogan_tf.run.preparation import (
            prepare,
            with_fast_dtype,
            with_recorded_transforms,
        )
    if values.dtype == AUTO:
        config = with_fast_dtype(config, folder)
    if not values["augment"].present:  # presets may have changed since it was begun
        config = with_recorded_transforms(config, folder)
    if not values.dry_run:
        train.train(config, files, settings, evaluation)
    elif values.dry_run == _TEXT:
        dry_run.show(prepare(config, files, settings, evaluation))
    else:
        print(json.dumps(dry_run.to_json(prepare(config, files, settings, evaluation)), indent=2))


main = functools.partial(
    command_line.run,
    "elastic-infogan train",
    _SUMMARY,
    define_flags,
    _command,
    example="--dataset=image_folder --data_dir=IMAGES --num_classes=8",
)

if __name__ == "__main__":
    sys.exit(main())
