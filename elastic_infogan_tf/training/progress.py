"""The progress bar of a training."""

import contextlib
import time
from collections.abc import Iterator

import keras

from elastic_infogan_tf.evaluation.scalars import in_bar
from elastic_infogan_tf.utils.progress_bar import progress_bar


class TrainingProgress(keras.callbacks.Callback):
    """One bar over all steps of a run, with the losses and the time left.

    On a terminal it redraws itself; elsewhere it writes a line an epoch. Its clock starts after the
    first step, in which TensorFlow builds its program.

    Args:
        first_step: steps that were taken before.
        steps: steps in all.
        steps_per_epoch: to show the epoch.
        doing: what the steps are of, where they are not the run's own.
    """

    def __init__(self, first_step: int, steps: int, steps_per_epoch: int, doing: str = "") -> None:
        super().__init__()
        self._doing = f"{doing}, " if doing else ""
        self._steps_per_epoch = steps_per_epoch
        self._first_step = first_step
        self._bar = progress_bar(
            steps, "step", initial=first_step, smoothing=0.05, line_an_epoch=True
        )

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Moves on by a step."""
        epoch = self._bar.n // self._steps_per_epoch + 1
        self._bar.set_description(f"{self._doing}epoch {epoch}", refresh=False)
        self._bar.set_postfix(in_bar(logs or {}), refresh=False)
        self._bar.update()
        if self._bar.n == self._first_step + 1:
            self._bar.start_clock()
        if self._bar.n % self._steps_per_epoch == 0 or self._bar.n == self._bar.total:
            self._bar.end_epoch()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves what is done meanwhile out of the time that it counts."""
        start = time.monotonic()
        yield
        self._bar.leave_out(time.monotonic() - start)

    def close(self) -> None:
        """Leaves the finished bar and the cursor below it."""
        self._bar.close()
