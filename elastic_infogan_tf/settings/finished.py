"""What is asked of commands that work on a trained run."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.data import cache_dir_setting, max_image_pixels_setting
from elastic_infogan_tf.settings.declare import FILE, THERE, Bounds, setting

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
        help="formats, separated by commas, each tried against the live model; saved_model is "
        "always written, onnx needs the extra onnx",
        listed=FORMATS,
        bounds=_SOME_FORMATS,
    )
    names: Path | None = _export(
        None,
        help="CSV file of lines `group,name`, as for sort; the model then says an image's group",
        bounds=FILE,
    )


@dataclasses.dataclass(frozen=True)
class EvaluatedRun(TrainedRun):
    """Which of its checkpoints are evaluated, and on what."""

    checkpoint: str | None = _setting(
        None,
        help="step, name or path of one of the run's checkpoints, or all (default: the newest)",
    )
    data_dir: Path | None = _setting(
        None,
        help="folder or file of the images (default: where the run was trained from)",
        bounds=THERE,
    )
    max_image_pixels: int = max_image_pixels_setting("Which run")
    cache_dir: Path | None = cache_dir_setting("Which run")
