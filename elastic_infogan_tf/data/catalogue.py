"""From a configuration to its images: the row's loader, and the imbalance of the split."""

import importlib
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from elastic_infogan_tf.data import imbalance, published_splits
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, data_set


def load(config: Config, files: DataFiles) -> LabelledImages:
    """Loads the training set of a run, imbalanced as its split or `class_proportions` say.

    Raises:
        UsageError: if the data cannot be found or read, or is too small for the split.
    """
    return draw(config, load_full(config, files))


def load_full(config: Config, files: DataFiles) -> LabelledImages:
    """Loads all labelled images of the run's classes, before the imbalanced draw.

    Raises:
        UsageError: if the data cannot be found or read, or has no such source.
    """
    data, row = config.data, data_set(config.data.dataset)
    if data.source == "builtin" and not row.has_builtin:
        built_in = ", ".join(name for name, other in DATA_SETS.items() if other.has_builtin)
        raise UsageError(
            f"--source=builtin does not fit --dataset={data.dataset}: only the {built_in} are "
            "built in; leave --source out, or use --dataset=digits for a run without files."
        )
    images = loader(row.loader).from_settings(data, files)
    if data.bursts is not None and images.bursts is None:
        raise UsageError(
            f"--bursts={data.bursts} does not fit --dataset={data.dataset}: only images of your "
            "own have them (image_folder, npz); leave it out."
        )
    return images


def loader(name: str) -> ModuleType:
    """Returns a row's module: one of `data.sets`, or anyone's by its full name."""
    return importlib.import_module(name if "." in name else f"{__package__}.sets.{name}")


def draw(config: Config, data: LabelledImages) -> LabelledImages:
    """Draws the training set of a run from all of its images.

    It is a function of the images, those of `load_full`, and the split, proportions and seed. The
    images are shuffled; without labels all of them are kept, in their order.

    Raises:
        UsageError: if the data is too small for the split, or does not fit the proportions.
    """
    if data.labels is None:
        if config.data.class_proportions:
            raise UsageError(
                "--class_proportions needs labels, and these images have none; sort them into a "
                "folder for each class or leave it out."
            )
        return data
    return imbalance.draw_imbalanced(data, _counts(config.data, data), config.schedule.seed)


def _counts(settings: DataSettings, data: LabelledImages) -> np.ndarray:
    """Returns the images to keep of each class, int64 `[classes]`."""
    supply = data.class_counts
    shares: Sequence[float] | np.ndarray = settings.class_proportions
    kind = "given" if settings.class_proportions else "published"
    if kind == "published":
        if not data_set(settings.dataset).splits:
            return supply
        official = published_splits.counts(settings.dataset, settings.split)
        if official and not settings.class_ids:
            return np.asarray(official, np.int64)
        shares = published_splits.proportions(settings.dataset, settings.split)
    if len(shares) != len(supply):
        raise UsageError(
            f"the {kind} proportions are {len(shares)}, and the data has {len(supply)} classes; "
            "give --class_proportions a number for each of them."
        )
    return imbalance.counts_for(shares, supply)
