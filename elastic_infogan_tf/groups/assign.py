"""Real images into groups by Q's codes, batch by batch, and how unlike all others each is."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.decomposition import PCA
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.evaluation.inference import BATCH, Inference
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.quiet_start import progress_bar

SAMPLE = 4000  # images that outliers are known by, and whose transforms are looked at
TRANSFORMS = 2  # of each of those
_NEIGHBOURS = 20  # scikit-learn's own number
_SHARE = 10  # and no more than one image in so many
_LEAST = 3  # different images; fewer have no neighbourhoods to compare
_DIMENSIONS = 32  # of the features that distances are measured in
_SAME = 4  # decimals, of features of length 1, in which images that count once agree


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
    sample = np.sort(np.random.default_rng(seed).permutation(count)[:SAMPLE])
    others = np.setdiff1d(np.arange(count), sample, assume_unique=True)
    likeliest, features, transform_groups = [], [], []
    with progress_bar(count, "image", desc="sorting") as bar:
        for number, batch in enumerate(_batches(images, sample)):
            encoded = inference.encode(batch)
            likeliest.append(_two_likeliest(join(encoded.logits, groups)))
            features.append(encoded.features)
            repeated = np.repeat(batch, TRANSFORMS, axis=0)
            transforms = augment(repeated, augmentation, [seed, number]).numpy()
            transform_groups.append(join(inference.encode(transforms).logits, groups).argmax(1))
            bar.update(len(batch))
        outliers = OutlierScores(np.concatenate(features), seed)
        del features
        scores = [outliers.own]
        for batch in _batches(images, others):
            encoded = inference.encode(batch)
            likeliest.append(_two_likeliest(join(encoded.logits, groups)))
            scores.append(outliers.of(encoded.features))
            bar.update(len(batch))
    order = np.argsort(np.concatenate([sample, others]))
    first, probabilities, second, second_probabilities = (
        np.concatenate(parts)[order] for parts in zip(*likeliest, strict=True)
    )
    return Sorting(
        first,
        probabilities,
        second,
        second_probabilities,
        np.concatenate(scores)[order].astype(np.float32),
        sample,
        np.concatenate(transform_groups).reshape(-1, TRANSFORMS),
    )


def _batches(images: ImageArray, order: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(order), BATCH):
        yield images[order[start : start + BATCH]]


def _two_likeliest(logits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Returns the first group and its probability, then the second one's, each `[n]`."""
    # Of logits, because probabilities may round to ties.
    groups = np.argsort(-logits, axis=1, kind="stable")[:, :2]
    probabilities = np.take_along_axis(softmax(logits, axis=1), groups, axis=1).astype(np.float32)
    return groups[:, 0], probabilities[:, 0], groups[:, 1], probabilities[:, 1]


class OutlierScores:
    """Scores images by how much thinner they are sown than their neighbours, by cosine.

    Local, so that a rare kind of image is no outlier as long as the sample has more of it than an
    image is compared with: 20, or a tenth of a sample of less than 200. Equal images count once.

    Args:
        features: float `[m, ...]` of a sample, flattened here; the cost is bounded by its size.
        seed: of the projection to fewer dimensions, where there are more than 32.

    Reference:
        Breunig et al., LOF: identifying density-based local outliers, SIGMOD 2000; scikit-learn's
        `LocalOutlierFactor`. Features of length 1, their principal components, and that equal
        images count once are ours.
    """

    def __init__(self, features: np.ndarray, seed: int = 0) -> None:
        self._count = len(features)
        self._factor = None
        if self._count < _LEAST:
            return
        flat = features.reshape(self._count, -1)
        components = PCA(min(_DIMENSIONS, *flat.shape), random_state=seed)
        with np.errstate(invalid="ignore"):  # shares of no variance, where all images are equal
            self._project = make_pipeline(Normalizer(), components).fit(flat)
        points, self._which = np.unique(self._points(features), axis=0, return_inverse=True)
        if len(points) >= _LEAST:
            neighbours = min(_NEIGHBOURS, max(2, len(points) // _SHARE))
            self._factor = LocalOutlierFactor(neighbours, novelty=True).fit(points)

    @property
    def own(self) -> np.ndarray:
        """Scores of the sample itself, float64 `[m]`: about 1 is usual, more is not."""
        if self._factor is None:
            return np.ones(self._count)
        return -self._factor.negative_outlier_factor_[self._which.ravel()]

    def of(self, features: np.ndarray) -> np.ndarray:
        """Returns the scores of images that are not in the sample, float64 `[n]`.

        Args:
            features: float `[n, ...]`, as of the sample.
        """
        if self._factor is None or not len(features):
            return np.ones(len(features))
        return -self._factor.score_samples(self._points(features))

    def _points(self, features: np.ndarray) -> np.ndarray:
        flat = features.reshape(len(features), -1)
        return np.round(self._project.transform(flat), _SAME)
