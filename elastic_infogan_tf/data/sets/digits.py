"""scikit-learn's bundled handwritten digits in MNIST's format: a real run without a download."""

import numpy as np
import scipy.ndimage
import sklearn.datasets

from elastic_infogan_tf.data.labelled_images import LabelledImages, choose_classes
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings

_SIDE = 28
_DIGIT_SIDE = 20  # MNIST's digits fill a box of 20x20 pixels in the middle of the image


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the digits that the settings ask for (`load`); a UsageError for original files."""
    del files
    if settings.source == "original":
        raise UsageError(
            "--source=original does not fit --dataset=digits: the digits come with scikit-learn "
            "only; leave --source out."
        )
    return choose_classes(load(), settings.class_ids)


def load() -> LabelledImages:
    """Loads the 1,797 digits, enlarged from 8x8 to fill the middle 20x20 of 28x28 (ours).

    Returns:
        Images `[1797, 28, 28, 1]`, white on a background of 0; digits as labels; source
        `scikit-learn digits`.
    """
    digits = sklearn.datasets.load_digits()
    grey = digits.images * (255.0 / 16.0)  # [1797, 8, 8], given as 0..16
    factor = _DIGIT_SIDE / grey.shape[1]
    large = scipy.ndimage.zoom(
        grey, (1, factor, factor), order=2, mode="grid-constant", grid_mode=True
    )
    # Quadratic splines: linear ones blur thin strokes, cubic ones ring. They overshoot a little.
    pixels = np.clip(np.rint(large), 0, 255).astype(np.uint8)
    margin = (_SIDE - _DIGIT_SIDE) // 2
    images = np.pad(pixels, ((0, 0), (margin, margin), (margin, margin)))[..., np.newaxis]
    return LabelledImages(
        images, digits.target.astype(np.int64), tuple("0123456789"), "scikit-learn digits"
    )
