"""Imbalanced subsets of labelled images, and the numbers that describe an imbalance."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import plain


def counts_for(
    proportions: np.ndarray | Sequence[float], supply: np.ndarray | Sequence[int]
) -> np.ndarray:
    """Returns the largest class counts in the given proportions that the supply allows.

    The class with the least supply for its proportion is used up; every other count is rounded
    down, but at least 1 (ours).

    Of `proportions`, `[classes]` and above 0, only the ratios count; `supply`, `[classes]`, is how
    many images there are, 1 or more. The counts, int64 `[classes]`, are between 1 and the supply.

    Raises:
        ValueError: if the two differ in length or hold values out of range.
    """
    shares = np.asarray(proportions, np.float64)
    available = np.asarray(supply, np.int64)
    if not (
        shares.shape == available.shape == (shares.size,)
        and shares.size
        and np.isfinite(shares).all()
        and min(shares) > 0
        and min(available) >= 1
    ):
        raise ValueError(
            "proportions and supply must be lists of one length, finite and above 0, and 1 or "
            f"more. Received: {shares.tolist()} and {available.tolist()}"
        )
    total = np.min(available / shares)
    # supply / p * p may fall just short of a whole number in floating point.
    counts = np.floor(shares * total + 1e-6).astype(np.int64)
    return np.clip(counts, 1, available)


def draw_imbalanced(
    data: LabelledImages, counts: np.ndarray | Sequence[int], seed: int
) -> LabelledImages:
    """Draws a subset with exactly these class counts, without replacement.

    The draw is a function of (data, counts, seed). A class's draw does not depend on the other
    classes' counts, and the result is shuffled, so the order tells nothing about the class.

    Raises:
        UsageError: if a class has fewer images than asked for.
        ValueError: if the data has no labels or `counts` is not one number per class.
    """
    supply = data.class_counts
    wanted = np.asarray(counts, np.int64)
    if data.labels is None or supply is None or wanted.shape != supply.shape:
        raise ValueError(
            f"counts must be one number for each of the {len(data.class_names)} classes of "
            f"labelled images. Received: {wanted.tolist()}"
        )
    for name, count, available in zip(data.class_names, wanted, supply, strict=True):
        if count > available:
            raise UsageError(
                f"this split needs {count} images of class {name} but the data has {available}; "
                "check that the data set's files are complete or choose another --split."
            )
    picked = [
        np.random.default_rng([seed, label]).choice(
            np.flatnonzero(data.labels == label), count, replace=False
        )
        for label, count in enumerate(wanted)
    ]
    # One more entry than the classes' streams have, so that no class shares the shuffle's stream.
    order = np.random.default_rng([seed, len(wanted), 1]).permutation(np.concatenate(picked))
    return data.take(order)


def expected_false_negatives(counts: np.ndarray | Sequence[float]) -> float:
    """Returns the expected share of negative pairs whose two images have one class, in (0, 1].

    That is `sum p_k^2` (published: 0.119 +- 0.008 over MNIST's 50 splits), of images per class or
    proportions, `[classes]`.
    """
    shares = np.asarray(counts, np.float64)
    shares = shares / shares.sum()
    return float(np.sum(shares**2))


def class_table(data: LabelledImages) -> str:
    """Returns a text table of class, proportion and images, and the false-negative share.

    Without labels it is one line with the number of images.
    """
    counts = data.class_counts
    if counts is None:
        return f"{len(data.images)} images without labels"
    rows = [("class", "proportion", "images")]
    for name, count in [*zip(data.class_names, counts, strict=True), ("total", counts.sum())]:
        rows.append((plain(name), f"{count / counts.sum():.4f}", str(count)))
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(
        [
            *(
                f"{name:<{first}}  {share:>{second}}  {count:>{third}}"
                for name, share, count in rows
            ),
            "Expected share of negative pairs that have the same class (false negatives): "
            f"{expected_false_negatives(counts):.4f}.",
        ]
    )
