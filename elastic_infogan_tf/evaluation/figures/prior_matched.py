"""The prior beside the truth, class by class: the codes of a class are those mostly of it."""

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import UNMATCHED

_LEVEL = 12  # names of more bars than this stand upright
_NAMED = 3  # codes of a class; one where names stand upright
_READING = "class, and the codes whose real images are mostly of it, with the share that is"


def draw(subject: Subject) -> bytes:
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
