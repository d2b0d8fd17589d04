"""The contingency table of codes and classes as a heat map."""

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import frequent_classes, frequent_shares

_NUMBERED = 12  # more classes than this leave no room for numbers in the cells


def draw(subject: Subject) -> bytes:
    """Draws generated images by code and predicted class, codes in the order of their classes.

    A code's class is its most frequent one; beside the code stands which share of its row that is.
    Codes that no real image has stand for no class.
    """
    evidence = subject.evidence
    table, empty = evidence.contingency, evidence.empty_codes
    classes, shares = frequent_classes(table), frequent_shares(table)
    classes[empty] = table.shape[1]  # the last ones
    order = np.argsort(classes, kind="stable")
    numbered = max(table.shape) <= _NUMBERED
    side = max(4.5, 0.9 + 0.42 * max(table.shape)) if numbered else 10.0

    def _name(code: int) -> str:
        return f"code {code}: " + ("empty" if code in empty else f"{shares[code]:.1%}")

    with style.figure(side + 1.5, side) as figure:
        axes = figure.add_subplot()
        names = style.names(evidence.data.class_names)
        shown = axes.imshow(table[order], cmap="Blues", vmin=0, aspect="auto")
        figure.colorbar(shown, ax=axes, label="generated images")
        size = 8 if numbered else 6
        axes.set_xticks(range(len(names)), names, rotation=style.turn(names), fontsize=size)
        axes.set_yticks(range(len(table)), [_name(code) for code in order], fontsize=size)
        axes.set_xlabel("class, as the classifier sees it")
        axes.set_ylabel("code, and its images of its most frequent class", fontsize=8)
        axes.set_title(style.heading(subject.title, side), fontsize=9)
        for (row, column), count in np.ndenumerate(table[order]):
            if numbered and count:
                colour = "white" if count > table.max() / 2 else "black"
                axes.text(column, row, count, ha="center", va="center", color=colour, fontsize=7)
        return style.to_png(figure, dpi=120)
