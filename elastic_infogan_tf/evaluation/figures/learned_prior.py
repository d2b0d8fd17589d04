"""The prior beside the shares of real images, and beside the truth class by class."""

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import UNMATCHED

_NUMBERED = 20  # more codes than this leave no room for their numbers
_STEPS = (5, 10, 20, 25, 50, 100, 200, 500)
_MOST_RANKS = 12
_WIDEST = 12.0  # inches


def draw_prior(subject: Subject) -> bytes:
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


_LEVEL = 12  # names of more bars than this stand upright
_NAMED = 3  # codes of a class; one where names stand upright
_READING = "class, and the codes whose real images are mostly of it, with the share that is"


def draw_matched(subject: Subject) -> bytes:
    """Draws each class's true proportion beside the prior of the codes that are mostly of it.

    A class has a bar on top of the other for each of its codes, or none; a code that no real image
    has stands for no class, at the end.
    """
    evidence = subject.evidence
    probabilities, true_proportions = evidence.probabilities, evidence.reference.true_proportions
    classes, shares = evidence.frequent_classes, evidence.frequent_shares
    count = len(true_proportions)
    spare = np.flatnonzero(classes == UNMATCHED)
    names = [*style.names(evidence.data.class_names), *(f"code {code}\nempty" for code in spare)]
    # Two lines, with the code, are wider than a short name.
    turn = 90 if len(names) > _LEVEL else style.turn(names[:count])
    places, bottoms, tops = classes.copy(), np.zeros(len(classes)), np.zeros(count)
    places[spare] = count + np.arange(len(spare))
    for code in np.flatnonzero(classes != UNMATCHED):
        bottoms[code] = tops[classes[code]]
        tops[classes[code]] += probabilities[code]
    for label in range(count):
        codes = np.flatnonzero(classes == label)
        most = 1 if turn else _NAMED
        for code in codes[:most]:
            names[label] += f"\ncode {code}{', ' if turn else chr(10)}{shares[code]:.1%}"
        if len(codes) > most:
            names[label] += f"{', ' if turn else chr(10)}{len(codes) - most} more"
    width = max(8, 2.3 + 0.3 * len(names))
    with style.figure(width, 3.8) as figure:
        axes = figure.add_subplot()
        named = "prior of the codes"
        axes.bar(
            places - 0.2, probabilities, width=0.4, bottom=bottoms, label=named, edgecolor="white"
        )
        axes.bar(np.arange(count) + 0.2, true_proportions, width=0.4, label="true proportion")
        axes.axhline(1 / len(classes), color="gray", linewidth=0.8, linestyle=":", label="uniform")
        axes.set_xticks(range(len(names)), names, rotation=turn, fontsize=7)
        axes.set_xlim(-0.7, len(names) - 0.3)
        axes.set_ylabel("probability")
        axes.set_xlabel(_READING, fontsize=8)
        axes.set_title(style.heading(subject.title, width - 2.5), fontsize=9)
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        return style.to_png(figure, dpi=120)
