"""One experiment from its configuration to the finished run folder."""

import contextlib
import dataclasses
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import memory_bytes, steps_per_epoch
from elastic_infogan_tf.data.files.streaming import StreamedImages
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.finished_run import write_export
from elastic_infogan_tf.run.report import Report
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.evaluation import EvaluationOptions
from elastic_infogan_tf.text import plain
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.training.checkpoints import KEEP, CheckpointCallback, Checkpoints
from elastic_infogan_tf.training.guards import NonFiniteGuard, StopOnSignal
from elastic_infogan_tf.training.metrics_log import MetricsLog
from elastic_infogan_tf.training.pictures import Pictures
from elastic_infogan_tf.training.progress import ProgressBar
from elastic_infogan_tf.training.strategy import (
    check_batch_size,
    choose_jit_compile,
    is_chief,
    lost_workers_surface,
    make_strategy,
)


@dataclasses.dataclass(frozen=True)
class Options:
    """Where and how a run is computed; none of it changes what is computed.

    Attributes:
        model_dir: the run folder.
        data_dir: folder with the data sets under their original names, or None.
        strategy: see `training.strategy.make_strategy`.
        logical_devices: parts the CPU is split into.
        jit_compile: whether XLA compiles the train step; None: on one replica, yes.
        checkpoint_every: epochs between checkpoints.
        keep_checkpoints: how many of the newest stay.
        figures_every: epochs between pictures.
        evaluation: how it is evaluated; None: not at all.
        evaluate_every: epochs between the scores in the metrics; 0: only the evaluation at the end.
    """

    model_dir: Path
    data_dir: Path | None = None
    strategy: str = "auto"
    logical_devices: int = 1
    jit_compile: bool | None = None
    checkpoint_every: int = 1
    keep_checkpoints: int = KEEP
    figures_every: int = 1
    evaluation: EvaluationOptions | None = None
    evaluate_every: int = 0


def describe_data(config: Config, data: LabelledImages) -> str:
    """Returns what a run is about to train on, for people."""
    lines = [f"data: {config.dataset}, {len(data.images)} images, source: {data.source}"]
    megabytes = memory_bytes(data.images, config.batch_size) / 1e6
    kept = "in their files" if isinstance(data.images, StreamedImages) else "in memory"
    lines.append(f"images stay {kept}; with the batches under way up to {megabytes:.0f} MB")
    if data.labels is not None:
        lines.append(class_table(data))
    return "\n".join(lines)


def train(config: Config, options: Options) -> None:
    """Trains a run, or goes on with it where it stopped, and exports it.

    Raises:
        UsageError: for bad input, data, devices or folders; nothing half-written stays.
        DivergenceError: when a loss or a weight is not finite.
        WorkerLostError: when another worker has ended.
        KeyboardInterrupt: after Ctrl-C, when the checkpoint is written.
    """
    strategy = make_strategy(options.strategy, options.logical_devices)
    check_batch_size(config.batch_size, strategy)
    jit_compile = choose_jit_compile(options.jit_compile, strategy)
    data = catalogue.load(config, options.data_dir)
    print(describe_data(config, data))
    steps = config.epochs * steps_per_epoch(len(data.images), config.batch_size)
    with strategy.scope():
        model = build_model(config, data.class_counts)
        model.compile(jit_compile=jit_compile)
    folder, chief = RunFolder(options.model_dir), is_chief(strategy)
    need_bytes = _bytes_to_write(model, options)
    with folder.open(config, data, options.data_dir, need_bytes=need_bytes, writes=chief) as known:
        checkpoints = Checkpoints(folder.checkpoints, model, chief, options.keep_checkpoints)
        resumed = checkpoints.restore()
        _announce(folder, known, resumed, model.step, steps, strategy, jit_compile)
        report = None
        if chief and options.evaluation:
            report = Report(folder, model, data, options.data_dir, options.evaluation)
        if model.step < steps:
            _fit(config, options, model, data, checkpoints, report, chief)
        if chief:
            write_export(folder, model)
        if report and not report.is_written_for(model.step):
            report.write()


def _fit(
    config: Config,
    options: Options,
    model: keras.Model,
    data: LabelledImages,
    checkpoints: Checkpoints,
    report: Report | None,
    chief: bool,
) -> None:
    callbacks = [NonFiniteGuard(checkpoints)]
    with contextlib.ExitStack() as stack:
        if chief:
            epoch_steps = steps_per_epoch(len(data.images), config.batch_size)
            bar = ProgressBar(model.step, config.epochs * epoch_steps, epoch_steps)
            stack.callback(bar.close)
            callbacks += [bar, *_chief_callbacks(config, options, data, model.step, report)]
        # Stopping comes after all that looks at a step, saving before it.
        stop = stack.enter_context(StopOnSignal(checkpoints))
        stack.enter_context(lost_workers_surface())
        callbacks += [CheckpointCallback(checkpoints, options.checkpoint_every), stop]
        loop.fit(config, model, data, callbacks)


def _chief_callbacks(
    config: Config,
    options: Options,
    data: LabelledImages,
    first_step: int,
    report: Report | None,
) -> list[keras.callbacks.Callback]:
    folder = RunFolder(options.model_dir)
    writer = tf.summary.create_file_writer(str(folder.tensorboard))
    with writer.as_default(step=first_step):
        tf.summary.text("source", plain(data.source))
    title = f"{config.dataset}, {config.method}, source: {data.source}"
    scores = report.scores if report and options.evaluate_every else None
    return [
        MetricsLog(
            folder.metrics,
            writer,
            config.batch_size,
            data.source,
            first_step,
            scores,
            options.evaluate_every,
        ),
        Pictures(folder.figures, writer, data, options.figures_every, title),
    ]


def _bytes_to_write(model: keras.Model, options: Options) -> int:
    """Returns what the checkpoints (one more while saving) and the SavedModel take together."""
    weights = sum(int(np.prod(variable.shape)) * 4 for variable in model.weights)
    moments = sum(
        int(np.prod(variable.shape)) * 4 for one in model.optimizers for variable in one.variables
    )
    return (options.keep_checkpoints + 1) * (weights + moments) + weights


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
        print(f"finished already: {step} of {steps} steps; ask for more --epochs to go on")
    elif resumed:
        print(f"resuming after step {step} of {steps}")
    elif known:
        print("this run had been started but has no checkpoint yet: starting again from step 0")
    if step < steps:
        print("the first step takes longer: TensorFlow builds its program", flush=True)
