"""Data sets of tensorflow-datasets, an optional package."""

from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.fitting import fit
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError


def load(name: str, data_dir: Path | None, image_shape: tuple[int, int, int]) -> LabelledImages:
    """Loads the `train` split of a data set with a feature `image` and, maybe, a `label`.

    tensorflow-datasets downloads and prepares what is not there yet, as it always does.

    Args:
        name: as `tensorflow_datasets.load` takes it.
        data_dir: where it keeps its data; None: its own default.
        image_shape: what the images are fitted to, as `fitting.fit` does.

    Returns:
        The images in the data set's order; labels None where it has none; source `tfds` and name.

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
        features = info.features
        if "image" not in features:
            raise UsageError(
                f"tfds:{name} has the features {', '.join(features)} and no image; choose a data "
                "set of images."
            )
        rows = list(tfds.as_numpy(dataset))
    except UsageError:
        raise
    except Exception as error:  # its builders fail in many ways: network, disk, names, versions
        raise UsageError(
            f"tensorflow-datasets cannot load {name} ({type(error).__name__}: "
            f"{str(error).strip().splitlines()[0]}); check the name, or prepare it with its own "
            "tools first."
        ) from error
    images = np.stack([fit(np.asarray(row["image"], np.uint8), image_shape) for row in rows])
    labels, names = _labels(features, rows)
    return LabelledImages(images, labels, names, f"tfds {name}")


def _labels(features: Any, rows: list[dict[str, Any]]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if "label" not in features or not hasattr(features["label"], "names"):
        return None, ()
    return np.array([row["label"] for row in rows], np.int64), tuple(features["label"].names)
