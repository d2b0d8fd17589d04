"""How well codes stand for classes: contingency table, NMI, ENT, matching (published metrics).

A `table` counts images by code and class, int `[K, classes]`, and is not all zero. `matched`, int
`[K]`, is each code's class as `match_codes` returns it.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import entropy
from sklearn.metrics import normalized_mutual_info_score

UNMATCHED = -1

Proportions = np.ndarray | Sequence[float]


def contingency_table(
    codes: np.ndarray, classes: np.ndarray, num_codes: int, num_classes: int
) -> np.ndarray:
    """Counts how often code and class met: int64 `[num_codes, num_classes]`.

    Codes and classes are int `[n]`, in `[0, num_codes)` and `[0, num_classes)`.
    """
    table = np.zeros((num_codes, num_classes), np.int64)
    np.add.at(table, (codes, classes), 1)
    return table


def nmi(table: np.ndarray) -> float:
    """Returns the normalised mutual information of code and class, in [0, 1]; higher is better.

    Arithmetic normalisation, as in scikit-learn (published).
    """
    codes, classes = np.indices(table.shape)
    counts = table.ravel()
    labels = np.repeat(codes.ravel(), counts), np.repeat(classes.ravel(), counts)
    return float(normalized_mutual_info_score(*labels, average_method="arithmetic"))


def ent(table: np.ndarray) -> float:
    """Returns ENT, the mean entropy of all rows and columns, nats (published).

    0 is a one-to-one table, log(classes) a useless one; lower is better. A class that is never
    generated has no column entropy. It is left out, so a collapsed generator has a low ENT too:
    read `missing_classes` beside it. Every code's row must have images.
    """
    rows = entropy(table, axis=1)
    columns = entropy(table[:, table.sum(axis=0) > 0], axis=0)
    return float(np.mean(np.concatenate([rows, columns])))


def missing_classes(table: np.ndarray) -> int:
    """Returns how many classes were never generated."""
    return int(np.sum(table.sum(axis=0) == 0))


def purity(table: np.ndarray) -> float:
    """Returns the share of images that are of the most frequent class of their code, in [0, 1].

    Higher is better; it grows with the number of codes, up to 1 where each image has its own
    (Manning, Raghavan, Schuetze, Introduction to Information Retrieval, 2008, section 16.3).
    """
    return float(table.max(axis=1).sum() / table.sum())


def frequent_classes(table: np.ndarray) -> np.ndarray:
    """Returns each code's most frequent class, int64 `[K]`, which is what a code is called.

    Several codes may have one class, and a class may have none: no code gets a name that few of its
    images are of, as a one-to-one matching may give it. Of equally frequent ones it is the first,
    for a code without an image `UNMATCHED`.
    """
    return np.where(table.any(axis=1), table.argmax(axis=1), UNMATCHED)


def frequent_shares(table: np.ndarray) -> tuple[float | None, ...]:
    """Returns the share of each code's images that are of its most frequent class, in (0, 1].

    None for a code without an image.
    """
    return tuple(float(row.max() / row.sum()) if row.any() else None for row in table)


def match_codes(table: np.ndarray) -> np.ndarray:
    """Returns the one-to-one matching that most images agree with: each code's class, int64 `[K]`.

    `UNMATCHED` for the codes beyond the number of classes.
    """
    matched = np.full(len(table), UNMATCHED, np.int64)
    codes, classes = linear_sum_assignment(table, maximize=True)
    matched[codes] = classes
    return matched


def matched_accuracy(table: np.ndarray) -> float:
    """Returns the share of images whose code is matched to their class, in [0, 1]."""
    matched = match_codes(table)
    codes = np.flatnonzero(matched != UNMATCHED)
    return float(table[codes, matched[codes]].sum() / table.sum())


def total_variation(matched: np.ndarray, prior: Proportions, truth: Proportions) -> float:
    """Returns the total variation of the prior over codes and the true class proportions.

    Half the sum of absolute differences, in [0, 1]. A code without a class stands against a
    proportion of 0, and a class without a code against a probability of 0. The prior is `[K]`, the
    truth `[classes]`; each has the sum 1.
    """
    return float(np.abs(_differences(matched, prior, truth)).sum() / 2)


def prior_rmse(matched: np.ndarray, prior: Proportions, truth: Proportions) -> float:
    """Returns the root mean squared error of the same pairs; see `total_variation`."""
    return float(np.sqrt(np.mean(_differences(matched, prior, truth) ** 2)))


def _differences(matched: np.ndarray, prior: Proportions, truth: Proportions) -> np.ndarray:
    prior, truth = np.asarray(prior, float), np.asarray(truth, float)
    has_class = matched != UNMATCHED
    aligned = np.zeros(len(truth))
    aligned[matched[has_class]] = prior[has_class]
    return np.concatenate([aligned - truth, prior[~has_class]])
