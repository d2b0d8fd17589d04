"""The prior beside the truth, by the matching of codes to classes."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.figures.subject import Subject
from elastic_infogan_tf.evaluation.measures.disentanglement import UNMATCHED

_LEVEL = 12  # names of more bars than this stand upright
_READING = "class, its code, and the share of the code's real images that are of the class"


def draw(subject: Subject) -> bytes:
    """Draws the prior of an evaluation."""
    evidence = subject.evidence
    return matched_prior_chart(
        evidence.probabilities,
        evidence.matched,
        evidence.purities,
        evidence.empty_codes,
        evidence.true_proportions,
        evidence.class_names,
        subject.title,
    )


def matched_prior_chart(
    probabilities: np.ndarray,
    matched: np.ndarray,
    purities: Sequence[float | None] | None,
    empty: np.ndarray,
    true_proportions: np.ndarray,
    class_names: Sequence[str],
    title: str,
) -> bytes:
    """Draws each class's true proportion beside the prior of the code that is matched to it.

    A code that no real image has stands for no class, whatever it is matched to.

    Args:
        probabilities: float `[K]`, the prior.
        matched: int `[K]`, each code's class or `UNMATCHED`; those stand at the end.
        purities: `[K]`, of each code's real images the share of that class, or None where they are
            not known.
        empty: int `[m]`, the codes that no real image has; they stand at the end too.
        true_proportions: float `[classes]`.
        class_names: one per class.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    classes = len(true_proportions)
    matched = matched.copy()
    matched[empty] = UNMATCHED
    spare = np.flatnonzero(matched == UNMATCHED)
    bars = np.zeros(classes + len(spare))
    bars[classes:] = probabilities[spare]
    names = style.names(class_names)
    names += [f"code {code}" + ("\nempty" if code in empty else "") for code in spare]
    # Two lines, with the code, are wider than a short name.
    turn = 90 if len(bars) > _LEVEL else style.turn(names[:classes])
    for code, label in enumerate(matched):
        if label != UNMATCHED:
            bars[label] = probabilities[code]
            names[label] += f"\ncode {code}"
            if purities is not None:
                names[label] += f"{', ' if turn else chr(10)}{purities[code]:.1%}"
    width = max(8, 2.3 + 0.3 * len(bars))
    with style.figure(width, 3.8) as figure:
        axes = figure.add_subplot()
        place = np.arange(len(bars))
        axes.bar(place - 0.2, bars, width=0.4, label="prior of the matched code")
        axes.bar(place[:classes] + 0.2, true_proportions, width=0.4, label="true proportion")
        axes.axhline(1 / len(matched), color="gray", linewidth=0.8, linestyle=":", label="uniform")
        axes.set_xticks(place, names, rotation=turn, fontsize=7)
        axes.set_xlim(-0.7, len(bars) - 0.3)
        axes.set_ylabel("probability")
        if purities is not None:
            axes.set_xlabel(_READING, fontsize=8)
        axes.set_title(style.heading(title, width - 2.5), fontsize=9)
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        return style.to_png(figure, dpi=120)
