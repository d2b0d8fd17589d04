"""All figures of a model: when they are drawn, what they need, and what draws them."""

import dataclasses
import operator
from collections.abc import Callable

from elastic_infogan_tf.evaluation.figures import (
    clusters,
    contingency,
    embedding,
    grid,
    losses,
    neighbours,
    prior,
    prior_matched,
    reconstructions,
)
from elastic_infogan_tf.evaluation.figures.subject import Subject

TRAINING, EVALUATION = "training", "evaluation"


@dataclasses.dataclass(frozen=True)
class Figure:
    """One row.

    Attributes:
        name: of its file and in TensorBoard.
        draw: returns PNG bytes.
        moments: when it is drawn: every so often in a training, in an evaluation, or both.
        needs: parts of a `Subject` without which, as where they are None, it is left out.
        is_kept: whether a training keeps the one of each time beside the newest.
    """

    name: str
    draw: Callable[[Subject], bytes]
    moments: tuple[str, ...] = (EVALUATION,)
    needs: tuple[str, ...] = ()
    is_kept: bool = False

    def can_draw(self, subject: Subject) -> bool:
        """Returns whether all that it needs is there."""
        return all(operator.attrgetter(part)(subject) is not None for part in self.needs)


FIGURES = (
    Figure("grid", grid.draw, (TRAINING, EVALUATION), is_kept=True),
    Figure("prior", prior.draw, (TRAINING, EVALUATION)),
    Figure("clusters", clusters.draw),
    Figure("neighbours", neighbours.draw),
    Figure("embedding", embedding.draw),
    Figure("contingency", contingency.draw, needs=("evidence.contingency",)),
    Figure("prior_matched", prior_matched.draw, needs=("evidence.frequent_classes",)),
    Figure("losses", losses.draw, (TRAINING, EVALUATION), needs=("metrics",)),
    Figure("reconstructions", reconstructions.draw, needs=("evidence.reconstruct",)),
)


def draw(subject: Subject, moment: str) -> dict[Figure, bytes]:
    """Draws every figure of a moment whose needs are there.

    Args:
        subject: what to draw.
        moment: `TRAINING` or `EVALUATION`.

    Returns:
        PNG bytes of each.
    """
    return {
        figure: figure.draw(subject)
        for figure in FIGURES
        if moment in figure.moments and figure.can_draw(subject)
    }
