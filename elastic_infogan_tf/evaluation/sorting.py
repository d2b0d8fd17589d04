"""Real images into groups by Q's codes, batch by batch: each is read once and not kept."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.special import logsumexp, softmax

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.data.files.picture import BadImageError
from elastic_infogan_tf.data.files.streaming import ImageArray, StreamedImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import BATCH, Inference
from elastic_infogan_tf.evaluation.measures.outliers import OutlierScores
from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.settings.transforms import Augmentation

SAMPLE = 4000  # images that outliers are known by, and whose transforms are looked at
TRANSFORMS = 2  # of each of those

_Read = tuple[np.ndarray, np.ndarray, list[BadImageError]]


@dataclasses.dataclass(frozen=True, eq=False)
class Sorting:
    """Which group images belong to.

    Attributes:
        rows: int64 `[n]`, ascending: which of the images that were given these are; the others
            cannot be read.
        groups: int64 `[n]` in [0, G), the likeliest ones.
        probabilities: float32 `[n]`, theirs.
        second_groups: int64 `[n]`, the likeliest ones but for those.
        second_probabilities: float32 `[n]`, theirs.
        outlier_scores: float32 `[n]`, about 1 for usual images (`OutlierScores`).
        sample: int64 `[m]`, which of the n images transforms were made of.
        transform_groups: int64 `[m, TRANSFORMS]`, the groups of the transforms.
        errors: of the images that cannot be read.
    """

    rows: np.ndarray
    groups: np.ndarray
    probabilities: np.ndarray
    second_groups: np.ndarray
    second_probabilities: np.ndarray
    outlier_scores: np.ndarray
    sample: np.ndarray
    transform_groups: np.ndarray
    errors: tuple[BadImageError, ...]

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
        images: uint8 `[n, h, w, c]`, n is 1 or more, in memory or in files.
        augmentation: the identity-preserving transforms that the model learned with.
        groups: int `[K]`, the group of each code; there are two or more.
        seed: of sample and transforms.

    Raises:
        UsageError: if none of the images can be read.
    """
    count = len(images)
    found = np.zeros(count, _ROW)
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(count)[:SAMPLE])
    others = np.setdiff1d(np.arange(count), sample, assume_unique=True)
    errors: list[BadImageError] = []
    features: list[np.ndarray] = []
    of_transforms: list[np.ndarray] = []
    seen: list[np.ndarray] = []
    with progress_bar(count, "image", desc="sorting") as bar:
        for pixels, rows, bad in _batches(images, sample):
            errors += bad
            if len(rows):
                features.append(_fill(found, rows, inference, pixels, groups))
                drawn = _transform_groups(
                    inference, pixels, augmentation, groups, [seed, len(seen)]
                )
                of_transforms.append(drawn)
                seen.append(rows)
            bar.update(len(rows) + len(bad))
        if not seen:
            raise UsageError(f"none of {len(sample)} images can be read; the first: {errors[0]}")
        scores = OutlierScores(np.concatenate(features), seed)
        del features
        found["outlier_score"][np.concatenate(seen)] = scores.own
        for pixels, rows, bad in _batches(images, others):
            errors += bad
            if len(rows):
                new = _fill(found, rows, inference, pixels, groups)
                found["outlier_score"][rows] = scores.of(new)
            bar.update(len(rows) + len(bad))
    return _sorting(found, np.concatenate(seen), np.concatenate(of_transforms), errors)


_ROW = np.dtype(
    [
        ("is_read", bool),
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
    found["is_read"][rows] = True
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


def _batches(images: ImageArray, order: np.ndarray) -> Iterator[_Read]:
    """Yields images in an order, those that can be read; the next ones are read meanwhile."""
    parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    with ThreadPoolExecutor(1, "read ahead") as ahead:
        waiting = [ahead.submit(_read, images, part) for part in parts[:1]]
        for part in parts[1:]:
            done = waiting.pop().result()
            waiting.append(ahead.submit(_read, images, part))
            yield done
        yield from (one.result() for one in waiting)


def _read(images: ImageArray, rows: np.ndarray) -> _Read:
    if isinstance(images, StreamedImages):
        return images.read_good(rows)
    return images[rows], rows, []


def _sorting(
    found: np.ndarray,
    sample: np.ndarray,
    transform_groups: np.ndarray,
    errors: list[BadImageError],
) -> Sorting:
    """Leaves out the images that were not read."""
    rows = np.flatnonzero(found["is_read"])
    kept = found[rows]
    return Sorting(
        rows,
        kept["group"],
        kept["probability"],
        kept["second_group"],
        kept["second_probability"],
        kept["outlier_score"],
        np.searchsorted(rows, sample),
        transform_groups,
        tuple(errors),
    )
