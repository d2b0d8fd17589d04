"""From a configuration to its images: which loader, which class proportions."""

from pathlib import Path

import numpy as np

from elastic_infogan_tf.config import Config
from elastic_infogan_tf.data import cars, digits, imbalance, mnist, published_splits
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError


def load(config: Config, data_dir: Path | None) -> LabelledImages:
    """Loads the imbalanced training set of a run.

    It is a function of the data set's files and the config's `dataset`, `class_set`, `split`,
    `source` and `seed` (the seed of the draw).

    Args:
        config: of the run.
        data_dir: folder with the data sets under their original names, or None.

    Returns:
        The images that the split keeps, shuffled, with their labels.

    Raises:
        UsageError: if the data cannot be found or read, or is too small for the split.
    """
    data = load_full(config, data_dir)
    return imbalance.draw_imbalanced(data, _counts(config, data), config.seed)


def load_full(config: Config, data_dir: Path | None) -> LabelledImages:
    """Loads all labelled images of the run's classes, before the imbalanced draw.

    Args:
        config: of the run; only `dataset`, `class_set` and `source` count.
        data_dir: folder with the data sets under their original names, or None.

    Raises:
        UsageError: if the data cannot be found or read, or has no such source.
    """
    if config.dataset == "cars":
        return cars.load(data_dir, config.class_set, config.source)
    if config.dataset == "mnist":
        _refuse(config, "builtin", "MNIST is not built in; use --dataset=digits to run without it")
        return mnist.load(data_dir)
    if config.dataset == "digits":
        _refuse(config, "original", "the digits come with scikit-learn only; leave --source out")
        return digits.load()
    raise UsageError(
        f"--dataset={config.dataset} has no loader; choose one of cars, digits, mnist."
    )


def _refuse(config: Config, source: str, reason: str) -> None:
    if config.source == source:
        raise UsageError(f"--source={source} does not fit --dataset={config.dataset}: {reason}.")


def _counts(config: Config, data: LabelledImages) -> np.ndarray:
    """Returns the images to keep of each class, int64 `[classes]`."""
    if config.dataset == "mnist":
        # The published counts themselves: they use up no digit, so `counts_for` would give more.
        return np.asarray(published_splits.MNIST_SPLIT_COUNTS[config.split - 1], np.int64)
    shares = published_splits.proportions(config.dataset, config.split)
    return imbalance.counts_for(shares, data.class_counts)
