"""What is asked of commands that work on a trained run."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.declare import setting

_setting = functools.partial(setting, group="Which run")


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """The run folder of a training."""

    model_dir: Path | None = _setting(None, help="run folder of a training", needed=True)


@dataclasses.dataclass(frozen=True)
class RunCheckpoint(TrainedRun):
    """One or all of its checkpoints."""

    checkpoint: str | None = _setting(
        None,
        help="step, name or path of one of the run's checkpoints, or `all`; default: the newest",
    )


@dataclasses.dataclass(frozen=True)
class EvaluatedRun(RunCheckpoint):
    """What it is evaluated on."""

    data_dir: Path | None = _setting(
        None,
        help="folder with the data sets; default: the one that the run was trained from",
    )
