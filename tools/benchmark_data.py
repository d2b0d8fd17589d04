"""Measures a data set: seconds to load it, memory, and the input pipeline's rate.

    python -m tools.benchmark_data --dataset=chairs --data_dir=DATA

Loading is measured twice in this process; the first time decodes, unless the decoded images are in
`--cache_dir` already. Peak memory is the whole process's, TensorFlow included.
"""

import dataclasses
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from absl import flags

from elastic_infogan_tf.commands import command_line, run_flags, setting_flags
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.declare import at_least, setting

_SUMMARY = (
    "Loads a data set twice, runs its input pipeline and prints a row of a Markdown table: "
    "seconds, memory and images per second."
)
HEADING = (
    "| data | source | images | first load, s | second load, s | held, MB | peak, MB "
    "| pipeline, images/s |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


@dataclasses.dataclass(frozen=True)
class MeasurementSettings:
    """How long is measured."""

    batches: int = setting(
        100, help="batches to run through the pipeline", group="Measurement", bounds=at_least(1)
    )


def _define_flags(values: flags.FlagValues) -> None:
    run_flags.define_data(values)
    setting_flags.define(values, MeasurementSettings)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Returns the seconds a call takes, and what it returns."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, MeasurementSettings)
    config = run_flags.data_config(values)
    files = setting_flags.read(values, DataFiles)
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.data import catalogue
        from elastic_infogan_tf.data.batches.pipeline import batches, memory_bytes

    first, data = timed(lambda: catalogue.load(config, files))
    second, data = timed(lambda: catalogue.load(config, files))
    dataset = iter(
        batches(
            data.images,
            min(config.schedule.batch_size, len(data.images)),
            config.schedule.seed,
            config.data.augmentation,
            stop_step=asked.batches + 1,
        )
    )
    next(dataset)  # TensorFlow starts the pipeline with the first batch
    seconds, count = timed(lambda: sum(len(batch["index"]) for batch in dataset))
    held = memory_bytes(data.images, config.schedule.batch_size) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(HEADING)
    print(
        f"| {config.data.dataset} | {data.source} | {len(data.images)} | {first:.2f} "
        f"| {second:.2f} | {held:.0f} | {peak:.0f} | {count / seconds:.0f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_data", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
