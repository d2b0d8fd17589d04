"""Measures the clustering of images: seconds and memory for 1,000 images, 10,000 and so on.

    python -m tools.benchmark_clustering --largest=1000000

The features are a mixture of classes on the unit sphere, the rarest with a tenth of the images of
the most frequent. Peak memory is the whole process's, the features included.
"""

import dataclasses
import math
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.declare import at_least, setting

from .benchmarks.step_memory import peak_bytes

if TYPE_CHECKING:
    import numpy as np

_SUMMARY = (
    "Clusters features that it draws, ten times as many each time, and prints rows of a Markdown "
    "table: seconds, memory and how well the classes were found."
)
HEADING = (
    "| images | seconds | peak, MB | stability | NMI with the classes |\n"
    "| --- | --- | --- | --- | --- |"
)
_SPREAD = 0.15  # standard deviation of a feature about its class


@dataclasses.dataclass(frozen=True)
class MixtureSettings:
    """What is clustered."""

    largest: int = setting(
        100_000, help="images at most", group="Measurement", bounds=at_least(1_000)
    )
    num_classes: int = setting(
        10, help="classes and clusters", group="Measurement", bounds=at_least(2)
    )
    feature_dim: int = setting(32, help="of an image", group="Measurement", bounds=at_least(2))
    seed: int = setting(
        0, help="of the features and the clusters", group="Measurement", bounds=at_least(0)
    )


def _mixture(count: int, asked: MixtureSettings) -> "tuple[np.ndarray, np.ndarray]":
    """Returns float32 features `[count, feature_dim]` and their classes `[count]`."""
    import numpy as np

    rng = np.random.default_rng(asked.seed)
    centres = rng.normal(size=(asked.num_classes, asked.feature_dim)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    shares = np.geomspace(10, 1, asked.num_classes)
    classes = rng.choice(asked.num_classes, count, p=shares / shares.sum())
    noise = rng.standard_normal((count, asked.feature_dim), np.float32)
    return centres[classes] + _SPREAD * noise, classes


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, MixtureSettings)
    # Imported late: a wrong flag is answered at once.
    from sklearn.metrics import normalized_mutual_info_score

    from elastic_infogan_tf.models.clustering.cluster import cluster

    print(HEADING)
    count = 1_000
    while count <= asked.largest:
        features, classes = _mixture(count, asked)
        start = time.perf_counter()
        found = cluster(features, asked.num_classes, asked.seed)
        seconds = time.perf_counter() - start
        peak = (peak_bytes() or math.nan) / 1e6
        score = normalized_mutual_info_score(classes, found.labels)
        print(f"| {count:,} | {seconds:.1f} | {peak:.0f} | {found.stability:.3f} | {score:.3f} |")
        count *= 10


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_clustering",
        _SUMMARY,
        lambda values: setting_flags.define(values, MixtureSettings),
        _command,
        argv,
    )


if __name__ == "__main__":
    sys.exit(main())
