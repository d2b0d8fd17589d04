"""Data sets of tensorflow-datasets, an optional package."""

from typing import Any

import numpy as np

from elastic_infogan_tf.data.files.image import fit
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the `train` split of the data set after the colon, with a feature `image`.

    tensorflow-datasets downloads and prepares what is not there yet, as it always does; without
    `data_dir` it keeps its data where it does by default. The images become squares (`fit`).

    Returns:
        The images in the data set's order; labels None where it has no feature `label`, or not
        for each image; source `tfds` and name.

    Raises:
        UsageError: if the package is not installed, or it cannot load the data set, or that has no
            images.
    """
    name, data_dir = settings.dataset.partition(":")[2], files.data_dir
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise UsageError(
            f"--dataset=tfds:{name} needs tensorflow-datasets, which is not installed; install it "
            "with `pip install tensorflow-datasets importlib_resources`."
        ) from error
    try:
        dataset, info = tfds.load(
            name,
            split="train",
            data_dir=None if data_dir is None else str(data_dir),
            with_info=True,
            shuffle_files=False,
        )
        _check(name, info.features)
        # Fitted one by one: the images may be much larger than what is kept of them.
        rows = [
            (fit(np.asarray(row["image"]), settings.image_shape), row.get("label", -1))
            for row in tfds.as_numpy(dataset)
        ]
    except UsageError:
        raise
    except Exception as error:  # its builders fail in many ways: network, disk, names, versions
        raise UsageError(
            f"tensorflow-datasets cannot load {name} ({type(error).__name__}: "
            f"{str(error).strip().splitlines()[0]}); check the name, or prepare it with its own "
            "tools first."
        ) from error
    images, source = np.stack([image for image, _ in rows]), f"tfds {name}"
    names = getattr(info.features["label"], "names", None) if "label" in info.features else None
    labels = [label for _, label in rows]
    if names is None or min(labels) < 0:  # what an image has whose label is not known
        return LabelledImages(images, None, (), source)
    return LabelledImages(images, np.array(labels, np.int64), tuple(names), source)


def _check(name: str, features: Any) -> None:
    if "image" not in features:
        raise UsageError(
            f"tfds:{name} has the features {', '.join(features)} and no image; choose a data set "
            "of images."
        )
    shape, dtype = features["image"].shape, np.dtype(features["image"].np_dtype)
    if dtype != np.uint8 or len(shape) != 3 or shape[2] not in (1, 3):
        raise UsageError(
            f"tfds:{name} has images of {dtype} {list(shape)}, but they must be uint8 [height, "
            "width, 1 or 3]; choose another data set."
        )
