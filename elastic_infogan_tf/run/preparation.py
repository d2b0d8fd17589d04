"""What comes before a training, and before a look at what it would be."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import memory_bytes, steps_per_epoch
from elastic_infogan_tf.data.files.decoding import first_of
from elastic_infogan_tf.data.labelled_images import ImageArray, LabelledImages, is_in_memory
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.classifier_cache import require_trainable
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.evaluate import classifier_name
from elastic_infogan_tf.run_folder import checkpoint_files
from elastic_infogan_tf.run_folder.folder import RunFolder, folder_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.training import strategy
from elastic_infogan_tf.training.encoders import load_start
from elastic_infogan_tf.utils.text import plain

_LOOKED_AT = 64  # images
_MOST_ENDINGS = 20


def _missing_variety(images: ImageArray) -> str | None:
    """Returns what is wrong with images that teach nothing, by a few of them, from all over."""
    count = min(_LOOKED_AT, len(images))
    rows = np.unique(np.linspace(0, len(images) - 1, count).astype(np.int64))
    shown = np.asarray(images[rows])
    if count > 1 and (shown == shown[:1]).all():
        return f"the {count} images that were looked at are all the same"
    if (shown == shown[:, :1, :1]).all():
        return f"each of the {count} images that were looked at has one colour all over"
    return None


@dataclasses.dataclass(frozen=True)
class Plan:
    """A training before it writes anything: what a dry run shows is what the run does.

    Attributes:
        config: what is computed, with the number of epochs.
        files: where its images are.
        settings: how it is computed, with the threads, the run folder, and whether XLA compiles.
        evaluation: how it is evaluated, if `settings` ask for it.
        strategy: to build and train under.
        everything: all labelled images, for the classifier.
        data: the training set.
    """

    config: Config
    files: DataFiles
    settings: RunSettings
    evaluation: EvaluationSettings
    folder: RunFolder
    strategy: tf.distribute.Strategy
    everything: LabelledImages
    data: LabelledImages

    @property
    def steps(self) -> int:
        """In all."""
        schedule = self.config.schedule
        return schedule.epochs * steps_per_epoch(len(self.data.images), schedule.batch_size)

    @property
    def done(self) -> int:
        """Steps that were taken before, in this folder, as far as a look at its files tells."""
        return max(checkpoint_files.steps(self.folder.checkpoints), default=0)

    @property
    def how(self) -> dict[str, Any]:
        """Groups of settings that change no number, by name."""
        return {"files": self.files, "run": self.settings, "evaluation": self.evaluation}

    def build_model(self) -> keras.Model:
        """Returns a model of it with fresh weights, compiled."""
        counts, images = self.data.class_counts, len(self.data.images)
        with self.strategy.scope():
            return build_model(self.config, counts, images, jit_compile=self.settings.jit_compile)

    def describe(self) -> str:
        """Returns lines on the training set: how many images of what, and what was left out."""
        data = self.data
        lines = [
            f"data: {self.config.data.dataset}, {len(data.images)} images, source: "
            f"{plain(data.source)}"
        ]
        if data.bursts is not None:
            lines[0] += f"; {data.different} of them of different moments"
        if data.left_out:
            lines.append(f"left out: {plain(first_of(data.left_out, _MOST_ENDINGS))}")
        megabytes = memory_bytes(data.images, self.config.schedule.batch_size) / 1e6
        kept = "in memory" if is_in_memory(data.images) else "on disk, decoded"
        lines.append(f"images stay {kept}; with the batches under way up to {megabytes:.0f} MB")
        if problem := _missing_variety(data.images):
            lines.append(f"warning: {problem}, so there is nothing to learn from them")
        return "\n".join(lines)


def prepare(
    config: Config, files: DataFiles, settings: RunSettings, evaluation: EvaluationSettings
) -> Plan:
    """Sets up the devices, loads the images of a training and checks all that it needs.

    Arguments are the fields of `Plan`, before anything is known of devices and images.

    Raises:
        UsageError: for bad data, devices or folders, and for a classifier that cannot be made.
    """
    folder = folder_of(config, files.data_dir, settings.model_dir)
    folder.require_readable()
    before = folder.recorded_how().get("run", {})
    settings = _with_threads(settings, before)
    devices = strategy.make_strategy(settings.strategy)
    strategy.check_batch_size(config.schedule.batch_size, devices)
    wanted = before.get("jit_compile") if settings.jit_compile is None else settings.jit_compile
    jit_compile = strategy.choose_jit_compile(wanted, devices)
    settings = dataclasses.replace(settings, jit_compile=jit_compile, model_dir=folder.root)
    everything = catalogue.load_full(config, files)
    data = catalogue.draw(config, everything)
    if not folder.record.exists():
        _require_images(config, data.different)
        start = config.flat().get("encoder")
        if start is not None:
            load_start(Path(start), data, config.data.num_classes)
    config = config.with_epochs(steps_per_epoch(len(data.images), config.schedule.batch_size))
    name = classifier_name(everything, evaluation)
    if settings.evaluate and name is not None and strategy.is_chief(devices):
        require_trainable(everything, name, files.cache, evaluation.classifier_weights)
    return Plan(config, files, settings, evaluation, folder, devices, everything, data)


def _require_images(config: Config, images: int) -> None:
    """Refuses a number of codes that leaves less than two images to most of them."""
    codes = config.data.num_classes
    if data_set(config.data.dataset).leaves_codes_open and codes > images / 2:
        raise UsageError(
            f"--num_classes={codes} is more than half of the {images} images; give "
            f"{max(images // 2, 2)} or fewer."
        )


def _with_threads(settings: RunSettings, before: Mapping[str, Any]) -> RunSettings:
    """Sets TensorFlow's threads; returns the settings with their number, as it is recorded.

    A run that was begun deterministic is resumed so, and with the threads it was begun with:
    `before` has the settings of its last start, by name.
    """
    recorded = before.get("threads")
    deterministic = settings.deterministic or before.get("deterministic", False)
    strategy.fix(settings.threads or (recorded if deterministic else None), deterministic)
    used = strategy.in_use()
    if recorded and recorded != used:
        print(
            f"this run was trained with {recorded} threads for an operation and is resumed with "
            f"{used}, which is the same but for rounding; --threads={recorded} goes on exactly"
        )
    return dataclasses.replace(settings, threads=used, deterministic=deterministic)


def with_fast_dtype(config: Config, folder: RunFolder) -> Config:
    """Returns a configuration in the type of the run in its folder, else in the fast one."""
    if folder.record.exists():
        dtype = Config.from_json(folder.read_record()["config"]).model.dtype
    else:
        dtype = strategy.fast_dtype(config.flat().get("instance_noise"))
    return dataclasses.replace(config, model=dataclasses.replace(config.model, dtype=dtype))


def with_recorded_transforms(config: Config, folder: RunFolder) -> Config:
    """Returns a configuration with the transforms of the run in its folder, where there is one."""
    if not folder.record.exists():
        return config
    begun = Config.from_json(folder.read_record()["config"]).data
    data = dataclasses.replace(
        config.data, augmentation=begun.augmentation, transforms=begun.transforms
    )
    return dataclasses.replace(config, data=data)


def training_bytes(model: keras.Model) -> int:
    """Returns what a model's weights, gradients and moments take together, without images."""
    return _bytes(model.weights, model.trainable_weights, *_moments(model))


def bytes_to_write(model: keras.Model, keep: int) -> int:
    """Returns what `keep` checkpoints (one more while saving) and the SavedModel take together."""
    return (keep + 1) * _bytes(model.weights, *_moments(model)) + _bytes(model.weights)


def _moments(model: keras.Model) -> list[list[keras.Variable]]:
    return [optimizer.variables for optimizer in model.optimizers]


def _bytes(*variables: Iterable[keras.Variable]) -> int:
    return sum(4 * math.prod(variable.shape) for variable in itertools.chain(*variables))
