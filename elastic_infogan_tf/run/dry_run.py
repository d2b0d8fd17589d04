"""What a training would do and how long it would take; nothing is written."""

import dataclasses
import statistics
import time
from typing import Any

import keras

from elastic_infogan_tf.data.files.images_on_disk import note
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.classifiers import check_images
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.memory import require_memory, training_bytes
from elastic_infogan_tf.run.preparation import (
    bytes_to_write,
    concrete,
    describe,
    prepare,
)
from elastic_infogan_tf.run.report import classifier_name
from elastic_infogan_tf.run.run_folder import RunFolder, folder_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import AUTO, DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.settings.model import AUTO_DTYPE
from elastic_infogan_tf.settings.running import RunSettings
from elastic_infogan_tf.training import checkpoint_files, loop

_SECONDS = 10.0  # of timed steps, after which no more are taken
_LEAST, _MOST = 3, 10  # timed steps


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a training would do.

    Attributes:
        config: what it was asked for.
        data: its training set.
        folder: where it would go.
        steps: in all.
        done: of them before, in this folder.
        model: a model of it, with fresh weights.
    """

    config: Config
    data: LabelledImages
    folder: RunFolder
    steps: int
    done: int
    model: keras.Model

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON types, without the configuration."""
        counts = self.data.class_counts
        return {
            "images": len(self.data.images),
            "source": self.data.source,
            "left_out": list(self.data.left_out),
            "class_names": list(self.data.class_names),
            "class_counts": None if counts is None else counts.tolist(),
            "steps": self.steps,
            "steps_done": self.done,
            "clusters_after": self.model.next_clustering,
        }


def make_plan(
    config: Config, files: DataFiles, settings: RunSettings, evaluation: EvaluationSettings
) -> Plan:
    """Prepares a training as `experiment.train` does, up to where it would write.

    Args:
        config: what it would compute.
        files: where its images are.
        settings: where and how it would be computed.
        evaluation: how it would be evaluated.

    Raises:
        UsageError: for all that a training refuses: data, devices and folders.
    """
    folder = folder_of(config, files.data_dir, settings.model_dir)
    folder.require_readable()
    prepared = prepare(config, files, settings)
    config, settings, strategy, jit_compile, everything, data, epoch_steps = prepared
    classifier = classifier_name(everything, evaluation)
    if settings.evaluate and classifier is not None:
        check_images(everything, classifier)
    whole = concrete(config, folder)
    require_memory(whole, data.class_counts, len(data.images))
    with strategy.scope():
        model = build_model(whole, data.class_counts, len(data.images), jit_compile=jit_compile)
    need_bytes = bytes_to_write(model, settings.keep_checkpoints)
    folder.check(whole, data, files.data_dir, need_bytes=need_bytes)
    done = max(checkpoint_files.steps(folder.checkpoints), default=0)
    return Plan(config, data, folder, config.schedule.epochs * epoch_steps, done, model)


def show(plan: Plan) -> None:
    """Prints a plan for people, with the time that it takes by a few steps that are taken here."""
    config, data = plan.config, plan.data
    print(describe(config, data))
    is_open = config.data.num_classes == AUTO
    if is_open:
        print("number of codes: chosen by these images before the training")
    else:
        print(f"groups to find: {config.data.num_classes}")
    schedule = config.schedule
    went_on = f", of which {plan.done} are done" if plan.done else ""
    print(
        f"steps: {plan.steps}{went_on} ({schedule.epochs} epochs, batches of "
        f"{schedule.batch_size})",
        flush=True,
    )
    due = plan.model.next_clustering
    if due is not None and due > plan.done:
        print(f"clusters, which the groups come of: after step {due}, or later if not stable")
    left = plan.steps - plan.done
    if left > 0:
        note("timing a few steps; the first one takes longer: TensorFlow builds its program")
        times = _step_times(plan)
        seconds = statistics.median(times)
        more = "the choice of that number and the evaluation" if is_open else "the evaluation"
        print(
            f"time: about {_duration(left * seconds)} on this machine, by {len(times)} steps of "
            f"{seconds:.3g} s{_in_what(plan)}; {more} and pictures come on top"
        )
    print(
        f"memory: {training_bytes(plan.model) / 1e6:.0f} MB for weights, gradients and moments; "
        "images and batches as above, and TensorFlow's own about 1 GB"
    )
    print(f"run folder: {plan.folder.root}")
    if data.labels is None:
        print("labels: none; the evaluation reports what needs none")
    else:
        print(f"labels, which only the evaluation looks at:\n{class_table(data)}")


def _in_what(plan: Plan) -> str:
    """Returns what the timed steps compute in, where that is not for sure the run's."""
    if plan.config.model.dtype != AUTO_DTYPE or plan.folder.record.exists():
        return ""
    return " in float32, where --dtype=auto may choose a faster one"


def _step_times(plan: Plan) -> list[float]:
    """Returns the seconds of some train steps, without the first one where there are more."""
    config, watch = plan.config, _StepTimes()
    loop.fit(config.schedule, config.data.augmentation, plan.model, plan.data, [watch])
    return watch.seconds[1:] or watch.seconds


class _StepTimes(keras.callbacks.Callback):
    """Takes the time of steps, and stops the training after a few."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._last = 0.0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Starts the clock."""
        self._last = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Notes a step."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now
        timed = self.seconds[1:]
        if len(timed) >= _MOST or (len(timed) >= _LEAST and sum(timed) > _SECONDS):
            self.model.stop_training = True


def _duration(seconds: float) -> str:
    """Returns a time in the unit that people would say it in."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
