"""Real images into groups by Q's codes, batch by batch."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy.special import logsumexp, softmax

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.evaluation.inference import BATCH, Inference
from elastic_infogan_tf.groups.outliers import OutlierScores
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.quiet_start import progress_bar

SAMPLE = 4000  # images that outliers are known by, and whose transforms are looked at
TRANSFORMS = 2  # of each of those


@dataclasses.dataclass(frozen=True, eq=False)
class Sorting:
    """Which group images belong to.

    Attributes:
        groups: int64 `[n]` in [0, G), the likeliest ones.
        probabilities: float32 `[n]`, theirs.
        second_groups: int64 `[n]`, the likeliest ones but for those.
        second_probabilities: float32 `[n]`, theirs.
        outlier_scores: float32 `[n]`, about 1 for usual images (`OutlierScores`).
        sample: int64 `[m]`, which of the n images transforms were made of.
        transform_groups: int64 `[m, TRANSFORMS]`, the groups of the transforms.
    """

    groups: np.ndarray
    probabilities: np.ndarray
    second_groups: np.ndarray
    second_probabilities: np.ndarray
    outlier_scores: np.ndarray
    sample: np.ndarray
    transform_groups: np.ndarray

    @property
    def margins(self) -> np.ndarray:
        """How much likelier the first group is than the second, float32 `[n]` in [0, 1]."""
        return self.probabilities - self.second_probabilities


def join(logits: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Returns the logits of groups of codes: a group's probability is the sum of its codes'.

    Args:
        logits: float `[n, K]`, of codes.
        groups: int `[K]`, the group of each code; of G groups each has a code.

    Returns:
        float64 `[n, G]`.
    """
    wide = logits.astype(np.float64)
    columns = [logsumexp(wide[:, groups == group], axis=1) for group in range(groups.max() + 1)]
    return np.stack(columns, axis=1)


def sort_images(
    inference: Inference,
    images: ImageArray,
    augmentation: Augmentation,
    groups: np.ndarray,
    seed: int = 0,
) -> Sorting:
    """Finds the group of every image, with a progress bar on stderr.

    A random sample is read first. Outliers are known by its features, and the run's own transforms
    are made of it. What is kept of each image are a few numbers, so that the memory hardly depends
    on how many there are.

    Args:
        inference: the model, compiled.
        images: uint8 `[n, h, w, c]`, n is 1 or more.
        augmentation: the identity-preserving transforms that the model learned with.
        groups: int `[K]`, the group of each code; there are two or more.
        seed: of sample and transforms.
    """
    count = len(images)
    found = np.zeros(count, _ROW)
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(count)[:SAMPLE])
    others = np.setdiff1d(np.arange(count), sample, assume_unique=True)
    features: list[np.ndarray] = []
    of_transforms: list[np.ndarray] = []
    with progress_bar(count, "image", desc="sorting") as bar:
        for number, (pixels, rows) in enumerate(_batches(images, sample)):
            features.append(_fill(found, rows, inference, pixels, groups))
            of_transforms.append(
                _transform_groups(inference, pixels, augmentation, groups, [seed, number])
            )
            bar.update(len(rows))
        scores = OutlierScores(np.concatenate(features), seed)
        del features
        found["outlier_score"][sample] = scores.own
        for pixels, rows in _batches(images, others):
            found["outlier_score"][rows] = scores.of(_fill(found, rows, inference, pixels, groups))
            bar.update(len(rows))
    return Sorting(
        found["group"],
        found["probability"],
        found["second_group"],
        found["second_probability"],
        found["outlier_score"],
        sample,
        np.concatenate(of_transforms),
    )


_ROW = np.dtype(
    [
        ("group", np.int64),
        ("probability", np.float32),
        ("second_group", np.int64),
        ("second_probability", np.float32),
        ("outlier_score", np.float32),
    ]
)


def _fill(
    found: np.ndarray,
    rows: np.ndarray,
    inference: Inference,
    pixels: np.ndarray,
    groups: np.ndarray,
) -> np.ndarray:
    """Notes the groups of some images and returns their features."""
    encoded = inference.encode(pixels)
    logits = join(encoded.logits, groups)
    probabilities = softmax(logits, axis=1)
    every = np.arange(len(rows))
    first = logits.argmax(axis=1)  # probabilities may round to ties
    logits[every, first] = -np.inf
    second = logits.argmax(axis=1)
    found["group"][rows], found["second_group"][rows] = first, second
    found["probability"][rows] = probabilities[every, first]
    found["second_probability"][rows] = probabilities[every, second]
    return encoded.features


def _transform_groups(
    inference: Inference,
    pixels: np.ndarray,
    augmentation: Augmentation,
    groups: np.ndarray,
    seed: list[int],
) -> np.ndarray:
    """Returns the groups of transforms of some images, int64 `[m, TRANSFORMS]`."""
    repeated = np.repeat(pixels, TRANSFORMS, axis=0)
    moved = augment(repeated, augmentation, seed).numpy()
    found = join(inference.encode(moved).logits, groups).argmax(axis=1)
    return found.reshape(len(pixels), TRANSFORMS)


def _batches(images: ImageArray, order: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields images in an order, and which they are."""
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        yield images[rows], rows
