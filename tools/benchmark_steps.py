"""Times train steps, which take turns, and prints them as a Markdown table.

    python -m tools.benchmark_steps --step=mnist:elastic_infogan:64,mnist:joint_vae:64

To compare two versions of the code, run it in a tree of each, in turn: machines drift.
"""

import concurrent.futures
import dataclasses
import functools
import multiprocessing
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.declare import at_least, setting

_setting = functools.partial(setting, group="What to time")
_SUMMARY = (
    "Times train steps, which take turns, and prints a Markdown table: median and quartiles, the "
    "median by the first one's, floating point operations of convolutions and matrix products a "
    "second, that by one large matrix product's in the same turns, and peak memory."
)
_HEADING = (
    "| step | variant | batch | step, s (quartiles) | of the first | GFLOP/s | of a product's "
    "| peak, MB |"
)
_STATUS = Path("/proc/self/status")
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
        help="DATASET:METHOD:BASE_CHANNELS, separated by commas; train steps to time",
    )
    variants: tuple[str, ...] = _setting(
        tuple(VARIANTS), help="how to compute them, separated by commas", listed=VARIANTS
    )
    rounds: int = _setting(7, help="counted turns of each", bounds=at_least(1))
    clock: str = _setting(
        "wall",
        help="wall; or cpu: CPU seconds of all threads, for one thread on a machine that other "
        "work keeps busy",
        choices=("wall", "cpu"),
    )
    memory: bool = _setting(
        True, help="also measure the peak memory of each, in a process of its own"
    )


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, TimingSettings)


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, TimingSettings)
    for name in settings.variants:
        if name not in VARIANTS:
            raise UsageError(f"--variants must be of {', '.join(VARIANTS)}. Received: {name}")
    configs = {
        f"{name} | {variant}": _config(name, VARIANTS[variant][1])
        for name in settings.step
        for variant in settings.variants
    }
    compiled = {name: VARIANTS[name.partition(" | ")[2]][0] for name in configs}
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from .benchmarks import operations, step_times

    steps = {name: step_times.timed_step(configs[name], compiled[name]) for name in configs}
    turns = {"product": step_times.matrix_product(_PRODUCT)}
    turns |= {name: step for name, (step, _) in steps.items()}
    seconds = step_times.time_alternately(turns, settings.rounds, settings.clock)
    product = 2 * _PRODUCT**3 / np.median(seconds.pop("product")) / 1e9
    first = np.median(next(iter(seconds.values())))
    print(_HEADING + "\n" + "| --- " * 8 + "|")
    for name, config in configs.items():
        peak = _peak_of_steps(config, compiled[name]) if settings.memory else None
        lower, median, upper = np.quantile(seconds[name], [0.25, 0.5, 0.75])
        speed = operations.count(steps[name][1]()) / median / 1e9
        print(
            f"| {name} | {config.schedule.batch_size} | {median:.3g} ({lower:.3g} to {upper:.3g}) "
            f"| {median / first:.2f} | {speed:.1f} | {speed / product:.0%} "
            f"| {'-' if peak is None else f'{peak / 1e6:.0f}'} |"
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


def _peak_of_steps(config: Config, jit_compile: bool) -> int | None:
    """Returns the most bytes that a fresh process held which took two train steps.

    TensorFlow itself is in it, some 700 MB, and the compilation; images and pipeline are not.
    """
    # Spawned: TensorFlow's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_take_steps, config, jit_compile).result()


def _take_steps(config: Config, jit_compile: bool) -> int | None:
    with quiet_start():
        from .benchmarks import step_times

    step, _ = step_times.timed_step(config, jit_compile)
    for _ in range(2):
        step()
    return peak_bytes()


def peak_bytes() -> int | None:
    """Returns the most bytes that this process has held, Linux' VmHWM; None elsewhere."""
    try:  # `ru_maxrss` would have the parent's
        match = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return 1024 * int(match.group(1)) if match else None


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_steps", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
