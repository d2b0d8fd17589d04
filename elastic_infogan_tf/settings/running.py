"""Where and how a run is computed; only `on_nonfinite` changes what, where a run is lost else."""

import dataclasses
import functools
import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.declare import ABOVE_0, FILE, FOLDER, at_least, between, setting
from elastic_infogan_tf.utils.files import path_of

STOP, ROLLBACK = "stop", "rollback"
STRATEGIES = ("auto", "one", "mirrored", "multi_worker")
_setting = functools.partial(setting, group="Devices and output")
_evaluation = functools.partial(setting, group="Evaluation")


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
    checkpoint_every: int = _setting(10, help="epochs between checkpoints", bounds=at_least(1))
    keep_checkpoints: int = _setting(2, help="newest checkpoints that stay", bounds=at_least(1))
    figures_every: int = _setting(10, help="epochs between figures", bounds=at_least(1))
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


_schedule_setting = functools.partial(setting, group="Schedule")


@dataclasses.dataclass(frozen=True)
class ScheduleSettings:
    """Lengths are in epochs of `floor(images / batch_size)` steps.

    `batch_size` is the global batch over all replicas. Either `epochs` or `steps` is given; where
    the images have been counted `epochs` always is (`Config.with_epochs`).
    """

    epochs: int | None = _schedule_setting(
        help="number of passes over the training set", bounds=at_least(1), common=True
    )
    batch_size: int = _schedule_setting(
        help="images of a train step, over all replicas together",
        bounds=at_least(2, "batch statistics"),
        common=True,
    )
    steps: int | None = _schedule_setting(
        None,
        help="number of train steps, in place of --epochs, rounded up to whole epochs",
        bounds=at_least(1),
        common=True,
    )
    learning_rate: float = _schedule_setting(
        2e-4, help="Adam learning rate", bounds=ABOVE_0, common=True
    )
    seed: int = _schedule_setting(
        0,
        help="seed of the imbalanced draw, weights, batches, noise and codes",
        bounds=between(0, 2**31 - 1),
        common=True,
    )

    def whole_epochs(self, epoch_steps: int) -> int:
        """Returns how many epochs of so many steps are trained."""
        return self.epochs or math.ceil(self.steps / epoch_steps)


CLASSIFIERS = ("mnist_cnn", "resnet50", "small_cnn")
_evaluation_setting = functools.partial(setting, group="Evaluation")

SEED = 0  # of noise, splits and subsets
_SMALL = 32  # pixels; smaller images get MNIST's classifier


@dataclasses.dataclass(frozen=True)
class EvaluationSettings:
    """What is generated and who judges it."""

    images_per_code: int = _evaluation_setting(
        1000, help="number of generated images of each code (published: 1,000)", bounds=at_least(1)
    )
    classifier: str | None = _evaluation_setting(
        None,
        help="classifier that judges generated images (default: mnist_cnn for 28x28 images, else "
        "resnet50); small_cnn is for quick runs on a CPU",
        choices=CLASSIFIERS,
    )
    classifier_weights: Path | None = _evaluation_setting(
        None, help="weights file that the classifier starts from", bounds=FILE
    )

    def classifier_for(self, image_shape: tuple[int, ...]) -> str:
        """Returns the classifier of images of a size: the one asked for, or the published one."""
        return self.classifier or ("mnist_cnn" if image_shape[0] < _SMALL else "resnet50")

    def record(self, classifier: str | None) -> dict[str, Any]:
        """Returns what the numbers depend on besides the model, as `results.json` has it.

        Args:
            classifier: the one that is used; None where the data has no labels.
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
        run: its folder, for the error.

    Raises:
        UsageError: if a value of the record cannot be.
    """
    found: dict[str, Any] = {}
    try:
        for one in declare.settings_of(EvaluationSettings):
            value = record.get(one.name)
            if one.kind is Path and isinstance(value, str):
                value = path_of(value, f"--{one.flag}")
            if value is not None:
                found[one.name] = value
        settings = EvaluationSettings(**{**found, **given})
        declare.check(settings)
    except UsageError as error:
        raise UsageError(
            f"{run} has a record of its evaluation that cannot be: {error} Give that flag."
        ) from error
    return settings


def weights_digest(weights: Path | None) -> str | None:
    """Returns the SHA-256 of a weights file, hexadecimal; None for no file.

    Raises:
        UsageError: if it cannot be read.
    """
    if weights is None:
        return None
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"--classifier_weights={weights} cannot be read: {error.strerror}; give an existing "
            ".weights.h5 or .keras file."
        ) from error
