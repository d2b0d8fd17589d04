"""Pictures of a training as it goes: the code x noise grid and the prior."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.evaluation.figures.grids import code_grid, prior_chart
from elastic_infogan_tf.evaluation.inference import generate_grid
from elastic_infogan_tf.files import write_atomically


class Pictures(keras.callbacks.Callback):
    """Draws both pictures every so many epochs, for the run folder and for TensorBoard.

    The noise of the grid's columns is the same at every epoch, so one can watch an image change.

    Args:
        folder: for `grid.png` and `prior.png`, the newest ones, and `grid-STEP.png` of each time.
        writer: TensorBoard's.
        true_proportions: float `[K]`, or None where the data has no labels.
        every: epochs.
        title: of the run, with its source.
    """

    def __init__(
        self,
        folder: Path,
        writer: tf.summary.SummaryWriter,
        true_proportions: np.ndarray | None,
        every: int,
        title: str,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._writer = writer
        self._true_proportions = true_proportions
        self._every = every
        self._title = title

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draws after the first epoch, so that there is soon something to see, and on time."""
        if epoch == 0 or (epoch + 1) % self._every == 0:
            self._draw(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Draws the end."""
        self._draw(epoch=None)

    def _draw(self, epoch: int | None) -> None:
        step = self.model.step
        when = f"epoch {epoch}, step {step}" if epoch else f"step {step}"
        title = f"{self._title}\n{when}"
        probabilities = self.model.prior.probabilities.numpy()
        pictures = {
            "grid": code_grid(generate_grid(self.model), probabilities, title),
            "prior": prior_chart(probabilities, self._true_proportions, title),
        }
        with self._writer.as_default(step=step):
            for name, png in pictures.items():
                write_atomically(self._folder / f"{name}.png", png)
                tf.summary.image(name, tf.io.decode_png(png, channels=3)[tf.newaxis])
        write_atomically(self._folder / f"grid-{step:07d}.png", pictures["grid"])
        self._writer.flush()
