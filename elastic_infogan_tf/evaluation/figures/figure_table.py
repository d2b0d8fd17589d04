"""All figures of a model: when they are drawn, what they need, what draws and writes them."""

import dataclasses
import operator
from collections.abc import Callable, Mapping
from pathlib import Path

import tensorflow as tf

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import (
    clusters,
    contingency,
    embedding,
    grid,
    learned_prior,
    losses,
    neighbours,
    prior_matched,
    reconstructions,
)
from elastic_infogan_tf.utils.files import write_atomically

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
    Figure("prior", learned_prior.draw, (TRAINING, EVALUATION)),
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


def publish(
    drawn: Mapping[Figure, bytes], folder: Path, writer: tf.summary.SummaryWriter | None, step: int
) -> None:
    """Publishes figures of the table by their names, see `publish_pictures`."""
    pictures = {figure.name: png for figure, png in drawn.items()}
    publish_pictures(pictures, folder, writer, step)


def publish_pictures(
    pictures: Mapping[str, bytes],
    folder: Path,
    writer: tf.summary.SummaryWriter | None,
    step: int,
) -> None:
    """Writes each picture as `NAME.png` and as the image `figures/NAME` of TensorBoard.

    Args:
        pictures: PNG bytes by name.
        folder: for the files.
        writer: TensorBoard's; None: files alone.
        step: train steps behind the model.

    Raises:
        UsageError: if a file cannot be written.
    """
    for name, png in pictures.items():
        write_atomically(folder / f"{name}.png", png)
    if writer is None:
        return
    with writer.as_default(step=step):
        for name, png in pictures.items():
            tf.summary.image(f"figures/{name}", tf.io.decode_png(png, channels=3)[tf.newaxis])
    writer.flush()
