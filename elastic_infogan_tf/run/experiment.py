"""One experiment from its configuration to the finished run folder."""

import dataclasses

import tensorflow as tf

from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run import board
from elastic_infogan_tf.run.dtype import with_dtype
from elastic_infogan_tf.run.finished_run import load_run, write_export
from elastic_infogan_tf.run.fitting import Fitting
from elastic_infogan_tf.run.memory import require_memory
from elastic_infogan_tf.run.number_of_codes import with_number_of_codes
from elastic_infogan_tf.run.page import write_page
from elastic_infogan_tf.run.preparation import (
    bytes_to_write,
    concrete,
    describe,
    folder_of,
    prepare,
)
from elastic_infogan_tf.run.report import Report, is_evaluated
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.run.sorting import sort_training_images
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import AUTO, DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.settings.running import RunSettings
from elastic_infogan_tf.training.checkpoints import Checkpoints
from elastic_infogan_tf.training.guards import going_on_without
from elastic_infogan_tf.training.strategy import is_chief, processor


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
        Interrupted: after Ctrl-C, SIGTERM or SIGHUP, when the checkpoint is written.
    """
    folder = RunFolder(folder_of(config, files, settings))
    folder.require_readable()
    prepared = prepare(config, files, settings)
    config, settings, strategy, jit_compile, everything, data, epoch_steps = prepared
    print(describe(config, data))
    if data.labels is not None:
        print(class_table(data))
    steps = config.schedule.epochs * epoch_steps
    require_memory(concrete(config, folder), data.class_counts, len(data.images))
    config = with_dtype(config, data, folder, strategy, jit_compile)
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
        _announce(folder, known, resumed, model.step, steps)
        print(_devices(strategy, jit_compile, config.model.dtype))
        if model.step < steps:
            print("the first step takes longer: TensorFlow builds its program", flush=True)
        report = None
        if chief and settings.evaluate and not is_evaluated(folder, data, evaluation, steps):
            report = Report(folder, model, data, everything, evaluation, files.cache)
        del everything  # only the classifier has looked at it
        if chief:
            going_on_without("settings for TensorBoard")(board.write_settings, folder)
        if model.step < steps:
            Fitting(config, settings, folder, model, data, checkpoints, report, chief).run()
        if chief:
            trained_in_float32 = config.model.dtype == FLOAT32
            write_export(
                folder, model if trained_in_float32 else load_run(folder.root, dtype=FLOAT32)
            )
        if report:
            report.write()
        if chief and data.files is not None:
            sort_training_images(folder, model, config, data)
        if chief:
            going_on_without("pages")(write_page, folder)
            print(f"report: {folder.page}", flush=True)


def _devices(strategy: tf.distribute.Strategy, jit_compile: bool, dtype: str) -> str:
    """Returns a line on what computes a run, and what it computes in where that is not float32."""
    replicas = strategy.num_replicas_in_sync
    parts = [f"{replicas} replica{'s' if replicas > 1 else ''} ({processor(strategy)})"]
    parts.append("the train step compiled by XLA" if jit_compile else "without XLA")
    if dtype != FLOAT32:
        parts.append(f"networks in {dtype}")
    return f"devices: {', '.join(parts)}"


def _announce(folder: RunFolder, known: bool, resumed: bool, step: int, steps: int) -> None:
    print(f"run folder: {folder.root} (pictures in {folder.figures.name}/, {folder.metrics.name})")
    if resumed and step >= steps:
        print(
            f"finished already: {step} of {steps} steps; ask for more --epochs or --steps to go on"
        )
    elif resumed:
        print(f"resuming after step {step} of {steps}")
    elif known:
        print("this run had been started but has no checkpoint yet: starting again from step 0")
