"""Scalars of a training: TensorBoard, and a CSV for those without it."""

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import tensorflow as tf
from tqdm import tqdm

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation import evaluator
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.metrics.metric_table import SIGN
from elastic_infogan_tf.evaluation.scalars import tag
from elastic_infogan_tf.run_folder.metrics_file import read_metrics
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.text import plain


class HealthWatch:
    """Takes a model's signs of life, and warns once when it is in trouble and once when it is over.

    It reports when two epochs in a row agree, so that a value near a threshold does not make a line
    of every epoch.

    `state` is that of the last epoch, of `metrics.health.STATES`; None before the first one, and
    where the signs are only numbers (`is_judged` is false), as of a VAE, see `health.state`. Of
    `data`, the training set, labels are not looked at; `earlier` are the states of epochs before.
    """

    def __init__(
        self,
        model: keras.Model,
        data: LabelledImages,
        writer: tf.summary.SummaryWriter,
        earlier: Sequence[str] = (),
        is_judged: bool = True,
    ) -> None:
        self._inference = Inference(model)
        self._reference = Reference(data)
        self._writer = writer
        self._is_judged = is_judged
        self.state: str | None = None
        self._reported: str | None = None
        for state in earlier:
            self._settle(state)

    def measure(self) -> dict[str, float]:
        """Returns the signs of the model as it is, by name, and reports what has changed."""
        signs = evaluator.take(Evidence(self._inference, self._reference), SIGN)
        step = self._inference.model.step
        if self._is_judged and self._settle(health.state(signs, step)):
            text = f"step {step}: {health.advice(self.state)}"
            tqdm.write(text)
            with self._writer.as_default(step=step):
                tf.summary.text("health/state", text)
        return signs

    def _settle(self, state: str) -> bool:
        """Takes an epoch's state; returns whether there is something new to report."""
        before, self.state = self.state, state
        if state != before or state in (self._reported, health.TOO_EARLY):
            return False
        is_news = state != health.ALIVE or self._reported is not None
        self._reported = state if is_news else None
        return is_news


class MetricsLog(keras.callbacks.Callback):
    """Writes each epoch's means to `metrics.csv` and, grouped by kind, to TensorBoard.

    A resumed run goes on in the same file: rows past the checkpoint it resumes from are dropped,
    so that no epoch stands there twice. `steps` says over how many steps a row averages, which is
    fewer than an epoch where the run was interrupted within it.

    Args:
        batch_size: global, for images per second.
        source: of the pixels; a column of its own.
        first_step: steps taken before.
        scores: measures the model every `scores_every` epochs, for more columns of these rows.
        watch: for the signs of life and the state, columns of every row.
    """

    def __init__(
        self,
        path: Path,
        writer: tf.summary.SummaryWriter,
        batch_size: int,
        source: str,
        first_step: int,
        scores: Callable[[], Mapping[str, float]] | None = None,
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
        row = {"epoch": epoch + 1, "step": step, "steps": self._steps}
        row |= {"source": plain(self._source)} | state
        # All digits of float32: an entropy near its largest value moves in the last ones.
        row |= {name: f"{value:.9g}" for name, value in scalars.items()}
        self._rows.append({name: str(value) for name, value in row.items()})
        columns = dict.fromkeys(name for row in self._rows for name in row)
        text = io.StringIO()
        table = csv.DictWriter(text, fieldnames=list(columns), restval="")
        table.writeheader()
        table.writerows(self._rows)
        write_atomically(self._path, text.getvalue())
