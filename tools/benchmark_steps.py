"""Times train steps, the folded upsampling and the input pipeline, alternately in one run.

    python -m tools.benchmark_steps --case=mnist,cars64,cars16
    python -m tools.benchmark_steps --step=mnist:elastic_infogan:64,mnist:joint_vae:64

Machines drift, so the things compared take turns, and medians and their ratio are printed.
"""

import dataclasses
import functools
import sys
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.declare import at_least, setting

_CASES = {
    "mnist": {"dataset": "mnist"},
    "cars64": {"dataset": "cars"},
    "cars16": {"dataset": "cars", "base_channels": 16},
    "faces16": {"dataset": "youtube_faces", "base_channels": 16},
    "faces16_one_stage": {
        "dataset": "youtube_faces",
        "base_channels": 16,
        "second_stage_size": 0,
    },
}
_setting = functools.partial(setting, group="What to time")
_SUMMARY = (
    "Times train steps, the folded upsampling and the input pipeline; what is compared takes "
    "turns, and medians and their ratio are printed."
)


@dataclasses.dataclass(frozen=True)
class TimingSettings:
    """What is timed and how often."""

    case: tuple[str, ...] = _setting(
        ("mnist", "cars16"), help="what to time, separated by commas", listed=_CASES
    )
    step: tuple[str, ...] = _setting(
        (),
        help="DATASET:METHOD:BASE_CHANNELS, separated by commas; two or more train steps to time "
        "against one another",
    )
    rounds: int = _setting(7, help="counted turns of each contender", bounds=at_least(1))


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, TimingSettings)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, TimingSettings)
    steps = {name: _config_of(name) for name in asked.step}
    for name in asked.case:
        if name not in _CASES:
            raise UsageError(f"--case must be of {', '.join(_CASES)}. Received: {name}")
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from . import step_times

    if steps:
        step_times.compare(steps, asked.rounds)
        return
    for name in asked.case:
        step_times.report(name, resolve(**_CASES[name]), asked.rounds)


def _config_of(name: str) -> Config:
    dataset, method, width = (*name.split(":"), "", "")[:3]
    if name.count(":") != 2 or not width.isdecimal():
        raise UsageError(
            f"--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64. Received: {name}"
        )
    return resolve(dataset, method=method, base_channels=int(width))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_steps", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
