"""What comes before a training, and before a look at what it would be."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import memory_bytes, steps_per_epoch
from elastic_infogan_tf.data.files.images_on_disk import first_of
from elastic_infogan_tf.data.image_array import is_in_memory
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.run.run_names import run_name
from elastic_infogan_tf.run.variety import missing_variety
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import AUTO, DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.model import AUTO_DTYPE, FLOAT32
from elastic_infogan_tf.settings.running import RunSettings
from elastic_infogan_tf.text import plain
from elastic_infogan_tf.training import threads
from elastic_infogan_tf.training.strategy import (
    check_batch_size,
    choose_jit_compile,
    make_strategy,
)

_MOST_ENDINGS = 20


class Prepared(NamedTuple):
    """Devices and images of a training.

    Attributes:
        config: what is computed, with the number of epochs.
        settings: where and how, with the number of threads.
        strategy: to build and train under.
        jit_compile: whether XLA compiles the train step.
        everything: all labelled images, for the classifier.
        data: the training set.
        epoch_steps: steps of an epoch.
    """

    config: Config
    settings: RunSettings
    strategy: tf.distribute.Strategy
    jit_compile: bool
    everything: LabelledImages
    data: LabelledImages
    epoch_steps: int


def prepare(config: Config, files: DataFiles, settings: RunSettings) -> Prepared:
    """Sets up the devices and loads the images of a training.

    Raises:
        UsageError: for bad data or devices.
    """
    before = RunFolder(folder_of(config, files, settings)).recorded_how().get("run", {})
    settings = _with_threads(settings, before)
    strategy = make_strategy(settings.strategy, settings.logical_devices)
    check_batch_size(config.schedule.batch_size, strategy)
    asked = before.get("jit_compile") if settings.jit_compile is None else settings.jit_compile
    jit_compile = choose_jit_compile(asked, strategy)
    settings = dataclasses.replace(settings, jit_compile=jit_compile)
    everything = catalogue.load_full(config, files)
    data = catalogue.draw(config, everything)
    epoch_steps = steps_per_epoch(len(data.images), config.schedule.batch_size)
    config = config.with_epochs(epoch_steps)
    return Prepared(config, settings, strategy, jit_compile, everything, data, epoch_steps)


def _with_threads(settings: RunSettings, before: Mapping[str, Any]) -> RunSettings:
    """Sets TensorFlow's threads; returns the settings with their number, as it is recorded.

    `before` are the settings that the run was last gone on with, where it was begun before.

    A run that was begun deterministic goes on so, and with the threads it was begun with.
    """
    recorded = before.get("threads")
    deterministic = settings.deterministic or before.get("deterministic", False)
    asked = settings.threads or (recorded if deterministic else None)
    threads.fix(asked, deterministic)
    used = threads.in_use()
    if recorded and recorded != used:
        print(
            f"this run was trained with {recorded} threads for an operation and goes on with "
            f"{used}, which is the same but for rounding; --threads={recorded} goes on exactly"
        )
    return dataclasses.replace(settings, threads=used, deterministic=deterministic)


def folder_of(config: Config, files: DataFiles, settings: RunSettings) -> Path:
    """Returns the run folder: the one asked for, or `runs/` and a name made of the settings."""
    return settings.model_dir or Path("runs", run_name(config, files.data_dir))


def concrete(config: Config, folder: RunFolder) -> Config:
    """Returns a configuration that a model can be built of, where one is left to images or machine.

    A run that was begun has a number of codes and a dtype. For a new one, which has neither yet, it
    is the data set's usual number, because a step's time hardly depends on it, and float32.
    """
    begun = None
    if folder.record.exists():
        begun = Config.from_json(folder.read_record()["config"])
    number, dtype = config.data.num_classes, config.model.dtype
    if number == AUTO:
        number = begun.data.num_classes if begun else data_set(config.data.dataset).num_classes
    if dtype == AUTO_DTYPE:
        dtype = begun.model.dtype if begun else FLOAT32
    return dataclasses.replace(
        config,
        data=dataclasses.replace(config.data, num_classes=number),
        model=dataclasses.replace(config.model, dtype=dtype),
    )


def describe(config: Config, data: LabelledImages) -> str:
    """Returns lines on a training set: how many images of what, and what was left out."""
    lines = [
        f"data: {config.data.dataset}, {len(data.images)} images, source: {plain(data.source)}"
    ]
    if data.left_out:
        lines.append(f"left out: {plain(first_of(data.left_out, _MOST_ENDINGS))}")
    megabytes = memory_bytes(data.images, config.schedule.batch_size) / 1e6
    kept = "in memory" if is_in_memory(data.images) else "on disk, decoded"
    lines.append(f"images stay {kept}; with the batches under way up to {megabytes:.0f} MB")
    wrong = missing_variety(data.images)
    if wrong is not None:
        lines.append(f"warning: {wrong}, so there is nothing to learn from them")
    return "\n".join(lines)


def bytes_to_write(model: keras.Model, keep: int) -> int:
    """Returns what `keep` checkpoints (one more while saving) and the SavedModel take together."""
    weights = sum(int(np.prod(variable.shape)) * 4 for variable in model.weights)
    moments = sum(
        int(np.prod(variable.shape)) * 4 for one in model.optimizers for variable in one.variables
    )
    return (keep + 1) * (weights + moments) + weights
