"""Measures how train step and input grow with batch, codes, width and number of images.

    python -m tools.benchmark_growth --out=growth.json

Beside the numbers goes a picture of the same name, growth.png.
"""

import dataclasses
import functools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.files import require_writable, write_atomically
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.declare import JSON, at_least, setting

_setting = functools.partial(setting, group="What grows, and how far")
_SUMMARY = (
    "Times the train step and the input pipeline on random images while one thing grows and the "
    "others stay, says whether the input is anywhere slower than the step, and writes numbers and "
    "a picture of four charts."
)


@dataclasses.dataclass(frozen=True)
class GrowthSettings:
    """What is measured."""

    out: Path | None = _setting(
        None,
        help=".json file for the numbers; the picture goes beside it",
        bounds=JSON,
        needed=True,
    )
    dataset: str = _setting("mnist", help="data set whose networks and transforms are taken")
    method: str = _setting("elastic_infogan", help="method whose step is timed")
    base_channels: int = _setting(
        16, help="width of the networks where something else grows", bounds=at_least(1)
    )
    most_batch: int = _setting(512, help="largest batch", bounds=at_least(16))
    most_codes: int = _setting(200, help="largest number of codes", bounds=at_least(5))
    most_channels: int = _setting(64, help="largest width", bounds=at_least(8))
    most_images: int = _setting(10**6, help="largest number of images", bounds=at_least(10**3))
    rounds: int = _setting(5, help="number of counted turns of each point", bounds=at_least(1))


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, GrowthSettings)
    config = resolve(asked.dataset, method=asked.method, base_channels=asked.base_channels)
    require_writable(asked.out.parent, "--out")
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from .benchmarks import growth

    growth.require_room(config, asked.most_images)
    largest = {
        "batch_size": asked.most_batch,
        "num_classes": asked.most_codes,
        "base_channels": asked.most_channels,
        "images": asked.most_images,
    }
    measured = growth.measure(config, largest, asked.rounds)
    picture = asked.out.with_suffix(".png")
    facts = measured["machine"]
    title = (
        f"{asked.dataset}, {asked.method}, base_channels {asked.base_channels}, batch "
        f"{config.schedule.batch_size}: {facts['processor']}, threads: {facts['threads']}"
    )
    write_atomically(asked.out, json.dumps(measured, indent=2) + "\n", "--out")
    write_atomically(picture, growth.chart(measured, title), "--out")
    slow = growth.starved(measured)
    said = f"slower than the step at {'; '.join(slow)}" if slow else "nowhere slower than the step"
    print(f"the input is {said}\nnumbers: {asked.out}\npicture: {picture}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_growth",
        _SUMMARY,
        lambda values: setting_flags.define(values, GrowthSettings),
        _command,
        argv,
    )


if __name__ == "__main__":
    sys.exit(main())
