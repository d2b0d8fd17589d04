"""Groups without learning, to compare with: colours, and principal components of pixels (ours)."""

from collections.abc import Callable

import numpy as np
from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin

from elastic_infogan_tf.clustering.cluster import cluster, no_progress

_SIZE = 5_000  # images at most that are linked, or that components are of: Ward takes n^2 memory
_COMPONENTS = 50  # of pixels
_BINS, _GREY_BINS = 6, 32  # of a colour's histogram, along each channel; of grey levels


def baselines(
    images: np.ndarray,
    num_clusters: int,
    seed: int = 0,
    *,
    progress: Callable[[str], None] = no_progress,
) -> dict[str, np.ndarray]:
    """Returns groups by name of the baseline, int64 `[n]` in `[0, K)` each.

    Args:
        images: uint8 `[n, h, w, 1 or 3]`.
        num_clusters: K, 1 to n.
        seed: of samples and cuts.
        progress: called with a few words in between; it may raise, to stop.

    Raises:
        UsageError: if fewer images differ than there are clusters.
    """
    progress("baselines: colours")
    rows = np.random.default_rng(seed).permutation(len(images))[:_SIZE]
    groups = {"colours and Ward": _ward(colour_histograms(images), rows, num_clusters)}
    flat = images.reshape(len(images), -1)
    count = min(_COMPONENTS, len(rows), flat.shape[1])
    components = PCA(count, random_state=seed).fit(flat[rows].astype(np.float32))
    parts = np.array_split(flat, max(1, len(flat) // _SIZE))
    pixels = np.concatenate([components.transform(part.astype(np.float32)) for part in parts])
    progress("baselines: pixels")
    means = MiniBatchKMeans(num_clusters, n_init=10, random_state=seed).fit_predict(pixels)
    groups["pixels and k-means"] = means.astype(np.int64)
    groups["pixels and graph"] = cluster(pixels, num_clusters, seed).labels
    return groups


def colour_histograms(images: np.ndarray) -> np.ndarray:
    """Returns how often each colour is in each image, float32 `[n, bins]`, roots of shares.

    Args:
        images: uint8 `[n, h, w, 1 or 3]`.
    """
    channels = images.shape[-1]
    bins = _GREY_BINS if channels == 1 else _BINS
    counts = np.empty((len(images), bins**channels), np.float32)
    for row, image in enumerate(images):
        levels = image.reshape(-1, channels).astype(np.int64) * bins // 256
        colours = levels @ (bins ** np.arange(channels))
        counts[row] = np.bincount(colours, minlength=bins**channels)
    return np.sqrt(counts / counts.sum(axis=1, keepdims=True))


def _ward(features: np.ndarray, rows: np.ndarray, num_clusters: int) -> np.ndarray:
    """Links some images by Ward's criterion; the others get the nearest mean."""
    labels = AgglomerativeClustering(num_clusters).fit_predict(features[rows])
    means = np.stack(
        [features[rows][labels == group].mean(axis=0) for group in range(num_clusters)]
    )
    everyone = pairwise_distances_argmin(features, means)
    everyone[rows] = labels
    return everyone
