"""Times train steps in their variants and parts, and the input pipeline, in turn in one run.

    python -m tools.benchmark_steps --step=mnist:elastic_infogan:64,cars:elastic_infogan:16
    python -m tools.benchmark_steps --json=FILE.json

Machines drift, so the things compared take turns, and medians and quartiles are printed.
"""

import dataclasses
import functools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import require_writable, write_atomically
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.declare import JSON, at_least, setting

from .benchmarks import step_table
from .benchmarks.variants import VARIANTS

_setting = functools.partial(setting, group="What to time")
_SUMMARY = (
    "Times train steps with their parts and the input pipeline, and prints a Markdown table; what "
    "is compared takes turns. Speed is counted in floating point operations of convolutions and "
    "matrix products, beside that of one large matrix product in the same turns."
)


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
    memory: bool = _setting(True, help="peak memory of each, too, in a process of its own")
    out: Path | None = _setting(
        None, help="file for all the numbers, which --json reads", bounds=JSON
    )
    json: Path | None = _setting(
        None, help="file that --out has written, whose table is printed; nothing is timed"
    )


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, TimingSettings)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, TimingSettings)
    if asked.json is not None:
        print(step_table.table(step_table.read(asked.json)))
        return
    for name in asked.variants:
        if name not in VARIANTS:
            raise UsageError(f"--variants must be of {', '.join(VARIANTS)}. Received: {name}")
    steps = {name: _configs_of(name, asked.variants) for name in asked.step}
    if asked.out is not None:
        require_writable(asked.out.parent, "--out")
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from .benchmarks import measurement

    measured = measurement.measure(steps, asked.rounds, asked.clock, asked.memory)
    if asked.out is not None:
        write_atomically(asked.out, json.dumps(measured, indent=2) + "\n", "--out")
    print(step_table.table(measured))
    if asked.out is not None:
        print(f"\nnumbers: {asked.out}")


def _configs_of(name: str, variants: Sequence[str]) -> dict[str, Config]:
    """Returns the configuration of a step in each variant."""
    dataset, method, width = (*name.rsplit(":", 2), "", "")[:3]
    if not width.isdecimal():
        raise UsageError(
            f"--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64. Received: {name}"
        )
    return {
        variant: resolve(
            dataset, method=method, base_channels=int(width), **VARIANTS[variant].settings
        )
        for variant in variants
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_steps", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
