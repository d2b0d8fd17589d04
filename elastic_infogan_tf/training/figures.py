"""Figures of a training as it goes, such as the code x noise grid and the prior."""

import functools
import math
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference, Subject
from elastic_infogan_tf.evaluation.figures import figure_table
from elastic_infogan_tf.evaluation.figures.features import project
from elastic_infogan_tf.evaluation.figures.figure_table import publish
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.utils.files import write_atomically

# Enough for the shares of codes, and a moment's work.
_COUNTED_IMAGES = 2000
_FIRST_SECONDS = 60.0
_KEEP = 40  # grids of earlier steps, spread over the training
_FOR_BOARD = 50  # drawings; up to twice as many TensorBoard gets every one


class Figures(keras.callbacks.Callback):
    """Draws a training's figures every so many epochs, for the run folder and for TensorBoard.

    A first epoch that takes minutes has some after one of them. The noise of the grid's columns is
    the same at every epoch, so one can watch an image change.

    The newest ones are `NAME.png` of `folder`, those that are kept `NAME-STEP.png`; `board` is the
    folder of the files of TensorBoard's `writer`, for the projector. `read_metrics` returns the
    rows of `metrics.csv` so far; `drawn` is called when there are new ones.
    """

    def __init__(
        self,
        folder: Path,
        board: Path,
        writer: tf.summary.SummaryWriter,
        data: LabelledImages,
        every: int,
        title: str,
        read_metrics: Callable[[], Sequence[dict[str, str]]] = tuple,
        drawn: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._board = board
        self._writer = writer
        self._reference = Reference(data)
        self._every = every
        self._title = title
        self._read_metrics = read_metrics
        self._drawn = drawn
        self._first_at = math.inf

    @functools.cached_property
    def _inference(self) -> Inference:
        """The model, compiled once for all drawings."""
        return Inference(self.model)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Starts the clock of a first epoch."""
        self._first_at = time.monotonic() + _FIRST_SECONDS if epoch == 0 else math.inf

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Draws once within a first epoch that is long, so that there is soon something to see."""
        if time.monotonic() >= self._first_at:
            self._first_at = math.inf
            self._draw(epoch=None)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draws after the first epoch and on time."""
        if epoch == 0 or (epoch + 1) % self._every == 0:
            self._draw(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Draws the end."""
        self._draw(epoch=None)

    def _draw(self, epoch: int | None) -> None:
        step = self.model.step
        when = f"epoch {epoch}, step {step}" if epoch else f"step {step}"
        evidence = Evidence(self._inference, self._reference, counted_images=_COUNTED_IMAGES)
        subject = Subject(evidence, f"{self._title}\n{when}", self._read_metrics() or None)
        drawn = figure_table.draw(subject, in_training=True)
        publish(drawn, self._folder, self._writer if self._is_for_board(epoch) else None, step)
        project(evidence, self._board)
        for figure in figure_table.FIGURES:
            if figure.is_kept and figure.name in drawn:
                path = self._folder / f"{figure.name}-{step:07d}.png"
                write_atomically(path, drawn[figure.name])
                thin_out(self._folder, figure.name, _KEEP)
        self._drawn()

    def _is_for_board(self, epoch: int | None) -> bool:
        """Returns whether TensorBoard gets the figures of an epoch: of a long training not all.

        It keeps what it got: of each doubling of the length it gets as many as of the one before.
        """
        times = (epoch or 0) // self._every
        return times % 2 ** max(0, (times // _FOR_BOARD).bit_length() - 1) == 0


def thin_out(folder: Path, name: str, keep: int) -> None:
    """Removes files `NAME-STEP.png` until `keep`, 2 or more, are left, spread evenly.

    Each time the one goes whose neighbours are nearest to each other; never the first or the last.
    """
    matches = {path: re.fullmatch(rf"{name}-(\d+)\.png", path.name) for path in folder.iterdir()}
    paths = {int(match[1]): path for path, match in matches.items() if match}
    while len(paths) > keep:
        steps = sorted(paths)
        gaps = [after - before for before, after in zip(steps, steps[2:], strict=False)]
        paths.pop(steps[1 + gaps.index(min(gaps))]).unlink()
