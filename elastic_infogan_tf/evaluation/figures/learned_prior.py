"""The prior beside real images' codes and the truth, with no matching of codes to classes."""

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style

_NUMBERED = 20  # more codes than this leave no room for their numbers
_STEPS = (5, 10, 20, 25, 50, 100, 200, 500)
_MOST_RANKS = 12
_WIDEST = 12.0  # inches


def draw(subject: Subject) -> bytes:
    """Draws each code's prior beside its share of real images, the largest share first.

    Which code stands for which class is not known here, so the true proportions are a line of
    their own, from the largest down: its k-th step need not be of the k-th code. Where codes mean
    nothing yet they stand in the order of the prior.
    """
    evidence = subject.evidence
    learned, counts = evidence.probabilities, evidence.code_counts
    true = evidence.reference.true_proportions
    codes = len(learned)
    shares = None if counts is None else counts / counts.sum()
    order = np.argsort(-(learned if shares is None else shares), kind="stable")
    rank = np.arange(codes)
    with style.figure(min(_WIDEST, max(7.0, 0.1 * codes)), 3.8) as figure:
        axes = figure.add_subplot()
        bar = 0.8 if shares is None else 0.4
        axes.bar(rank - (0.8 - bar) / 2, learned[order], width=bar, label="prior of the code")
        if shares is not None:
            label = f"its share of {counts.sum():,} real images, by Q"
            axes.bar(rank + 0.2, shares[order], width=0.4, label=label, color="tab:green")
        if true is not None:
            edges = np.arange(len(true) + 1) - 0.5
            label = "true class proportions, by rank alone"
            axes.stairs(
                np.sort(true)[::-1], edges, baseline=None, color="black", linewidth=1.2, label=label
            )
        axes.axhline(1 / codes, color="gray", linewidth=0.8, linestyle=":", label="uniform")
        _name_codes(axes, order, "prior" if shares is None else "share")
        axes.set_ylabel("probability")
        axes.set_title(style.heading(subject.title, 6), fontsize=9)
        figure.legend(loc="outside lower center", ncols=2, fontsize=8)
        return style.to_png(figure, dpi=120)


def _name_codes(axes: Axes, order: np.ndarray, by: str) -> None:
    """Writes the codes' numbers below them, or of many codes every so many rank."""
    codes = len(order)
    if codes <= _NUMBERED:
        axes.set_xticks(range(codes), [str(code) for code in order])
        axes.set_xlabel(f"code, the largest {by} first")
    else:
        step = next(step for step in (*_STEPS, codes) if codes / step <= _MOST_RANKS)
        ranks = np.array([1, *range(step, codes + 1, step)])
        axes.set_xticks(ranks - 1, [str(rank) for rank in ranks])
        axes.set_xlabel(f"rank of the code, the largest {by} first")
    axes.set_xlim(-1, max(codes, axes.dataLim.x1 + 0.5))
