"""How a run is evaluated."""

import dataclasses
from pathlib import Path


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
