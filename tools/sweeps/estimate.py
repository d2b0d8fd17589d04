"""What a sweep is going to cost, before it starts."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from elastic_infogan_tf.data import published_splits
from elastic_infogan_tf.data.imbalance import counts_for
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.methods import METHODS

from .jobs import Job, is_finished

_WIDTHS = (16, 64)
_USUAL = "elastic_infogan"  # the method whose step those take that are not in the table
# Seconds of a step at both widths by networks and method, in batches of 64 (infogan) and of 50
# (stackgan), by elastic-infogan benchmark at bde306f, 2026-11-26: an AMD EPYC with AVX2,
# TensorFlow 2.21. uniform_infogan was measured at one; the rest is in proportion.
_SECONDS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("infogan", "elastic_infogan"): (0.0338, 0.251),
    ("infogan", "uniform_infogan"): (0.0314, 0.234),
    ("infogan", "clustered_infogan"): (0.0484, 0.411),
    ("infogan", "joint_vae"): (0.0117, 0.0343),
    ("stackgan", "elastic_infogan"): (0.569, 6.20),
    ("stackgan", "uniform_infogan"): (0.530, 5.77),
    ("stackgan", "clustered_infogan"): (0.561, 7.39),
    ("stackgan", "joint_vae"): (0.0338, 0.0960),
}
_BATCH = {"infogan": 64, "stackgan": 50}
_TWO_STAGES = 3.29  # times as long as one, measured for elastic_infogan at width 16


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one run.

    Attributes:
        steps: train steps, or None where the number of images is not known before it starts.
        hours: of training, or None.
    """

    steps: int | None
    hours: float | None


def costs(jobs: Sequence[Job], speedup: float) -> list[Cost]:
    """Estimates the training of runs that are not finished; finished ones cost nothing.

    The step time is what finished runs of the sweep with the same networks, width and method took;
    without such, the measured one of 2 CPU cores (docs/performance.md).

    Args:
        jobs: the runs.
        speedup: how many times faster than those 2 CPU cores this machine is.
    """
    finished = [job for job in jobs if is_finished(job)]
    rates: dict[tuple, list[float]] = {}
    for job in finished:
        rates.setdefault(_kind(job.config), []).extend(_images_per_second(job))
    return [Cost(0, 0.0) if job in finished else _cost(job.config, rates, speedup) for job in jobs]


def training_images(config: Config) -> int | None:
    """Returns how many images a run trains on, or None where only its files can tell."""
    data, row = config.data, data_set(config.data.dataset)
    counts = published_splits.counts(data.dataset, data.split) if row.splits else None
    if data.class_ids or (counts and data.class_proportions):
        return None
    if counts:
        return sum(counts)
    if not row.images_per_class:
        return None
    if not row.splits and not data.class_proportions:
        return sum(row.images_per_class)
    shares = data.class_proportions or published_splits.proportions(data.dataset, data.split)
    return int(counts_for(np.asarray(shares), row.images_per_class).sum())


def seconds_per_step(config: Config) -> float | None:
    """Returns what a train step takes; None for networks that are somebody's own.

    The time goes with the batch, and with the square of the width between the measured ones.
    """
    networks, width = config.model.networks, config.model.base_channels
    if networks not in _BATCH:
        return None
    row = networks, config.model.method
    least, most = _SECONDS.get(row) or _SECONDS[networks, _USUAL]
    slope = (most - least) / (_WIDTHS[1] ** 2 - _WIDTHS[0] ** 2)
    # Widths far below the measured ones would come out below 0.
    seconds = max(least + slope * (width**2 - _WIDTHS[0] ** 2), 0.5 * least)
    stages = _TWO_STAGES if config.flat().get("second_stage_size") else 1
    return seconds * stages * config.schedule.batch_size / _BATCH[networks]


def _cost(config: Config, rates: Mapping[tuple, list[float]], speedup: float) -> Cost:
    images = training_images(config)
    if images is None:
        return Cost(None, None)
    epoch_steps = images // config.schedule.batch_size
    count = config.schedule.whole_epochs(epoch_steps) * epoch_steps
    measured, usual = rates.get(_kind(config)), seconds_per_step(config)
    if measured:
        seconds = config.schedule.batch_size / statistics.median(measured)
    else:
        seconds = None if usual is None else usual / speedup
    return Cost(count, None if seconds is None else count * seconds / 3600)


def _kind(config: Config) -> tuple:
    """Returns what decides a step's time."""
    method = METHODS[config.model.method]
    return (
        config.model.networks,
        config.data.image_shape,
        config.flat().get("second_stage_size"),
        config.model.base_channels,
        config.model.dtype,
        method.model,
        method.is_contrastive,
    )


def _images_per_second(job: Job) -> list[float]:
    try:
        rows = RunFolder(job.folder).read_metrics()
    except UsageError:  # the run itself says so when its turn comes
        return []
    # The first epoch has the compilation in it.
    return [float(row["images_per_second"]) for row in rows[1:] if row.get("images_per_second")]
