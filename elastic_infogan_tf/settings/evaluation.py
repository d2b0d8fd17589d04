"""How a run is evaluated; none of it changes the training."""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.declare import FILE, at_least, setting
from elastic_infogan_tf.utils.files import path_of

CLASSIFIERS = ("mnist_cnn", "resnet50", "small_cnn")
_setting = functools.partial(setting, group="Evaluation")

SEED = 0  # of noise, splits and subsets
_SMALL = 32  # pixels; smaller images get MNIST's classifier


@dataclasses.dataclass(frozen=True)
class EvaluationSettings:
    """What is generated and who judges it."""

    images_per_code: int = _setting(
        1000, help="number of generated images of each code (published: 1,000)", bounds=at_least(1)
    )
    classifier: str | None = _setting(
        None,
        help="classifier that judges generated images (default: mnist_cnn for 28x28 images, else "
        "resnet50); small_cnn is for quick runs on a CPU",
        choices=CLASSIFIERS,
    )
    classifier_weights: Path | None = _setting(
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
