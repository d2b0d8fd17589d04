"""What a training would do and how long it would take; nothing is written."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras

from elastic_infogan_tf.data.files.decoding import note
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.run.preparation import Plan, bytes_to_write, training_bytes
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.training.strategy import processor

_LEAST = 3  # timed steps
_LONG = 3600.0  # seconds
_PUBLISHED_WIDTH = 64  # base channels
_SECONDS = 10.0  # of timed steps, after which a dry run takes no more
_MOST = 10  # timed steps of a dry run


class StepTimes(keras.callbacks.Callback):
    """Takes the time of some steps, after a first one in which TensorFlow builds its program.

    Where a model's clusters become its codes in between, its steps change, and are timed again.

    Args:
        most: timed steps, after which it tells.
        tell: called with their seconds.
        seconds: of three timed steps or more, after which it tells sooner.

    Attributes:
        times: seconds of the steps so far, the first one's too.
    """

    def __init__(
        self, most: int, tell: Callable[[Sequence[float]], None], seconds: float = math.inf
    ) -> None:
        super().__init__()
        self._most = most
        self._tell = tell
        self._seconds = seconds
        self._is_over = False
        self._is_first_part = False
        self.times: list[float] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Starts the clock."""
        self._is_first_part = self.model.next_clustering is not None
        self._last = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Notes a step."""
        if self._is_first_part and self.model.next_clustering is None:
            self._is_first_part = self._is_over = False
            self.times = []
        if self._is_over:
            return
        now = time.perf_counter()
        self.times.append(now - self._last)
        self._last = now
        timed = self.times[1:]
        if len(timed) >= self._most or (len(timed) >= _LEAST and sum(timed) > self._seconds):
            self._is_over = True
            self._tell(timed)


def describe_time(config: Config, model: keras.Model, left: int, times: Sequence[float]) -> str:
    """Returns a line on how long the rest of a training takes, and on what takes less.

    Args:
        config: of the run.
        model: at the step where the run stands.
        left: steps that are left.
        times: seconds of some of its steps.
    """
    seconds = statistics.median(times)
    parts = [
        f"time: about {_duration(left * seconds)} for {left:,} steps on this machine, by "
        f"{len(times)} steps of {seconds:.3g} s",
        "the evaluation and figures come on top",
    ]
    if model.next_clustering is not None:
        parts.append(
            f"steps after the clusters, from {model.next_clustering:,} on, take somewhat longer"
        )
    if left * seconds > _LONG and processor(model.distribute_strategy) == "CPU":
        flagfile = data_set(config.data.dataset).laptop_flagfile
        shorter = f"--flagfile={flagfile} takes minutes"
        if flagfile is None or config.model.base_channels < _PUBLISHED_WIDTH:
            shorter = "smaller --base_channels and fewer --steps take less"
        parts.append(f"without a GPU that is long: {shorter}")
    return "; ".join(parts)


def _duration(seconds: float) -> str:
    """Returns a time in the unit that people would say it in."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def to_json(plan: Plan) -> dict[str, Any]:
    """Returns all settings and counts of a training as JSON types.

    Raises:
        UsageError: for a run folder that the training would refuse.
    """
    model = _checked_model(plan)
    data, counts = plan.data, plan.data.class_counts
    return {
        **plan.config.to_json(),
        **{name: declare.to_json(part) for name, part in plan.how.items()},
        "plan": {
            "images": len(data.images),
            "source": data.source,
            "left_out": list(data.left_out),
            "class_names": list(data.class_names),
            "class_counts": None if counts is None else counts.tolist(),
            "steps": plan.steps,
            "steps_done": plan.done,
            "clusters_after": model.next_clustering,
        },
    }


def show(plan: Plan) -> None:
    """Prints a plan for people, with the time that it takes by a few steps that are taken here.

    Raises: as `to_json`.
    """
    model, schedule = _checked_model(plan), plan.config.schedule
    print(plan.describe())
    print(f"groups to find: {plan.config.data.num_classes}")
    done = f", of which {plan.done} are done" if plan.done else ""
    batches = f"{schedule.epochs} epochs, batches of {schedule.batch_size}"
    print(f"steps: {plan.steps}{done} ({batches})", flush=True)
    due = model.next_clustering
    if due is not None and due > plan.done:
        print(f"clusters, which the groups come of: after step {due}, or later if not stable")
    if plan.steps > plan.done:
        note("timing a few steps; the first one takes longer: TensorFlow builds its program")
        watch = StepTimes(_MOST, lambda times: setattr(model, "stop_training", True), _SECONDS)
        loop.fit(schedule, plan.config.data.augmentation, model, plan.data, [watch])
        left, times = plan.steps - plan.done, watch.times[1:] or watch.times
        print(describe_time(plan.config, model, left, times))
    print(
        f"memory: {training_bytes(model) / 1e6:.0f} MB for weights, gradients and moments; "
        "images and batches as above, and TensorFlow's own about 1 GB"
    )
    print(f"run folder: {plan.folder.root}")
    if plan.data.labels is None:
        print("labels: none; the evaluation reports what needs none")
    else:
        print(f"labels, which only the evaluation looks at:\n{class_table(plan.data)}")


def _checked_model(plan: Plan) -> keras.Model:
    """Returns a model of a plan whose folder may be begun or resumed."""
    model = plan.build_model()
    plan.folder.check(
        plan.config,
        plan.data,
        plan.files.data_dir,
        need_bytes=bytes_to_write(model, plan.settings.keep_checkpoints),
    )
    return model
