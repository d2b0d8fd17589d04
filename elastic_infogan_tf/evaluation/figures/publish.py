"""Figures into the run folder and into TensorBoard: the same ones."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from elastic_infogan_tf.evaluation.figures.table import Figure
from elastic_infogan_tf.files import write_atomically


def publish(
    drawn: Mapping[Figure, bytes], folder: Path, writer: tf.summary.SummaryWriter, step: int
) -> None:
    """Writes each figure as `NAME.png` and as an image of TensorBoard.

    Args:
        drawn: PNG bytes by figure.
        folder: for the files.
        writer: TensorBoard's.
        step: train steps behind the model.

    Raises:
        UsageError: if a file cannot be written.
    """
    with writer.as_default(step=step):
        for figure, png in drawn.items():
            write_atomically(folder / f"{figure.name}.png", png)
            tf.summary.image(figure.name, tf.io.decode_png(png, channels=3)[tf.newaxis])
    writer.flush()
