"""How a run is evaluated."""

import dataclasses
import hashlib
from pathlib import Path

from elastic_infogan_tf.errors import UsageError


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
