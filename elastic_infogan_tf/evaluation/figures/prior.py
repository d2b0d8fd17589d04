"""The prior beside the truth, while it is not known which code stands for which class."""

import numpy as np

from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.figures.subject import Subject


def draw(subject: Subject) -> bytes:
    """Draws a model's prior."""
    evidence = subject.evidence
    return prior_chart(evidence.probabilities, evidence.true_proportions, subject.title)


def prior_chart(learned: np.ndarray, true: np.ndarray | None, title: str) -> bytes:
    """Draws the prior beside the true class proportions, each sorted from the largest down.

    Which code stands for which class is not known while training, so the k-th largest of the one
    stands beside the k-th largest of the other.

    Args:
        learned: float `[K]`, the prior.
        true: float `[classes]`, or None where the data has no labels.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    with style.figure(7, 3.5) as figure:
        axes = figure.add_subplot()
        rank = np.arange(len(learned))
        axes.bar(rank - 0.2, np.sort(learned)[::-1], width=0.4, label="prior over codes")
        if true is not None:
            place = np.arange(len(true))
            axes.bar(place + 0.2, np.sort(true)[::-1], width=0.4, label="true class proportions")
        axes.axhline(1 / len(learned), color="gray", linewidth=0.8, linestyle=":", label="uniform")
        axes.set_xticks(rank, [str(1 + place) for place in rank])
        axes.set_xlabel("rank, largest first")
        axes.set_ylabel("probability")
        axes.set_title(style.heading(title, 6), fontsize=9)
        axes.legend()
        return style.to_png(figure, dpi=120)
