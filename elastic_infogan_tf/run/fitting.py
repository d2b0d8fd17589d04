"""The training of a run from the step where it stands, with all that looks on."""

import contextlib
import dataclasses
import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import DivergenceError
from elastic_infogan_tf.report.page import write_page
from elastic_infogan_tf.run.cluster_report import ClusterReport
from elastic_infogan_tf.run.dry_run import StepTimes, describe_time
from elastic_infogan_tf.run.evaluate import Report
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.names import title_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.running import ROLLBACK, RunSettings
from elastic_infogan_tf.training import guards, loop, tensorboard
from elastic_infogan_tf.training.checkpoints import CheckpointCallback, Checkpoints
from elastic_infogan_tf.training.clusters import ClusterCallback
from elastic_infogan_tf.training.encoders import load_start, take_weights, train_encoder
from elastic_infogan_tf.training.figures import Figures
from elastic_infogan_tf.training.guards import going_on_without
from elastic_infogan_tf.training.metrics_log import HealthWatch, MetricsLog
from elastic_infogan_tf.training.strategy import lost_workers_surface
from elastic_infogan_tf.utils.quiet_start import say

_MOST_ROLLBACKS = 5
_TIMED_STEPS = 9  # after the first one
_CHECKPOINT_MINUTES = 10.0  # what a power cut costs at most


