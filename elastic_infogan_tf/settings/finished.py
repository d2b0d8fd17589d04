"""Settings of commands that work on a trained run: evaluation, export, sorting."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import cache_dir_setting, max_image_pixels_setting
from elastic_infogan_tf.settings.declare import (
    FILE,
    FOLDER,
    SHARE,
    THERE,
    Bounds,
    at_least,
    setting,
)

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


_sorting_setting = functools.partial(setting, group="Sorting")


@dataclasses.dataclass(frozen=True)
class SortSettings(TrainedRun):
    """Which images, and what is made of them."""

    data_dir: Path | None = _sorting_setting(
        None,
        help="folder of images, or one image (default: what the run was trained on)",
        bounds=THERE,
    )
    out: Path | None = _sorting_setting(
        None,
        help="folder of the results, a new one or one of a sorting before",
        needed=True,
        bounds=FOLDER,
    )
    names: Path | None = _sorting_setting(
        None,
        help="CSV file of lines `group,name`; equal names join groups, and groups without a line "
        "keep their number",
        bounds=FILE,
    )
    link: bool = _sorting_setting(
        False, help="folder images/ in --out, with links to the images of each group"
    )
    copy: bool = _sorting_setting(
        False, help="the same folder with copies; the images themselves stay"
    )
    min_probability: float = _sorting_setting(
        0.0,
        help="least probability of an image's group; images below count as unsure, and go to "
        "unsure/ with --link or --copy",
        bounds=SHARE,
    )
    seed: int = _sorting_setting(
        0, help="seed of the sample, its transforms and the bootstrap", bounds=at_least(0)
    )
    max_image_pixels: int = max_image_pixels_setting("Sorting")
    cache_dir: Path | None = cache_dir_setting("Sorting")

    def check_together(self) -> None:
        """Refuses settings that do not go with one another.

        Raises:
            UsageError: if there are such.
        """
        if self.link and self.copy:
            raise UsageError("--link and --copy exclude each other; give one of them.")
