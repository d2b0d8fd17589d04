"""What is asked of commands that work on a trained run."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.data import cache_dir_setting, max_image_pixels_setting
from elastic_infogan_tf.settings.declare import Bounds, setting

FORMATS = ("saved_model", "tflite", "onnx")
_SOME_FORMATS = Bounds(
    f"one or more of {', '.join(FORMATS)}", lambda names: bool(names) and set(names) <= set(FORMATS)
)

_setting = functools.partial(setting, group="Which run")
_export = functools.partial(setting, group="Export")


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """The run folder of a training."""

    model_dir: Path | None = _setting(None, help="run folder of a training", needed=True)


@dataclasses.dataclass(frozen=True)
class ExportSettings(TrainedRun):
    """What is exported of it."""

    formats: tuple[str, ...] = _export(
        ("saved_model",),
        help="saved_model, which is always written, and tflite and onnx (needs the extra onnx), "
        "separated by commas; each is tried against the live model",
        bounds=_SOME_FORMATS,
    )
    names: Path | None = _export(
        None,
        help="CSV file of lines `group,name`, as for sort; the model then says an image's group",
    )


@dataclasses.dataclass(frozen=True)
class RunCheckpoint(TrainedRun):
    """One or all of its checkpoints."""

    checkpoint: str | None = _setting(
        None,
        help="step, name or path of one of the run's checkpoints, or `all`; default: the newest",
    )


@dataclasses.dataclass(frozen=True)
class EvaluatedRun(RunCheckpoint):
    """What it is evaluated on."""

    data_dir: Path | None = _setting(
        None,
        help="folder with the data sets; default: the one that the run was trained from",
    )
    max_image_pixels: int = max_image_pixels_setting("Which run")
    cache_dir: Path | None = cache_dir_setting("Which run")
