"""Figures into the run folder and into TensorBoard: the same ones."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from elastic_infogan_tf.evaluation.figures.table import Figure
from elastic_infogan_tf.files import write_atomically


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
