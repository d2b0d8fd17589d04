"""One experiment from its configuration to the finished run folder."""

import contextlib
import dataclasses
import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run import board
from elastic_infogan_tf.run.cluster_report import ClusterReport
from elastic_infogan_tf.run.finished_run import write_export
from elastic_infogan_tf.run.number_of_codes import with_number_of_codes
from elastic_infogan_tf.run.page import write_page
from elastic_infogan_tf.run.preparation import bytes_to_write, describe, folder_of, prepare
from elastic_infogan_tf.run.report import Report, is_evaluated
from elastic_infogan_tf.run.run_folder import RunFolder, title_of
from elastic_infogan_tf.run.sorting import sort_training_images
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import AUTO, DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.running import RunSettings
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.training.checkpoints import CheckpointCallback, Checkpoints
from elastic_infogan_tf.training.clusters import ClusterCallback
from elastic_infogan_tf.training.guards import NonFiniteGuard, StopOnSignal
from elastic_infogan_tf.training.health_watch import HealthWatch
from elastic_infogan_tf.training.metrics_log import MetricsLog
from elastic_infogan_tf.training.pictures import Pictures
from elastic_infogan_tf.training.prior_log import PriorLog
from elastic_infogan_tf.training.progress import TrainingProgress
from elastic_infogan_tf.training.strategy import (
    is_chief,
    lost_workers_surface,
)


def train(
    config: Config, files: DataFiles, settings: RunSettings, evaluation: EvaluationSettings
) -> None:
    """Trains a run, or goes on with it where it stopped, and exports it.

    Args:
        config: what it computes.
        files: where its images are.
        settings: where and how it is computed.
        evaluation: how it is evaluated, if `settings` ask for it.

    Raises:
        UsageError: for bad input, data, devices or folders; nothing half-written stays.
        DivergenceError: when a loss or a weight is not finite.
        WorkerLostError: when another worker has ended.
        KeyboardInterrupt: after Ctrl-C, when the checkpoint is written.
    """
    folder = RunFolder(folder_of(config, files, settings))
    folder.require_readable()
    config, strategy, jit_compile, everything, data, epoch_steps = prepare(config, files, settings)
    print(describe(config, data))
    if data.labels is not None:
        print(class_table(data))
    steps = config.schedule.epochs * epoch_steps
    if config.data.num_classes == AUTO:
        config = with_number_of_codes(config, data, folder, strategy, jit_compile)
    with strategy.scope():
        model = build_model(config, data.class_counts, len(data.images), jit_compile=jit_compile)
    chief, need_bytes = is_chief(strategy), bytes_to_write(model, settings.keep_checkpoints)
    settings = dataclasses.replace(settings, model_dir=folder.root)
    how = {"files": files, "run": settings, "evaluation": evaluation}
    with folder.open(
        config, data, files.data_dir, need_bytes=need_bytes, writes=chief, how=how
    ) as known:
        checkpoints = Checkpoints(folder.checkpoints, model, chief, settings.keep_checkpoints)
        resumed = checkpoints.restore()
        if not resumed:
            folder.refuse_to_start_over(settings.checkpoint_every)
        _announce(folder, known, resumed, model.step, steps, strategy, jit_compile)
        report = None
        if chief and settings.evaluate and not is_evaluated(folder, data, evaluation, steps):
            report = Report(folder, model, data, everything, evaluation)
        del everything  # only the classifier has looked at it
        if chief:
            board.write_settings(folder)
            if model.step < steps:
                board.write_start(folder, model.step)
        if model.step < steps:
            _fit(config, settings, folder, model, data, checkpoints, report, chief)
        if chief:
            write_export(folder, model)
        if report:
            report.write()
        if chief and data.files is not None:
            sort_training_images(folder, model, config, data)
        if chief:
            write_page(folder)
            print(f"report: {folder.page}", flush=True)


def _fit(
    config: Config,
    settings: RunSettings,
    folder: RunFolder,
    model: keras.Model,
    data: LabelledImages,
    checkpoints: Checkpoints,
    report: Report | None,
    chief: bool,
) -> None:
    callbacks, writer = [NonFiniteGuard(checkpoints)], None
    with contextlib.ExitStack() as stack:
        if chief:
            writer = tf.summary.create_file_writer(str(folder.tensorboard))
            epoch_steps = steps_per_epoch(len(data.images), config.schedule.batch_size)
            bar = TrainingProgress(model.step, config.schedule.epochs * epoch_steps, epoch_steps)
            stack.callback(bar.close)
            own = _chief_callbacks(config, settings, folder, writer, data, model, report)
            callbacks += [bar, *own]
        # Stopping comes after all that looks at a step, saving before it.
        stop = stack.enter_context(StopOnSignal(checkpoints))
        stack.enter_context(lost_workers_surface())
        if model.next_clustering is not None:
            callbacks.append(_clustering(config, folder, writer, data, stop.stop_if_requested))
        callbacks += [CheckpointCallback(checkpoints, settings.checkpoint_every), stop]
        loop.fit(config.schedule, config.data.augmentation, model, data, callbacks)
        if writer is not None:
            board.write_end(writer)


def _chief_callbacks(
    config: Config,
    settings: RunSettings,
    folder: RunFolder,
    writer: tf.summary.SummaryWriter,
    data: LabelledImages,
    model: keras.Model,
    report: Report | None,
) -> list[keras.callbacks.Callback]:
    scores = report.scores if report and settings.evaluate_every else None
    is_gan = METHODS[config.model.method].is_infogan
    watch = HealthWatch(model, data, writer, folder.states_until(model.step), is_gan)
    return [
        MetricsLog(
            folder.metrics,
            writer,
            config.schedule.batch_size,
            data.source,
            model.step,
            scores,
            settings.evaluate_every,
            watch,
        ),
        PriorLog(writer),
        Pictures(
            folder.figures,
            folder.tensorboard,
            writer,
            data,
            settings.figures_every,
            title_of(config, data),
            folder.read_metrics,
            functools.partial(write_page, folder),
        ),
    ]


def _clustering(
    config: Config,
    folder: RunFolder,
    writer: tf.summary.SummaryWriter | None,
    data: LabelledImages,
    progress: Callable[[str], None],
) -> ClusterCallback:
    """Returns the callback that makes the codes of real images; the one who writes shows them."""
    show = None
    if writer is not None:
        is_open, title = data_set(config.data.dataset).leaves_codes_open, title_of(config, data)
        show = ClusterReport(folder, writer, data, title, leaves_codes_open=is_open)
    kind = config.own["clustered"].clustering
    return ClusterCallback(data.images, config.schedule.seed, kind, show, progress)


def _announce(
    folder: RunFolder,
    known: bool,
    resumed: bool,
    step: int,
    steps: int,
    strategy: tf.distribute.Strategy,
    jit_compile: bool,
) -> None:
    print(f"run folder: {folder.root} (pictures in {folder.figures.name}/, {folder.metrics.name})")
    xla = "the train step compiled by XLA" if jit_compile else "without XLA"
    replicas = strategy.num_replicas_in_sync
    print(f"devices: {replicas} replica{'s' if replicas > 1 else ''}, {xla}")
    if resumed and step >= steps:
        print(
            f"finished already: {step} of {steps} steps; ask for more --epochs or --steps to go on"
        )
    elif resumed:
        print(f"resuming after step {step} of {steps}")
    elif known:
        print("this run had been started but has no checkpoint yet: starting again from step 0")
    if step < steps:
        print("the first step takes longer: TensorFlow builds its program", flush=True)
