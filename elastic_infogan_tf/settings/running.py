"""Where and how a run is computed; none of it changes what is computed."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.declare import at_least, setting

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
    jit_compile: bool | None = _setting(
        None, help="compile the train step with XLA; default: on one replica"
    )
    model_dir: Path | None = _setting(
        None,
        help="run folder; default: runs/ and a name made of data set, folder of pictures, method, "
        "number of codes, set, split and seed",
    )
    checkpoint_every: int = _setting(10, help="epochs between checkpoints", bounds=at_least(1))
    keep_checkpoints: int = _setting(2, help="how many of the newest stay", bounds=at_least(1))
    figures_every: int = _setting(10, help="epochs between pictures", bounds=at_least(1))
    evaluate: bool = _evaluation(
        True, help="evaluate the run when it is trained, and every --evaluate_every epochs"
    )
    evaluate_every: int = _evaluation(
        10,
        help="epochs between NMI, ENT and prior distance in metrics.csv and TensorBoard, from a "
        "small sample; 0: only the evaluation at the end",
        bounds=at_least(0),
    )
