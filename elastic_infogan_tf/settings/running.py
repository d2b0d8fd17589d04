"""How a run is computed and evaluated, and what is done with a finished one.

None of it is what a run is; only `on_nonfinite` changes its numbers, where it is lost else.
"""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.declare import (
    FILE,
    FOLDER,
    SHARE,
    THERE,
    Bounds,
    at_least,
    setting,
)
from elastic_infogan_tf.utils.files import path_of

STOP, ROLLBACK = "stop", "rollback"
STRATEGIES = ("auto", "one", "mirrored", "multi_worker")
CLASSIFIERS = ("mnist_cnn", "resnet50", "small_cnn")
FORMATS = ("saved_model", "tflite", "onnx")
SEED = 0  # of an evaluation's noise, splits and subsets
_SMALL = 32  # pixels; smaller images get MNIST's classifier
_SOME_FORMATS = Bounds(
    f"one or more of {', '.join(FORMATS)}", lambda names: bool(names) and set(names) <= set(FORMATS)
)
_setting = functools.partial(setting, group="Devices and output")
_evaluation = functools.partial(setting, group="Evaluation")
_finished = functools.partial(setting, group="Finished run")


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """Devices, the run folder, and how often things are written."""

    strategy: str = _setting(
        "auto",
        help="devices: one; all of this machine (mirrored); those of TF_CONFIG (multi_worker); "
        "auto: by what there is",
        choices=STRATEGIES,
    )
    threads: int | None = _setting(
        None,
        help="number of threads that share an operation (default: one for each core); another "
        "number gives other last digits",
        bounds=at_least(1),
    )
    deterministic: bool = _setting(
        False,
        help="the same numbers to the last bit when a run is resumed: the threads it was begun "
        "with, and no operation that sums in any order",
    )
    jit_compile: bool | None = _setting(
        None, help="compilation of the train step by XLA (default: on a single GPU)"
    )
    model_dir: Path | None = _setting(
        None,
        help="run folder, a new one or one to resume (default: runs/ and a short name, such as "
        "runs/objects-8 for 8 codes of images in objects/)",
        bounds=FOLDER,
        common=True,
    )
    checkpoint_every: int = _setting(
        10, help="epochs between checkpoints, and between figures", bounds=at_least(1)
    )
    keep_checkpoints: int = _setting(2, help="newest checkpoints that stay", bounds=at_least(1))
    on_nonfinite: str = _setting(
        STOP,
        help="answer to a loss that is not finite: stop, or rollback: resume from the last "
        "checkpoint with half the learning rates, up to five times",
        choices=(STOP, ROLLBACK),
    )
    evaluate: bool = _evaluation(
        True,
        help="evaluation at the end, and a small one every --evaluate_every epochs",
        common=True,
    )
    evaluate_every: int = _evaluation(
        10,
        help="epochs between NMI, ENT and prior distance of a small sample in "
        "metrics.csv and TensorBoard; 0: only the evaluation at the end",
        bounds=at_least(0),
    )


@dataclasses.dataclass(frozen=True)
class EvaluationSettings:
    """What is generated and who judges it."""

    images_per_code: int = _evaluation(
        1000, help="number of generated images of each code (published: 1,000)", bounds=at_least(1)
    )
    classifier: str | None = _evaluation(
        None,
        help="classifier that judges generated images (default: mnist_cnn for 28x28 images, else "
        "resnet50); small_cnn is for quick runs on a CPU",
        choices=CLASSIFIERS,
    )
    classifier_weights: Path | None = _evaluation(
        None, help="weights file that the classifier starts from", bounds=FILE
    )

    def classifier_for(self, image_shape: tuple[int, ...]) -> str:
        """Returns the classifier of images of a size: the one asked for, or the published one."""
        return self.classifier or ("mnist_cnn" if image_shape[0] < _SMALL else "resnet50")

    def record(self, classifier: str | None) -> dict[str, Any]:
        """Returns what the numbers depend on besides the model, as `results.json` has it.

        `classifier` is the one that is used; None where the data has no labels.
        """
        weights = self.classifier_weights if classifier else None
        return {
            "images_per_code": self.images_per_code,
            "seed": SEED,
            "classifier": classifier,
            "classifier_weights": weights_digest(weights),
        }


def as_before(record: Mapping[str, Any], given: Mapping[str, Any], run: Path) -> EvaluationSettings:
    """Returns how a run was evaluated before, but for what is given now.

    Args:
        record: of the settings, as the run has it; what it lacks has its default.
        given: settings by name, checked.
        run: its folder, for the error of a value that cannot be.
    """
    names = [known.name for known in declare.settings_of(EvaluationSettings)]
    values = {name: record[name] for name in names if record.get(name) is not None}
    try:
        weights = values.get("classifier_weights")
        if isinstance(weights, str):
            values["classifier_weights"] = path_of(weights, "--classifier_weights")
        settings = EvaluationSettings(**{**values, **given})
        declare.check(settings)
    except UsageError as error:
        raise UsageError(
            f"{run} has a record of its evaluation that cannot be: {error} Give that flag."
        ) from error
    return settings


def weights_digest(weights: Path | None) -> str | None:
    """Returns the SHA-256 of a weights file, hexadecimal; None for no file."""
    if weights is None:
        return None
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"--classifier_weights={weights} cannot be read: {error.strerror}; give an existing "
            ".weights.h5 or .keras file."
        ) from error


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """The run folder of a training."""

    model_dir: Path | None = _finished(None, help="run folder of a training", needed=True)


@dataclasses.dataclass(frozen=True)
class ExportSettings(TrainedRun):
    """What is exported of it."""

    formats: tuple[str, ...] = _finished(
        ("saved_model",),
        help="formats, separated by commas, each tried against the live model; saved_model is "
        "always written, onnx needs the extra onnx",
        listed=FORMATS,
        bounds=_SOME_FORMATS,
    )
    names: Path | None = _finished(
        None,
        help="CSV file of lines `group,name`, as for sort; the model then says an image's group",
        bounds=FILE,
    )


@dataclasses.dataclass(frozen=True)
class _ImagesOfRun(TrainedRun, DataFiles):
    data_dir: Path | None = _finished(
        None,
        help="folder or file of images (default: what the run was trained on)",
        bounds=THERE,
    )


@dataclasses.dataclass(frozen=True)
class EvaluatedRun(_ImagesOfRun):
    """Which of its checkpoints are evaluated, and on what."""

    checkpoint: str | None = _finished(
        None,
        help="step, name or path of one of the run's checkpoints, or all (default: the newest)",
    )


@dataclasses.dataclass(frozen=True)
class SortSettings(_ImagesOfRun):
    """Which images, and what is made of them."""

    out: Path | None = _finished(
        None,
        help="folder of the results, a new one or one of a sorting before",
        needed=True,
        bounds=FOLDER,
    )
    names: Path | None = _finished(
        None,
        help="CSV file of lines `group,name`; equal names join groups, and groups without a line "
        "keep their number",
        bounds=FILE,
    )
    link: bool = _finished(
        False, help="folder images/ in --out, with links to the images of each group"
    )
    copy: bool = _finished(False, help="the same folder with copies; the images themselves stay")
    min_probability: float = _finished(
        0.0,
        help="least probability of an image's group; images below count as unsure, and go to "
        "unsure/ with --link or --copy",
        bounds=SHARE,
    )
    seed: int = _finished(
        0, help="seed of the sample, its transforms and the bootstrap", bounds=at_least(0)
    )
