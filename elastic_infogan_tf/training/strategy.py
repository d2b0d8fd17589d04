"""Which devices and how many threads a training runs on."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError, WorkerLostError
from elastic_infogan_tf.run_folder.record import gpu_names
from elastic_infogan_tf.settings.model import BFLOAT16, FLOAT32

_CPU_INFO = Path("/proc/cpuinfo")
_BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}  # flags of Intel and AMD, and of ARM


def make_strategy(kind: str) -> tf.distribute.Strategy:
    """Returns the strategy to build and train the model under.

    `multi_worker` is MultiWorkerMirroredStrategy over TF_CONFIG's workers, `mirrored` is on all
    devices, `one` TensorFlow's default; `auto`: the first that fits, mirrored from two devices up.
    """
    if kind == "auto" and _workers() > 1:
        kind = "multi_worker"
    if kind == "multi_worker":
        if _workers() == 0:
            raise UsageError(
                "--strategy=multi_worker needs the environment variable TF_CONFIG with this "
                'process\' task and the cluster\'s workers, as {"cluster": {"worker": '
                '["host:port", ...]}, "task": {"type": "worker", "index": 0}}.'
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if kind == "one" or (kind == "auto" and len(devices) == 1):
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy([device.name for device in devices])


def processor(strategy: tf.distribute.Strategy) -> str:
    """Returns what a replica computes on: a GPU's kind, or `CPU`."""
    gpus, several = gpu_names(), strategy.num_replicas_in_sync > 1
    is_split_cpu = several and "GPU" not in strategy.extended.worker_devices[0]
    return gpus[0] if gpus and not is_split_cpu else "CPU"


def fast_dtype(instance_noise: float | None) -> str:
    """Returns `bfloat16` where that is fast and safe, else `float32`.

    Fast: all GPUs have a compute capability of 8.0 or more, or, without one, the CPU has AMX or
    AVX512-BF16. Safe: there is instance noise, or the method is no GAN (None); without it two of
    three InfoGANs never took off in bfloat16 (docs/training.md).
    """
    details = tf.config.experimental.get_device_details
    gpus = [details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    is_fast = all(gpu.get("compute_capability", (0, 0)) >= (8, 0) for gpu in gpus)
    if not gpus:
        is_fast = _CPU_INFO.is_file() and bool(_BFLOAT16 & set(_CPU_INFO.read_text().split()))
    return BFLOAT16 if is_fast and instance_noise != 0 else FLOAT32


def check_batch_size(batch_size: int, strategy: tf.distribute.Strategy) -> None:
    """Refuses, by a UsageError, a global batch that the replicas cannot share evenly."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UsageError(
            f"--batch_size={batch_size} cannot be shared evenly by {replicas} replicas; choose a "
            f"multiple of {replicas}."
        )


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Returns whether this process writes the run's files."""
    resolver = strategy.cluster_resolver
    return resolver is None or resolver.task_id in (None, 0)


def from_chief(values: np.ndarray, strategy: tf.distribute.Strategy) -> np.ndarray:
    """Returns the chief's values on every worker; others give float32 zeros of the same shape."""
    if strategy.cluster_resolver is None:
        return values

    def summed() -> tf.Tensor:  # over the workers, of one replica of each
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.constant(values))

    everywhere = tf.function(lambda: strategy.run(summed))()
    return strategy.experimental_local_results(everywhere)[0].numpy()


@contextlib.contextmanager
def lost_workers_surface() -> Iterator[None]:
    """Raises WorkerLostError where TensorFlow breaks off, because another worker has ended."""
    try:
        yield
    except tf.errors.UnavailableError as error:
        if "Collective ops is aborted" not in error.message:
            raise
        raise WorkerLostError(
            "another worker ended, which ends this one too; start all of them again with the same "
            "commands, and the run goes on after its newest checkpoint."
        ) from error


def _workers() -> int:
    text = os.environ.get("TF_CONFIG", "").strip()
    if not text:
        return 0
    try:
        return len(json.loads(text)["cluster"]["worker"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "the environment variable TF_CONFIG is not JSON with cluster.worker: "
            f"{type(error).__name__}: {error}. Received: {text[:200]}"
        ) from error


def choose_jit_compile(wanted: bool | None, strategy: tf.distribute.Strategy) -> bool:
    """Returns whether XLA compiles the train step: on a single GPU, unless something is wanted.

    On CPUs oneDNN's convolutions are as fast or faster than XLA's, and wait for no compilation
    (docs/performance.md). On several replicas it is refused.
    """
    one_replica = strategy.num_replicas_in_sync == 1 and strategy.cluster_resolver is None
    if wanted and not one_replica:
        raise UsageError(
            f"--jit_compile works on one replica only, and there are "
            f"{strategy.num_replicas_in_sync} (one XLA program cannot hold the variables of "
            "several devices); leave it out."
        )
    if wanted is None:
        return one_replica and bool(tf.config.list_logical_devices("GPU"))
    return wanted


def fix(threads: int | None, deterministic: bool) -> None:
    """Sets how TensorFlow computes in this process, before it has computed anything.

    So many threads share the work of one operation; None: one for each core, or as many as the
    environment variable TF_NUM_INTRAOP_THREADS says. With `deterministic`, operations that may sum
    in any order, as those of GPUs, are replaced by slower ones that do not.
    """
    if threads is not None and threads != in_use():
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
        # Draws that nothing depends on, as those of the exported `sample`, need a seed then too.
        tf.random.set_seed(0)


def in_use() -> int:
    """Returns how many threads share the work of one operation."""
    chosen = tf.config.threading.get_intra_op_parallelism_threads()
    variable = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    is_linux = hasattr(os, "sched_getaffinity")  # which says what this process may use
    cores = len(os.sched_getaffinity(0)) if is_linux else os.cpu_count() or 1
    return chosen or (int(variable) if variable.isdecimal() else 0) or cores
