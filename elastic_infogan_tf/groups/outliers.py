"""How far images are from all others: local outlier factors of features."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer

_NEIGHBOURS = 20  # scikit-learn's own number
_SHARE = 10  # and no more than one image in so many
_LEAST = 3  # different images; fewer have no neighbourhoods to compare
_DIMENSIONS = 32  # of the features that distances are measured in
UNUSUAL = 1.5  # a score from which on an image is shown (ours): half as thin again as around it
_SAME = 4  # decimals, of features of length 1, in which images that count once agree


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
        self._project = _projection(flat, seed)
        with np.errstate(invalid="ignore"):  # shares of no variance, where all images are equal
            self._project.fit(flat)
        points, self._which = np.unique(self._points(flat), axis=0, return_inverse=True)
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
        return -self._factor.score_samples(self._points(features.reshape(len(features), -1)))

    def _points(self, flat: np.ndarray) -> np.ndarray:
        return np.round(self._project.transform(flat), _SAME)


def _projection(flat: np.ndarray, seed: int) -> Pipeline:
    dimensions = min(_DIMENSIONS, *flat.shape)
    return make_pipeline(Normalizer(), PCA(dimensions, random_state=seed))
