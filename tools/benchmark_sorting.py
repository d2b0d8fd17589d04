"""Measures the sorting of pictures: seconds and memory for 1,000 pictures, 10,000 and so on.

    python -m tools.benchmark_sorting --model_dir=RUN --largest=10000

The pictures are JPEGs of 96x80 random colours that it makes first; what is measured is the whole
command: starting the model, reading, sorting, writing table, summary and figures. Peak memory is
the whole process's, TensorFlow included.
"""

import contextlib
import dataclasses
import io
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.declare import at_least, setting
from elastic_infogan_tf.settings.finished import TrainedRun
from elastic_infogan_tf.settings.sorting import SortSettings

from .benchmarks.step_memory import peak_bytes

_SUMMARY = (
    "Makes pictures, sorts them by a run, ten times as many each time, and prints rows of a "
    "Markdown table: seconds and memory."
)
HEADING = "| pictures | seconds | of the CPU | peak, MB |\n| --- | --- | --- | --- |"
_SIZE = (96, 80)  # pixels, width and height
_FOLDER = 10_000  # pictures in a folder


@dataclasses.dataclass(frozen=True)
class SortedSettings(TrainedRun):
    """By which run, and how many pictures."""

    largest: int = setting(
        10_000, help="pictures at most", group="Measurement", bounds=at_least(1_000)
    )


def _draw(folder: Path, start: int, stop: int) -> None:
    """Makes the pictures of numbers from `start` to `stop` - 1."""
    import numpy as np
    from PIL import Image

    for number in range(start, stop):
        rng = np.random.default_rng(number)
        colours = rng.integers(0, 256, (5, 6, 3), np.uint8)  # enlarged, as JPEG is made for
        path = folder / f"{number // _FOLDER}" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(colours).resize(_SIZE).save(path)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, SortedSettings)
    # Imported late: a wrong flag is answered at once.
    from elastic_infogan_tf.run import sorting

    print(HEADING)
    with tempfile.TemporaryDirectory() as place:
        pictures, made, count = Path(place, "pictures"), 0, 1_000
        pictures.mkdir()
        while count <= asked.largest:
            _draw(pictures, made, count)
            made = count
            out = Path(place, f"out-{count}")
            start, cpu_start = time.perf_counter(), time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                sorting.sort(SortSettings(asked.model_dir, data_dir=pictures, out=out))
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
            peak = (peak_bytes() or math.nan) / 1e6
            print(f"| {count:,} | {seconds:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)
            count *= 10


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_sorting",
        _SUMMARY,
        lambda values: setting_flags.define(values, SortedSettings),
        _command,
        argv,
    )


if __name__ == "__main__":
    sys.exit(main())
