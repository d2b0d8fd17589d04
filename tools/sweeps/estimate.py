"""What a sweep is going to cost, before it starts."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from elastic_infogan_tf.data.imbalance import counts_for
from elastic_infogan_tf.data.published_splits import MNIST_SPLIT_COUNTS, proportions
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.settings.config import METHODS, Config

from .jobs import Job, is_finished

# Seconds of a train step on 2 CPU cores, at the batch size beside them and two widths; between and
# beyond them the time goes with the square of the width (BUILD_NOTES.md has the measurements).
STEP_SECONDS: Mapping[tuple[str, str], tuple[int, Mapping[int, float]]] = {
    ("elastic_infogan", "infogan"): (64, {16: 0.014, 64: 0.160}),
    ("elastic_infogan", "stackgan"): (50, {16: 0.342, 64: 3.179}),
    ("joint_vae", "infogan"): (64, {16: 0.003, 64: 0.016}),
    ("joint_vae", "stackgan"): (50, {16: 0.024, 64: 0.059}),
}
# Times as much with a second stage of 128x128; no less than with one of 64x64.
_TWO_STAGES = 4.57

# Images there are of each class. ShapeNet: 24 views of 3D-R2N2's models of the default categories.
_SUPPLY: Mapping[str, Sequence[int]] = {
    "cars": [24 * 4] * 10,
    "chairs": [62] * 10,
    "shapenet": [24 * models for models in (7496, 6778, 2318, 3173, 8509)],
    "digits": [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
}
# As they come: the mean of the whole data set's frames a person, for 40 people.
_YOUTUBE_FACES_IMAGES = 15_600


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
    without such, the measured one of 2 CPU cores.

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
    if config.dataset == "youtube_faces" and not config.class_ids:
        return _YOUTUBE_FACES_IMAGES
    if config.dataset == "mnist" and not config.class_proportions and not config.class_ids:
        return sum(MNIST_SPLIT_COUNTS[config.split - 1])
    if config.dataset not in _SUPPLY or config.class_ids:
        return None
    shares = config.class_proportions or proportions(config.dataset, config.split)
    return int(counts_for(np.asarray(shares), _SUPPLY[config.dataset]).sum())


def seconds_per_step(config: Config) -> float:
    """Returns what a train step takes on 2 CPU cores, by the measured ones."""
    batch, widths = STEP_SECONDS[METHODS[config.method].model, config.networks]
    narrow, wide = sorted(widths.items())
    slope = (wide[1] - narrow[1]) / (wide[0] ** 2 - narrow[0] ** 2)
    # Widths far below the measured ones would come out below 0.
    seconds = max(narrow[1] + slope * (config.base_channels**2 - narrow[0] ** 2), 0.5 * narrow[1])
    stages = _TWO_STAGES if config.second_stage_size else 1
    return stages * seconds * config.batch_size / batch


def _cost(config: Config, rates: Mapping[tuple, list[float]], speedup: float) -> Cost:
    images = training_images(config)
    if images is None:
        return Cost(None, None)
    steps = config.epochs * (images // config.batch_size)
    measured = rates.get(_kind(config))
    if measured:
        seconds = config.batch_size / statistics.median(measured)
    else:
        seconds = seconds_per_step(config) / speedup
    return Cost(steps, steps * seconds / 3600)


def _kind(config: Config) -> tuple:
    """Returns what decides a step's time."""
    method = METHODS[config.method]
    return (
        config.networks,
        config.image_shape,
        config.second_stage_size,
        config.base_channels,
        method.model,
        method.contrastive == "none",
    )


def _images_per_second(job: Job) -> list[float]:
    rows = RunFolder(job.folder).read_metrics()
    # The first epoch has the compilation in it.
    return [float(row["images_per_second"]) for row in rows[1:] if row.get("images_per_second")]
