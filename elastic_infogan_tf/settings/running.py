"""Where and how a run is computed; only `on_nonfinite` changes what, where a run is lost else."""

import dataclasses
import functools
import math
from pathlib import Path

from elastic_infogan_tf.settings.declare import ABOVE_0, FOLDER, at_least, between, setting

STOP, ROLLBACK = "stop", "rollback"
STRATEGIES = ("auto", "one", "mirrored", "multi_worker")
_setting = functools.partial(setting, group="Devices and output")
_evaluation = functools.partial(setting, group="Evaluation")


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """Devices, the run folder, and how often things are written."""

    strategy: str = _setting(
        "auto",
        help="devices: one; all of this machine (mirrored); those of TF_CONFIG (multi_worker); "
        "auto: by what there is",
        choices=STRATEGIES,
    )
    threads: int | None = _setting(
        None,
        help="number of threads that share an operation (default: one for each core); another "
        "number gives other last digits",
        bounds=at_least(1),
    )
    deterministic: bool = _setting(
        False,
        help="the same numbers to the last bit when a run is resumed: the threads it was begun "
        "with, and no operation that sums in any order",
    )
    jit_compile: bool | None = _setting(
        None, help="compilation of the train step by XLA (default: on a single GPU)"
    )
    model_dir: Path | None = _setting(
        None,
        help="run folder, a new one or one to resume (default: runs/ and a short name, such as "
        "runs/objects-8 for 8 codes of images in objects/)",
        bounds=FOLDER,
        common=True,
    )
    checkpoint_every: int = _setting(10, help="epochs between checkpoints", bounds=at_least(1))
    checkpoint_minutes: float = _setting(
        10.0,
        help="minutes after which a checkpoint is written within an epoch too: what a power cut "
        "costs at most; of one worker only",
        bounds=ABOVE_0,
    )
    keep_checkpoints: int = _setting(2, help="newest checkpoints that stay", bounds=at_least(1))
    figures_every: int = _setting(10, help="epochs between figures", bounds=at_least(1))
    on_nonfinite: str = _setting(
        STOP,
        help="answer to a loss that is not finite: stop, or rollback: resume from the last "
        "checkpoint with half the learning rates, up to five times",
        choices=(STOP, ROLLBACK),
    )
    evaluate: bool = _evaluation(
        True,
        help="evaluation at the end, and a small one every --evaluate_every epochs",
        common=True,
    )
    evaluate_every: int = _evaluation(
        10,
        help="epochs between NMI, ENT and prior distance of a small sample in "
        "metrics.csv and TensorBoard; 0: only the evaluation at the end",
        bounds=at_least(0),
    )


_schedule_setting = functools.partial(setting, group="Schedule")


@dataclasses.dataclass(frozen=True)
class ScheduleSettings:
    """Lengths are in epochs of `floor(images / batch_size)` steps.

    `batch_size` is the global batch over all replicas. Either `epochs` or `steps` is given; where
    the images have been counted `epochs` always is (`Config.with_epochs`).
    """

    epochs: int | None = _schedule_setting(
        help="number of passes over the training set", bounds=at_least(1), common=True
    )
    batch_size: int = _schedule_setting(
        help="images of a train step, over all replicas together",
        bounds=at_least(2, "batch statistics"),
        common=True,
    )
    steps: int | None = _schedule_setting(
        None,
        help="number of train steps, in place of --epochs, rounded up to whole epochs",
        bounds=at_least(1),
        common=True,
    )
    learning_rate: float = _schedule_setting(
        2e-4, help="Adam learning rate", bounds=ABOVE_0, common=True
    )
    seed: int = _schedule_setting(
        0,
        help="seed of the imbalanced draw, weights, batches, noise and codes",
        bounds=between(0, 2**31 - 1),
        common=True,
    )

    def whole_epochs(self, epoch_steps: int) -> int:
        """Returns how many epochs of so many steps are trained."""
        return self.epochs or math.ceil(self.steps / epoch_steps)
