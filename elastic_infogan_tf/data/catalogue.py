"""From a configuration to its images: which loader, which class proportions."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data import imbalance, published_splits
from elastic_infogan_tf.data.files.cache import cached, identity_of
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import (
    cars,
    chairs,
    digits,
    image_folder,
    mnist,
    npz,
    shapenet,
    tfds_images,
    youtube_faces,
)
from elastic_infogan_tf.data.sets.original_layouts import data_set_folder
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import TFDS_PREFIX, Config

# Folder inside --data_dir of data sets that were decoded once.
CACHE_FOLDER = "decoded"
_AS_THEY_COME = ("youtube_faces", "image_folder", "npz")


def load(config: Config, data_dir: Path | None) -> LabelledImages:
    """Loads the training set of a run, imbalanced as its split or `class_proportions` say.

    It is a function of the data set's files and the config's data set, classes, split, source and
    seed (the seed of the draw).

    Args:
        config: of the run.
        data_dir: folder with the data sets under their original names; for `image_folder` the
            pictures themselves, for `npz` the file; or None.

    Returns:
        The images that the split keeps, shuffled, with their labels.

    Raises:
        UsageError: if the data cannot be found or read, or is too small for the split.
    """
    data = load_full(config, data_dir)
    if data.labels is None:
        if config.class_proportions:
            raise UsageError(
                "--class_proportions needs labels, and these images have none; sort them into a "
                "folder for each class or leave it out."
            )
        return data
    return imbalance.draw_imbalanced(data, _counts(config, data), config.seed)


def load_full(config: Config, data_dir: Path | None) -> LabelledImages:
    """Loads all labelled images of the run's classes, before the imbalanced draw.

    Args:
        config: of the run; split, proportions and seed do not count.
        data_dir: as for `load`.

    Raises:
        UsageError: if the data cannot be found or read, or has no such source.
    """
    if config.source == "builtin" and config.dataset != "cars":
        raise UsageError(
            f"--source=builtin does not fit --dataset={config.dataset}: only the cars are built "
            "in; leave --source out, or use --dataset=digits for a run without files."
        )
    if config.dataset.startswith(TFDS_PREFIX):
        name = config.dataset.removeprefix(TFDS_PREFIX)
        return tfds_images.load(name, data_dir, config.image_shape)
    return _LOADERS[config.dataset](config, data_dir)


def _mnist(config: Config, data_dir: Path | None) -> LabelledImages:
    return _only(mnist.load(data_dir), config.class_ids)


def _digits(config: Config, data_dir: Path | None) -> LabelledImages:
    if config.source == "original":
        raise UsageError(
            "--source=original does not fit --dataset=digits: the digits come with scikit-learn "
            "only; leave --source out."
        )
    return _only(digits.load(), config.class_ids)


def _cars(config: Config, data_dir: Path | None) -> LabelledImages:
    return cars.load(data_dir, config.class_set, config.source, config.class_ids)


def _chairs(config: Config, data_dir: Path | None) -> LabelledImages:
    ids = config.class_ids or published_splits.CHAIRS_CLASS_SETS[config.class_set - 1]
    return _decoded_once(
        config, data_dir, ids, lambda: chairs.load(data_dir, ids, config.skip_bad_images)
    )


def _shapenet(config: Config, data_dir: Path | None) -> LabelledImages:
    ids = config.class_ids or shapenet.DEFAULT_SYNSETS
    return _decoded_once(
        config, data_dir, ids, lambda: shapenet.load(data_dir, ids, config.skip_bad_images)
    )


def _youtube_faces(config: Config, data_dir: Path | None) -> LabelledImages:
    ids, count = config.class_ids, config.num_classes
    return _decoded_once(
        config,
        data_dir,
        ids or (str(count),),
        lambda: youtube_faces.load(
            data_dir, count, ids, config.image_shape[0], config.skip_bad_images
        ),
    )


def _image_folder(config: Config, data_dir: Path | None) -> LabelledImages:
    if data_dir is None:
        raise UsageError("--dataset=image_folder needs --data_dir: the folder with the pictures.")
    return image_folder.load(data_dir, config.image_shape, config.skip_bad_images, config.stream)


def _npz(config: Config, data_dir: Path | None) -> LabelledImages:
    if data_dir is None:
        raise UsageError("--dataset=npz needs --data_dir: the .npz file with the images.")
    return npz.load(data_dir, config.image_shape)


_LOADERS: dict[str, Callable[[Config, Path | None], LabelledImages]] = {
    "mnist": _mnist,
    "digits": _digits,
    "cars": _cars,
    "chairs": _chairs,
    "shapenet": _shapenet,
    "youtube_faces": _youtube_faces,
    "image_folder": _image_folder,
    "npz": _npz,
}


def _decoded_once(
    config: Config,
    data_dir: Path | None,
    ids: Sequence[str],
    load: Callable[[], LabelledImages],
) -> LabelledImages:
    """Loads a data set of many small files through the cache inside the data folder."""
    folder = data_set_folder(data_dir, config.dataset)
    parts = {
        "dataset": config.dataset,
        "ids": list(ids),
        "image_shape": list(config.image_shape),
        "skip_bad_images": config.skip_bad_images,
    }
    # Every file below the folder: chairs are numbered by the folders that there are.
    files = identity_of(folder.rglob("*"), folder)
    return cached(data_dir / CACHE_FOLDER, parts, load, files)


def _only(data: LabelledImages, class_ids: Sequence[str]) -> LabelledImages:
    """Returns the images of some classes, by their names, in that order."""
    if not class_ids:
        return data
    missing = [one for one in class_ids if one not in data.class_names]
    if missing:
        raise UsageError(
            f"--class_ids names {', '.join(missing)}, and the classes are "
            f"{', '.join(data.class_names)}; choose from those."
        )
    places = [data.class_names.index(one) for one in class_ids]
    chosen = np.flatnonzero(np.isin(data.labels, places))
    renumbered = np.zeros(len(data.class_names), np.int64)
    renumbered[places] = np.arange(len(places))
    return dataclasses.replace(
        data,
        images=data.images[chosen],
        labels=renumbered[data.labels[chosen]],
        class_names=tuple(class_ids),
    )


def _counts(config: Config, data: LabelledImages) -> np.ndarray:
    """Returns the images to keep of each class, int64 `[classes]`."""
    supply, shares = data.class_counts, config.class_proportions
    if shares and len(shares) != len(supply):
        raise UsageError(
            f"--class_proportions must be {len(supply)} numbers, one for each class of the data. "
            f"Received: {len(shares)}"
        )
    if shares:
        return imbalance.counts_for(shares, supply)
    if config.dataset in _AS_THEY_COME or config.dataset.startswith(TFDS_PREFIX):
        return supply
    published = published_splits.proportions(config.dataset, config.split)
    if len(published) != len(supply):
        raise UsageError(
            f"the published splits have {len(published)} classes, and there are {len(supply)}; "
            "give --class_proportions for them."
        )
    if config.dataset == "mnist" and not config.class_ids:
        # The published counts themselves: they use up no digit, so `counts_for` would give more.
        return np.asarray(published_splits.MNIST_SPLIT_COUNTS[config.split - 1], np.int64)
    return imbalance.counts_for(published, supply)
