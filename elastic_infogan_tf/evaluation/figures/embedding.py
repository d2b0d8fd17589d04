"""Features in two dimensions, to look at."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

_FEWEST_FOR_TSNE = 20
_PERPLEXITY = 30.0


def embed(features: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    """Maps features to the plane: by t-SNE, or by PCA where t-SNE has too little to work on.

    Args:
        features: float `[n, d]`, n is 1 or more.
        seed: of t-SNE.

    Returns:
        float `[n, 2]` and the method's name.
    """
    rows = np.asarray(features, np.float64)
    distinct = len(np.unique(rows, axis=0))
    if distinct == 1:
        return np.zeros((len(rows), 2)), "PCA"
    if distinct < _FEWEST_FOR_TSNE or rows.shape[1] < 2:
        points = PCA(min(2, *rows.shape), svd_solver="full").fit_transform(rows)
        return np.pad(points, ((0, 0), (0, 2 - points.shape[1]))), "PCA"
    # t-SNE works in float32, where squares of very small or large distances are 0 or infinite:
    # it would crash or put all points in one place. The map does not depend on the scale.
    rows = rows - rows.mean(axis=0)
    rows /= np.abs(rows).max()
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", random_state=seed)
    return tsne.fit_transform(rows).astype(np.float64), "t-SNE"
