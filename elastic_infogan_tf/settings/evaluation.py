"""How a run is evaluated; none of it changes the training."""

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.declare import at_least, setting

CLASSIFIERS = ("mnist_cnn", "resnet50", "small_cnn")
_setting = functools.partial(setting, group="Evaluation")

_SMALL = 32  # pixels; smaller images get MNIST's classifier


@dataclasses.dataclass(frozen=True)
class EvaluationSettings:
    """What is generated and who judges it."""

    images_per_code: int = _setting(
        1000, help="generated images of each code (published: 1,000)", bounds=at_least(1)
    )
    seed: int = _setting(
        0, help="of noise, splits and subsets", flag="evaluation_seed", bounds=at_least(0)
    )
    classifier: str | None = _setting(
        None,
        help="the evaluation's classifier; default: mnist_cnn for 28x28 images, else resnet50; "
        "small_cnn is for quick runs on a CPU",
        choices=CLASSIFIERS,
    )
    classifier_weights: Path | None = _setting(
        None, help="weights file that the classifier starts from"
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
            "seed": self.seed,
            "classifier": classifier,
            "classifier_weights": weights_digest(weights),
        }


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
