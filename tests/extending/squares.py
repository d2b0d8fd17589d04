"""An example data set: grey squares of three sizes on black, as docs/extending.md says."""

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings import transforms
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DataSet

ROW = DataSet(
    loader="tests.extending.squares",
    networks="infogan",
    image_shape=(28, 28, 1),
    num_classes=3,
    augmentation=transforms.DIGITS,
    preset={"noise_dim": 4, "batch_size": 10, "epochs": 1, "contrastive_temperature": 0.5},
)
NAMES = ("small", "middling", "large")


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Draws twenty squares of each size, at random places."""
    del files
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(NAMES)), 20)
    images = np.zeros((len(labels), *settings.image_shape), np.uint8)
    for image, label in zip(images, labels, strict=True):
        side, (top, left) = 4 + 5 * label, rng.integers(0, 14, 2)
        image[top : top + side, left : left + side] = 200
    return LabelledImages(images, labels, NAMES, "drawn")