@dataclasses.dataclass(frozen=True)
class Fitting:
    """What takes part in the training of a run.

    Attributes:
        folder: of the run, open.
        model: at the step where the run stands.
        data: the training set.
        report: measures the model now and then; None: nothing does.
    """

    config: Config
    settings: RunSettings
    folder: RunFolder
    model: keras.Model
    data: LabelledImages
    checkpoints: Checkpoints
    report: Report | None

    def run(self) -> None:
        """Trains to the end, back from the last checkpoint on where losses broke, if so asked.

        Raises:
            DivergenceError: when a loss or a weight is not finite, and it is not asked, there is no
                checkpoint, or it has broken too often.
            Interrupted: after Ctrl-C, SIGTERM or SIGHUP, when the checkpoint is written.
            UsageError: if a checkpoint cannot be written, or the run folder is gone.
            WorkerLostError: when another worker has ended.
        """
        rollbacks: Counter[int] = Counter()
        while True:
            if self.checkpoints.writes:
                write = going_on_without("TensorBoard's events")
                write(tensorboard.write_start, self.folder, self.model.step)
            try:
                self._fit()
                return
            except DivergenceError as error:
                may_go_back = self.settings.on_nonfinite == ROLLBACK
                if not may_go_back or rollbacks.total() == _MOST_ROLLBACKS:
                    raise
                if not self.checkpoints.restore():
                    raise
                rollbacks[self.model.step] += 1
                self._learn_slower(0.5 ** rollbacks[self.model.step], error)

    def _learn_slower(self, factor: float, error: DivergenceError) -> None:
        """Multiplies the learning rates of what was restored."""
        for optimizer in self.model.optimizers:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor
        tqdm.write(
            f"{error} --on_nonfinite=rollback: back to step {self.model.step}, with learning rates "
            f"{factor:g} times what they were then"
        )

    def _fit(self) -> None:
        config, model = self.config, self.model
        callbacks: list[keras.callbacks.Callback] = [
            guards.DivergenceGuard(self.checkpoints),
            guards.FolderGuard(self.folder.record),
        ]
        writer = None
        with contextlib.ExitStack() as stack:
            stop = stack.enter_context(guards.StopOnSignal(self.checkpoints))
            if self.checkpoints.writes:
                writer = tf.summary.create_file_writer(str(self.folder.tensorboard))
                epoch_steps = steps_per_epoch(len(self.data.images), config.schedule.batch_size)
                steps = config.schedule.epochs * epoch_steps
                bar = loop.TrainingProgress(model.step, steps, epoch_steps)
                stack.callback(bar.close)
                times = StepTimes(
                    _TIMED_STEPS,
                    lambda times: say(describe_time(config, model, steps - model.step, times)),
                )
                callbacks += [bar, times]
                if self._scores_every:
                    callbacks.append(self._classifier_in_time(bar, stop))
                callbacks += self._logs(writer)
            stack.enter_context(lost_workers_surface())
            if model.next_clustering is not None:
                callbacks.append(self._clustering(writer, stop.stop_if_requested))
            # Stopping comes after all that looks at a step, saving before it.
            callbacks += [self._saving(), stop]
            loop.fit(config.schedule, config.data.augmentation, model, self.data, callbacks)
            if writer is not None:
                tensorboard.write_end(writer)

    @property
    def _scores_every(self) -> int:
        """Epochs between scores; 0: there are none."""
        return self.settings.evaluate_every if self.report else 0

    def _classifier_in_time(
        self, bar: loop.TrainingProgress, stop: guards.StopOnSignal
    ) -> keras.callbacks.Callback:
        """Returns what makes the classifier before the first epoch that ends with scores.

        Between epochs, because one who stops there loses nothing of an epoch's end.
        """

        def make(epoch: int, logs: dict[str, float] | None = None) -> None:
            del logs
            if (epoch + 1) % self._scores_every == 0:
                with bar.paused():
                    self.report.make_reference(stop.stop_if_requested)

        return keras.callbacks.LambdaCallback(on_epoch_begin=make)

    def _saving(self) -> CheckpointCallback:
        """Returns what saves; by the clock too where no other worker's clock has to agree."""
        alone = self.model.distribute_strategy.cluster_resolver is None
        minutes = _CHECKPOINT_MINUTES if alone else None
        return CheckpointCallback(self.checkpoints, self.settings.checkpoint_every, minutes)

    def _logs(self, writer: tf.summary.SummaryWriter) -> list[keras.callbacks.Callback]:
        """Returns what the one who writes logs and draws."""
        config, folder, model = self.config, self.folder, self.model
        is_gan = METHODS[config.model.method].is_infogan
        watch = HealthWatch(model, self.data, writer, folder.states_until(model.step), is_gan)
        metrics = MetricsLog(
            folder.metrics,
            writer,
            config.schedule.batch_size,
            self.data.source,
            model.step,
            self.report.scores if self._scores_every else None,
            self._scores_every,
            watch,
        )
        figures = Figures(
            folder.figures,
            folder.tensorboard,
            writer,
            self.data,
            self.settings.checkpoint_every,
            title_of(config, self.data),
            folder.read_metrics,
            functools.partial(write_page, folder),
        )
        return [
            guards.GoesOnWithout(metrics, "rows of metrics.csv"),
            tensorboard.PriorLog(writer),
            guards.GoesOnWithout(figures, "figures"),
        ]

    def _clustering(
        self, writer: tf.summary.SummaryWriter | None, progress: Callable[[str], None]
    ) -> ClusterCallback:
        """Returns the callback that makes the codes of real images; who writes shows them."""
        show = None
        if writer is not None:
            title = title_of(self.config, self.data)
            report = ClusterReport(self.folder, writer, self.data, title)
            show = functools.partial(going_on_without("figures of clusters"), report)
        seed = self.config.schedule.seed
        learn_apart = functools.partial(self._learn_apart, progress)
        given = self._given_clusters()
        images, bursts = self.data.images, self.data.bursts
        return ClusterCallback(images, seed, show, progress, learn_apart, given, bursts)

    def _given_clusters(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Returns labels and confidence to begin with, and gives the recogniser their weights."""
        path = self.config.flat()["encoder"]
        if path is None:
            return None
        encoder = load_start(Path(path), self.data, self.config.data.num_classes)
        if not take_weights(self.model.recogniser, encoder):
            say(f"--encoder={path} has another width, so only its groups are taken")
        return encoder.labels, encoder.confidence

    def _learn_apart(self, progress: Callable[[str], None]) -> np.ndarray:
        """Returns features of the training images by an encoder of another random seed."""
        schedule = dataclasses.replace(self.config.schedule, seed=self.config.schedule.seed + 1)
        config = dataclasses.replace(self.config, schedule=schedule)
        told = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda step, logs: progress(f"a second encoder, step {step}")
        )
        jit_compile = bool(self.settings.jit_compile)
        return train_encoder(config, self.data, [told], jit_compile=jit_compile).features
