"""Data sets of tensorflow-datasets, an optional package."""

from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.files.image import fit
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the data set that stands after the colon (`load`)."""
    name = settings.dataset.partition(":")[2]
    return load(name, files.data_dir, settings.image_shape)


def load(name: str, data_dir: Path | None, image_shape: tuple[int, int, int]) -> LabelledImages:
    """Loads the `train` split of a data set with a feature `image` and, maybe, a `label`.

    tensorflow-datasets downloads and prepares what is not there yet, as it always does.

    Args:
        name: as `tensorflow_datasets.load` takes it.
        data_dir: where it keeps its data; None: its own default.
        image_shape: what the images are fitted to, as `fitting.fit` does.

    Returns:
        The images in the data set's order; labels None where it has none, or not
        for each image; source `tfds` and name.

    Raises:
        UsageError: if the package is not installed, or it cannot load the data set, or that has no
            images.
    """
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
            (fit(np.asarray(row["image"]), image_shape), row.get("label"))
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
    labels, names = _labels(info.features, [label for _, label in rows])
    return LabelledImages(np.stack([image for image, _ in rows]), labels, names, f"tfds {name}")


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


def _labels(features: Any, values: list[Any]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if "label" not in features or not hasattr(features["label"], "names"):
        return None, ()
    labels = np.array(values, np.int64)
    if labels.min() < 0:  # what tensorflow-datasets gives images whose label is not known
        return None, ()
    return labels, tuple(features["label"].names)
