"""One experiment from its configuration to the finished run folder."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf import model_card
from elastic_infogan_tf.config import METHODS, Config
from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.pipeline import batches, steps_per_epoch
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.run_folder import RunFolder
from elastic_infogan_tf.serving import export_saved_model
from elastic_infogan_tf.training.checkpoints import KEEP, CheckpointCallback, Checkpoints
from elastic_infogan_tf.training.guards import NonFiniteGuard, StopOnSignal
from elastic_infogan_tf.training.metrics_log import MetricsLog
from elastic_infogan_tf.training.pictures import Pictures
from elastic_infogan_tf.training.progress import ProgressBar
from elastic_infogan_tf.training.strategy import check_batch_size, is_chief, make_strategy


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
    """

    model_dir: Path
    data_dir: Path | None = None
    strategy: str = "auto"
    logical_devices: int = 1
    jit_compile: bool | None = None
    checkpoint_every: int = 1
    keep_checkpoints: int = KEEP
    figures_every: int = 1


def describe_data(config: Config, data: LabelledImages) -> str:
    """Returns what a run is about to train on, for people."""
    lines = [f"data: {config.dataset}, {len(data.images)} images, source: {data.source}"]
    if data.labels is not None:
        lines.append(class_table(data))
    return "\n".join(lines)


def train(config: Config, options: Options) -> None:
    """Trains a run, or goes on with it where it stopped, and exports it.

    Raises:
        UsageError: for bad input, data, devices or folders; nothing half-written stays.
        DivergenceError: when a loss or a weight is not finite.
        KeyboardInterrupt: after Ctrl-C, when the checkpoint is written.
    """
    strategy = make_strategy(options.strategy, options.logical_devices)
    check_batch_size(config.batch_size, strategy)
    jit_compile = _jit_compile(options.jit_compile, strategy)
    data = catalogue.load(config, options.data_dir)
    print(describe_data(config, data))
    steps = config.epochs * steps_per_epoch(len(data.images), config.batch_size)
    with strategy.scope():
        model = build_model(config, data.class_counts)
        model.compile(jit_compile=jit_compile)
    folder, chief = RunFolder(options.model_dir), is_chief(strategy)
    known = folder.open(config, data, need_bytes=_bytes_to_write(model, options), writes=chief)
    checkpoints = Checkpoints(folder.checkpoints, model, chief, options.keep_checkpoints)
    resumed = checkpoints.restore()
    _announce(folder, known, resumed, model.step, steps, strategy, jit_compile)
    if model.step < steps:
        with StopOnSignal(checkpoints) as stop:
            _fit(config, options, model, data, checkpoints, stop, chief)
    if chief:
        _export(folder, model)


def build_model(config: Config, class_counts: np.ndarray | list[int] | None) -> keras.Model:
    """Builds the model of a run's method, with fresh weights.

    Args:
        config: of the run.
        class_counts: images per class of its training set, for methods that know them.
    """
    knows = METHODS[config.method].prior == "proportions"
    return ElasticInfoGAN(config, np.asarray(class_counts) if knows else None)


def load_run(model_dir: Path) -> keras.Model:
    """Rebuilds a run's model with the weights of its last checkpoint; needs no data.

    Raises:
        UsageError: if there is no run or no checkpoint in it.
    """
    folder = RunFolder(model_dir)
    record = folder.read_record()
    model = build_model(Config.from_json(record["config"]), record["data"]["class_counts"])
    if not Checkpoints(folder.checkpoints, model).restore():
        raise UsageError(f"{folder.checkpoints} holds no checkpoint yet; train the run first.")
    return model


def export(model_dir: Path) -> Path:
    """Writes a run's SavedModel and model card from its last checkpoint; returns its folder."""
    folder = RunFolder(model_dir)
    _export(folder, load_run(model_dir))
    return folder.export


def _fit(
    config: Config,
    options: Options,
    model: keras.Model,
    data: LabelledImages,
    checkpoints: Checkpoints,
    stop: StopOnSignal,
    chief: bool,
) -> None:
    """Runs all steps that are left; a run interrupted within an epoch first ends that epoch."""
    epoch_steps = steps_per_epoch(len(data.images), config.batch_size)
    first_step, steps = model.step, config.epochs * epoch_steps
    callbacks = [NonFiniteGuard(checkpoints)]
    bar = None
    if chief:
        bar = ProgressBar(first_step, steps, epoch_steps)
        callbacks += [bar, *_chief_callbacks(config, options, data, first_step)]
    # Stopping comes after all that looks at a step, saving before it.
    callbacks += [CheckpointCallback(checkpoints, options.checkpoint_every), stop]
    epoch, done = divmod(first_step, epoch_steps)
    parts = [(epoch, epoch + 1, epoch_steps - done)] if done else []
    parts.append((epoch + len(parts), config.epochs, epoch_steps))
    try:
        for initial_epoch, epochs, count in parts:
            dataset = batches(
                data.images,
                config.batch_size,
                config.seed,
                config.augmentation,
                start_step=model.step,
                stop_step=model.step + (epochs - initial_epoch) * count,
            )
            model.fit(
                dataset,
                initial_epoch=initial_epoch,
                epochs=epochs,
                steps_per_epoch=count,
                shuffle=False,
                verbose=0,
                callbacks=callbacks,
            )
    finally:
        if bar:
            bar.close()


def _chief_callbacks(
    config: Config, options: Options, data: LabelledImages, first_step: int
) -> list[keras.callbacks.Callback]:
    folder = RunFolder(options.model_dir)
    writer = tf.summary.create_file_writer(str(folder.tensorboard))
    with writer.as_default(step=first_step):
        tf.summary.text("source", data.source)
    counts = data.class_counts
    true_proportions = None if counts is None else counts / counts.sum()
    title = f"{config.dataset}, {config.method}, source: {data.source}"
    return [
        MetricsLog(folder.metrics, writer, config.batch_size, data.source, first_step),
        Pictures(folder.figures, writer, true_proportions, options.figures_every, title),
    ]


def _export(folder: RunFolder, model: keras.Model) -> None:
    export_saved_model(model, folder.export)
    write_atomically(folder.model_card, model_card.render(folder.read_record(), model.step))
    print(f"exported: {folder.export}")


def _jit_compile(asked: bool | None, strategy: tf.distribute.Strategy) -> bool:
    one_replica = strategy.num_replicas_in_sync == 1 and strategy.cluster_resolver is None
    if asked and not one_replica:
        raise UsageError(
            f"--jit_compile works on one replica only, and there are "
            f"{strategy.num_replicas_in_sync} (one XLA program cannot hold the variables of "
            "several devices); leave it out."
        )
    return one_replica if asked is None else asked


def _bytes_to_write(model: keras.Model, options: Options) -> int:
    """Returns what the checkpoints (one more while saving) and the SavedModel take together."""
    weights = sum(int(np.prod(variable.shape)) * 4 for variable in model.weights)
    optimizers = (model.discriminator_optimizer, model.generator_optimizer)
    moments = sum(
        int(np.prod(variable.shape)) * 4 for one in optimizers for variable in one.variables
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
