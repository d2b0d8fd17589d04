"""The peak memory of train steps, measured in a process of their own."""

import concurrent.futures
import multiprocessing
import re
from pathlib import Path

from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.settings.config import Config

_STATUS = Path("/proc/self/status")


def peak_of_steps(config: Config, jit_compile: bool) -> int | None:
    """Returns the most bytes that a process held which took two train steps and nothing else.

    TensorFlow itself is in it, some 700 MB; images and pipeline are not. The process is a fresh
    one, because memory that was used once is not all given back.

    Args:
        config: what is trained.
        jit_compile: whether XLA compiles it; the compilation counts too.

    Returns:
        Linux' VmHWM; None on systems without it.
    """
    # Spawned: TensorFlow's threads do not survive a fork. (`ru_maxrss` would have the parent's.)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_peak, config, jit_compile).result()


def _peak(config: Config, jit_compile: bool) -> int | None:
    with quiet_start():
        from .step_times import timed_step

    step = timed_step(config, jit_compile)
    for _ in range(2):
        step.whole()
    return peak_bytes()


def peak_bytes() -> int | None:
    """Returns the most bytes that this process has held; None where the system does not say."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return 1024 * int(found.group(1)) if found else None
