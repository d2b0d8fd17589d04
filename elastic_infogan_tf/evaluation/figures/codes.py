"""Charts of the codes: the prior beside shares of images, beside the truth, and the contingency."""

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import (
    UNMATCHED,
    frequent_classes,
    frequent_shares,
)

_NUMBERED = 20  # more codes than this leave no room for their numbers
_MOST_RANKS = 12
_WIDEST = 12.0  # inches
_LEVEL = 12  # names of more bars than this stand upright
_NAMED = 3  # codes of a class; one where names stand upright
_CELLS = 12  # more classes than this leave no room for numbers in the contingency's cells


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
            line = axes.stairs(np.sort(true)[::-1], edges, baseline=None, color="black")
            line.set(linewidth=1.2, label="true class proportions, by rank alone")
        _draw_uniform(axes, codes)
        _name_codes(axes, order, "prior" if shares is None else "share")
        axes.set_title(style.heading(subject.title, 6), fontsize=9)
        figure.legend(loc="outside lower center", ncols=2, fontsize=8)
        return style.to_png(figure, dpi=120)


def _draw_uniform(axes: Axes, codes: int) -> None:
    axes.axhline(1 / codes, color="gray", linewidth=0.8, linestyle=":", label="uniform")
    axes.set_ylabel("probability")


def _name_codes(axes: Axes, order: np.ndarray, by: str) -> None:
    """Writes the codes' numbers below them, or of many codes every so many rank."""
    codes = len(order)
    if codes <= _NUMBERED:
        axes.set_xticks(range(codes), order)
        axes.set_xlabel(f"code, the largest {by} first")
    else:
        step = -(-codes // (5 * _MOST_RANKS)) * 5
        ranks = [1, *range(step, codes + 1, step)]
        axes.set_xticks([rank - 1 for rank in ranks], ranks)
        axes.set_xlabel(f"rank of the code, the largest {by} first")
    axes.set_xlim(-1, max(codes, axes.dataLim.x1 + 0.5))


def draw_matched(subject: Subject) -> bytes:
    """Draws each class's true proportion beside the prior of the codes that are mostly of it.

    A class has a bar on top of the other for each of its codes, or none; a code that no real image
    has stands for no class, at the end.
    """
    evidence = subject.evidence
    prior, truth = evidence.probabilities, evidence.reference.true_proportions
    classes, shares = evidence.frequent_classes, evidence.frequent_shares
    count = len(truth)
    spare = np.flatnonzero(classes == UNMATCHED)
    names = [*style.names(evidence.data.class_names), *(f"code {code}\nempty" for code in spare)]
    # Two lines, with the code, are wider than a short name.
    turn = 90 if len(names) > _LEVEL else style.turn(names[:count])
    most, separator = (1, ", ") if turn else (_NAMED, "\n")
    columns, bottoms = classes.copy(), np.zeros(len(classes))
    columns[spare] = count + np.arange(len(spare))
    for label in range(count):
        codes = np.flatnonzero(classes == label)
        bottoms[codes[1:]] = np.cumsum(prior[codes[:-1]])
        for code in codes[:most]:
            names[label] += f"\ncode {code}{separator}{shares[code]:.1%}"
        if len(codes) > most:
            names[label] += f"{separator}{len(codes) - most} more"
    width = max(8, 2.3 + 0.3 * len(names))
    with style.figure(width, 3.8) as figure:
        axes = figure.add_subplot()
        bars = axes.bar(columns - 0.2, prior, width=0.4, bottom=bottoms, edgecolor="white")
        bars.set_label("prior of the codes")
        axes.bar(np.arange(count) + 0.2, truth, width=0.4, label="true proportion")
        _draw_uniform(axes, len(classes))
        axes.set_xticks(range(len(names)), names, rotation=turn, fontsize=7)
        axes.set_xlim(-0.7, len(names) - 0.3)
        reading = "class, and the codes whose real images are mostly of it, with the share that is"
        axes.set_xlabel(reading, fontsize=8)
        axes.set_title(style.heading(subject.title, width - 2.5), fontsize=9)
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        return style.to_png(figure, dpi=120)


def draw_contingency(subject: Subject) -> bytes:
    """Draws generated images by code and predicted class, codes in the order of their classes.

    A code's class is its most frequent one; beside the code stands which share of its row that is.
    Codes that no real image has stand for no class.
    """
    evidence = subject.evidence
    table, counts = evidence.contingency, evidence.code_counts
    is_empty = np.zeros(len(table), bool) if counts is None else counts == 0
    classes = np.where(is_empty, table.shape[1], frequent_classes(table))  # those at the end
    order = np.argsort(classes, kind="stable")
    shares = [f"{share:.1%}" for share in frequent_shares(table)]
    rows = [f"code {code}: {'empty' if is_empty[code] else shares[code]}" for code in order]
    numbered = max(table.shape) <= _CELLS
    side = max(4.5, 0.9 + 0.42 * max(table.shape)) if numbered else 10.0
    with style.figure(side + 1.5, side) as figure:
        axes = figure.add_subplot()
        names = style.names(evidence.data.class_names)
        shown = axes.imshow(table[order], cmap="Blues", vmin=0, aspect="auto")
        figure.colorbar(shown, ax=axes, label="generated images")
        size = 8 if numbered else 6
        axes.set_xticks(range(len(names)), names, rotation=style.turn(names), fontsize=size)
        axes.set_yticks(range(len(table)), rows, fontsize=size)
        axes.set_xlabel("class, as the classifier sees it")
        axes.set_ylabel("code, and its images of its most frequent class", fontsize=8)
        axes.set_title(style.heading(subject.title, side), fontsize=9)
        for (row, column), count in np.ndenumerate(table[order]):
            if numbered and count:
                colour = "white" if count > table.max() / 2 else "black"
                axes.text(column, row, count, ha="center", va="center", color=colour, fontsize=7)
        return style.to_png(figure, dpi=120)
