"""Times train steps, which take turns, and prints them as a Markdown table.

    elastic-infogan benchmark --step=mnist:elastic_infogan:64,mnist:joint_vae:64

To compare two versions of the code, run it in a tree of each, in turn: machines drift.
"""

import dataclasses
import functools
import itertools
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.declare import at_least, setting
from elastic_infogan_tf.utils.quiet_start import quiet_start

_setting = functools.partial(setting, group="What to time")
_SUMMARY = (
    "Times train steps, which take turns, and prints a Markdown table: median and quartiles, the "
    "median by the first one's, floating point operations of convolutions and matrix products a "
    "second, and that by one large matrix product's in the same turns."
)
_HEADING = (
    "| step | variant | batch | step, s (quartiles) | of the first | GFLOP/s | of a product's |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)
_PRODUCT = 1024  # rows of the matrices, whose product is what the processor can do
# Ways to compute a step: whether XLA compiles it, and settings of the run. The first is what a
# training does on a CPU, the last what it does on a GPU.
VARIANTS: Mapping[str, tuple[bool, Mapping[str, Any]]] = {
    "graph": (False, {}),
    "xla": (True, {}),
    "bfloat16": (False, {"dtype": "bfloat16"}),
    "xla_bfloat16": (True, {"dtype": "bfloat16"}),
}


@dataclasses.dataclass(frozen=True)
class TimingSettings:
    """What is timed and how often."""

    step: tuple[str, ...] = _setting(
        ("mnist:elastic_infogan:64", "cars:elastic_infogan:16"),
        help="train steps to time as DATASET:METHOD:BASE_CHANNELS, separated by commas",
    )
    variants: tuple[str, ...] = _setting(
        tuple(VARIANTS), help="ways to compute them, separated by commas", listed=VARIANTS
    )
    rounds: int = _setting(7, help="number of counted turns of each contender", bounds=at_least(1))
    clock: str = _setting(
        "wall",
        help="clock: wall, or CPU seconds of all threads, for one thread on a machine that other "
        "work keeps busy",
        choices=("wall", "cpu"),
    )


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, TimingSettings)
    for name in settings.variants:
        if name not in VARIANTS:
            raise UsageError(f"--variants must be of {', '.join(VARIANTS)}. Received: {name}")
    configs, compiled = {}, {}
    for name, variant in itertools.product(settings.step, settings.variants):
        compiled[f"{name} | {variant}"], changes = VARIANTS[variant]
        configs[f"{name} | {variant}"] = _config(name, changes)
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from .benchmarks import operations, step_times

    steps = {name: step_times.timed_step(configs[name], compiled[name]) for name in configs}
    turns = {"product": step_times.matrix_product(_PRODUCT)}
    turns |= {name: step for name, (step, _) in steps.items()}
    seconds = step_times.time_alternately(turns, settings.rounds, settings.clock)
    product = 2 * _PRODUCT**3 / np.median(seconds.pop("product")) / 1e9
    first = np.median(next(iter(seconds.values())))
    print(_HEADING)
    for name, config in configs.items():
        lower, median, upper = np.quantile(seconds[name], [0.25, 0.5, 0.75])
        speed = operations.count(steps[name][1]()) / median / 1e9
        print(
            f"| {name} | {config.schedule.batch_size} | {median:.3g} ({lower:.3g} to {upper:.3g}) "
            f"| {median / first:.2f} | {speed:.1f} | {speed / product:.0%} |"
        )
    print(
        f"\nMedians of {settings.rounds} turns, {settings.clock} clock; the product of two "
        f"{_PRODUCT}x{_PRODUCT} float32 matrices reached {product:.1f} GFLOP/s."
    )


def _config(name: str, settings: Mapping[str, Any]) -> Config:
    dataset, method, width = (*name.rsplit(":", 2), "", "")[:3]
    if not width.isdecimal():
        raise UsageError(
            f"--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64. Received: {name}"
        )
    return resolve(dataset, method=method, base_channels=int(width), **settings)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan benchmark",
        _SUMMARY,
        lambda values: setting_flags.define(values, TimingSettings),
        _command,
        argv,
    )


if __name__ == "__main__":
    sys.exit(main())
