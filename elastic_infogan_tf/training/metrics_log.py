"""Scalars of a training: TensorBoard, and a CSV for those without it."""

import csv
import io
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from elastic_infogan_tf.evaluation.scalars import tag
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.text import plain
from elastic_infogan_tf.training.health_watch import HealthWatch
from elastic_infogan_tf.training.metrics_file import read_metrics

Scores = Callable[[], Mapping[str, float]]


class MetricsLog(keras.callbacks.Callback):
    """Writes each epoch's means to `metrics.csv` and, grouped by kind, to TensorBoard.

    A resumed run goes on in the same file: rows past the checkpoint it resumes from are dropped,
    so that no epoch stands there twice. `steps` says over how many steps a row averages, which is
    fewer than an epoch where the run was interrupted within it.

    Args:
        path: of the CSV.
        writer: TensorBoard's.
        batch_size: global, for images per second.
        source: where the pixels come from; a column of its own.
        first_step: steps taken before.
        scores: measures the model, for more columns in some of the rows; or None.
        scores_every: epochs between these.
        watch: takes the model's signs of life, for more columns in every row, and its state; or
            None.
    """

    def __init__(
        self,
        path: Path,
        writer: tf.summary.SummaryWriter,
        batch_size: int,
        source: str,
        first_step: int,
        scores: Scores | None = None,
        scores_every: int = 1,
        watch: HealthWatch | None = None,
    ) -> None:
        super().__init__()
        self._path = path
        self._writer = writer
        self._batch_size = batch_size
        self._source = source
        self._scores = scores
        self._scores_every = scores_every
        self._watch = watch
        self._rows = [row for row in read_metrics(path) if int(row["step"]) <= first_step]

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Starts the epoch's sums and clock."""
        self._sums: dict[str, float] = {}
        self._steps = 0
        self._start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Adds a step."""
        self._steps += 1
        for name, value in (logs or {}).items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Writes the epoch's means."""
        seconds = time.perf_counter() - self._start
        scalars = {name: total / self._steps for name, total in sorted(self._sums.items())}
        scalars["images_per_second"] = self._steps * self._batch_size / seconds
        if self._scores and (epoch + 1) % self._scores_every == 0:
            scalars |= self._scores()
        state = {}
        if self._watch:
            scalars |= self._watch.measure()
            state = {"state": self._watch.state or ""}
        step = self.model.step
        with self._writer.as_default(step=step):
            for name, value in scalars.items():
                tf.summary.scalar(tag(name), value)
        self._writer.flush()
        row = {
            "epoch": epoch + 1,
            "step": step,
            "steps": self._steps,
            "source": plain(self._source),
            **state,
        }
        # All digits of float32: an entropy near its largest value moves in the last ones.
        row |= {name: f"{value:.9g}" for name, value in scalars.items()}
        self._rows.append({name: str(value) for name, value in row.items()})
        write_atomically(self._path, _to_csv(self._rows))


def _to_csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, fieldnames=list(columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
