"""Contenders take turns, because machines drift; medians and quartiles of their seconds."""

import time
from collections.abc import Callable, Mapping

import numpy as np

from elastic_infogan_tf.progress_bar import progress_bar

Step = Callable[[], object]
# The second one counts what all threads of the process had of the cores.
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


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


def summary(seconds: np.ndarray) -> dict[str, float]:
    """Returns the median and the quartiles of turns, float64 `[n]`, as JSON types."""
    lower, median, upper = np.quantile(seconds, [0.25, 0.5, 0.75])
    return {
        "median": float(median),
        "lower_quartile": float(lower),
        "upper_quartile": float(upper),
    }
