"""How a run is evaluated."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError

_SMALL = 32  # pixels; smaller images get MNIST's classifier


@dataclasses.dataclass(frozen=True)
class EvaluationOptions:
    """How a run is evaluated; none of it changes the training.

    Attributes:
        cache_dir: folder of what is kept between runs, here the classifiers.
        classifier: one of `evaluation.classifiers.CLASSIFIERS`; None: the image size's.
        classifier_weights: weights the classifier starts from, or None.
        images_per_code: generated images of each code (published: 1,000).
        seed: of noise, splits and subsets.
    """

    cache_dir: Path
    classifier: str | None = None
    classifier_weights: Path | None = None
    images_per_code: int = 1000
    seed: int = 0

    def classifier_for(self, image_shape: tuple[int, int, int]) -> str:
        """Returns the classifier of images of a size: the one asked for, or the published one."""
        return self.classifier or ("mnist_cnn" if image_shape[0] < _SMALL else "resnet50")


def settings_of(options: EvaluationOptions, classifier: str | None) -> dict[str, Any]:
    """Returns what an evaluation's numbers depend on besides the model, as `results.json` has it.

    Args:
        options: of the evaluation.
        classifier: the one that is used; None where there are no labels.

    Raises:
        UsageError: if the classifier's weights cannot be read.
    """
    return {
        "images_per_code": options.images_per_code,
        "seed": options.seed,
        "classifier": classifier,
        "classifier_weights": weights_digest(options.classifier_weights) if classifier else None,
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
