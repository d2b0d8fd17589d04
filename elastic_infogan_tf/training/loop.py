"""All steps of a run, from where it stands to its end."""

import contextlib
import math
import sys
import time
from collections.abc import Iterator, Sequence

import keras

from elastic_infogan_tf.data.batches.pipeline import batches, steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.scalars import in_bar
from elastic_infogan_tf.models.recogniser import ContrastiveEncoder
from elastic_infogan_tf.settings.model import ScheduleSettings
from elastic_infogan_tf.settings.transforms import Augmentation
from elastic_infogan_tf.utils.quiet_start import progress_bar


def fit(
    schedule: ScheduleSettings,
    augmentation: Augmentation,
    model: keras.Model,
    data: LabelledImages,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Trains a compiled model for the steps that are left of a run; callbacks see every step.

    A run that was interrupted within an epoch first ends that epoch, so that epochs stay whole. An
    encoder alone is trained on the batches that a run begins with, in one epoch.
    """
    epochs, epoch_steps = schedule.epochs, steps_per_epoch(len(data.images), schedule.batch_size)
    if isinstance(model, ContrastiveEncoder):
        epochs, epoch_steps = 1, model.total_steps
    epoch, done = divmod(model.step, epoch_steps)
    parts = [(epoch, epoch + 1, epoch_steps - done)] if done else []
    parts.append((epoch + len(parts), epochs, epoch_steps))
    for first, last, steps in parts:
        dataset = batches(
            data.images,
            schedule.batch_size,
            schedule.seed,
            augmentation,
            bursts=data.bursts,
            start_step=model.step,
            stop_step=model.step + (last - first) * steps,
        )
        model.fit(
            dataset,
            initial_epoch=first,
            epochs=last,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )


class TrainingProgress(keras.callbacks.Callback):
    """One bar over all steps of a run, with the losses and the time left.

    Without a terminal it writes a line an epoch. Its clock starts after the first step, in which
    TensorFlow builds its program. `first_step` were taken before; `doing` says what the steps are
    of, where they are not the run's own.
    """

    def __init__(self, first_step: int, steps: int, steps_per_epoch: int, doing: str = "") -> None:
        super().__init__()
        self._doing = f"{doing}, " if doing else ""
        self._steps_per_epoch = steps_per_epoch
        self._first_step = first_step
        self._line_an_epoch = not sys.stderr.isatty()
        options = {"mininterval": math.inf} if self._line_an_epoch else {}
        self._bar = progress_bar(steps, "step", initial=first_step, smoothing=0.05, **options)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Moves on by a step."""
        epoch = self._bar.n // self._steps_per_epoch + 1
        self._bar.set_description(f"{self._doing}epoch {epoch}", refresh=False)
        self._bar.set_postfix(in_bar(logs or {}), refresh=False)
        if self._bar.n == self._first_step:
            self._bar.unpause()
            self._bar.initial += 1
        self._bar.update()
        is_epoch = self._bar.n % self._steps_per_epoch == 0 and self._bar.n < self._bar.total
        if self._line_an_epoch and is_epoch:
            self._bar.refresh()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves what is done meanwhile out of the time that it counts."""
        start = time.monotonic()
        yield
        seconds = time.monotonic() - start
        self._bar.start_t += seconds
        self._bar.last_print_t += seconds

    def close(self) -> None:
        """Leaves the finished bar, or its last line."""
        self._bar.close()
