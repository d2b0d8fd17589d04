"""Where and how a run is computed; only `on_nonfinite` changes what, where a run is lost else."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.declare import ABOVE_0, at_least, setting

STOP, ROLLBACK = "stop", "rollback"
STRATEGIES = ("auto", "one", "mirrored", "multi_worker")
_setting = functools.partial(setting, group="Devices and output")
_evaluation = functools.partial(setting, group="Evaluation")


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """Devices, the run folder, and how often things are written."""

    strategy: str = _setting(
        "auto",
        help="one device; mirrored over all devices of this machine; multi_worker over "
        "TF_CONFIG's; auto: by what there is",
        choices=STRATEGIES,
    )
    logical_devices: int = _setting(
        1, help="splits the CPU, to try several replicas on it", bounds=at_least(1)
    )
    threads: int | None = _setting(
        None,
        help="that share the work of one operation; default: one for each core. Other numbers of "
        "threads give other last digits",
        bounds=at_least(1),
    )
    deterministic: bool = _setting(
        False,
        help="goes on with the threads that the run was begun with, and without operations that "
        "sum in any order: the same numbers to the last bit",
    )
    jit_compile: bool | None = _setting(
        None, help="compile the train step with XLA; default: on a single GPU"
    )
    model_dir: Path | None = _setting(
        None,
        help="run folder; default: runs/ and a name made of data set, folder of pictures, method, "
        "number of codes, set, split and seed",
    )
    checkpoint_every: int = _setting(10, help="epochs between checkpoints", bounds=at_least(1))
    checkpoint_minutes: float = _setting(
        10.0,
        help="minutes after which one is written within an epoch too: what a power cut costs at "
        "most; of one worker only",
        bounds=ABOVE_0,
    )
    keep_checkpoints: int = _setting(2, help="how many of the newest stay", bounds=at_least(1))
    figures_every: int = _setting(10, help="epochs between pictures", bounds=at_least(1))
    keep_grids: int = _setting(
        40,
        help="how many grids of earlier steps stay in figures/, spread over the training",
        bounds=at_least(2, "the first and the newest"),
    )
    on_nonfinite: str = _setting(
        STOP,
        help="what to do when a loss is no number any more: stop; or rollback: go on from the "
        "last checkpoint with half the learning rates, up to five times",
        choices=(STOP, ROLLBACK),
    )
    evaluate: bool = _evaluation(
        True, help="evaluate the run when it is trained, and every --evaluate_every epochs"
    )
    evaluate_every: int = _evaluation(
        10,
        help="epochs between NMI, ENT and prior distance in metrics.csv and TensorBoard, from a "
        "small sample; 0: only the evaluation at the end",
        bounds=at_least(0),
    )
