"""Train steps that take turns, because machines drift."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.utils.quiet_start import progress_bar

Step = Callable[[], object]
# The second one counts what all threads of the process had of the cores.
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
_IMAGES = 600  # made up; their number does not matter


def timed_step(config: Config, jit_compile: bool) -> tuple[Step, Callable[[], tf.Graph]]:
    """Returns a train step of a fresh model on a batch of random images, and its graph's getter.

    Of a method that clusters its images it is a step after that, which does all that there is.

    Args:
        config: what is trained.
        jit_compile: whether XLA compiles it.
    """
    batch_size, num_codes = config.schedule.batch_size, config.data.num_classes
    model = build_model(config, np.ones(num_codes), _IMAGES)
    if model.next_clustering is not None:
        model.take_clusters(np.arange(_IMAGES) % num_codes, np.ones(_IMAGES))
    shape = (batch_size, *config.data.image_shape)
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    batch = next(iter(batches(images, batch_size, 0, config.data.augmentation, stop_step=1)))
    function = tf.function(model.train_step, jit_compile=jit_compile)
    return _step(function, batch), lambda: function.get_concrete_function(batch).graph


def matrix_product(size: int) -> Step:
    """Returns a function that multiplies two square float32 matrices of this size."""
    matrix = tf.random.stateless_normal([size, size], [0, 0])
    return _step(tf.function(tf.matmul), matrix, matrix)


def _step(function: Callable[..., Any], *arguments: Any) -> Step:
    def step() -> Any:
        results = function(*arguments)
        tf.test.experimental.sync_devices()
        return results

    return step


def time_alternately(
    contenders: Mapping[str, Step], rounds: int, clock: str = "wall"
) -> dict[str, np.ndarray]:
    """Runs contenders in turn, after one uncounted turn of each.

    Args:
        contenders: what is timed, by name; each returns when its work is done.
        rounds: counted turns of each.
        clock: key of `CLOCKS`.

    Returns:
        By name, float64 `[rounds]`, seconds.
    """
    now = CLOCKS[clock]
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    with progress_bar(rounds + 1, "turn", desc=f"{len(contenders)} in turn") as bar:
        for number in range(rounds + 1):
            for name, step in contenders.items():
                start = now()
                step()
                if number:
                    seconds[name].append(now() - start)
            bar.update()
    return {name: np.array(values) for name, values in seconds.items()}
