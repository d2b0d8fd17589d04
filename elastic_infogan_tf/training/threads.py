"""Threads and operations of TensorFlow: with others, the same training has other last digits."""

import os

import tensorflow as tf

from elastic_infogan_tf.system import cores


def fix(threads: int | None, deterministic: bool) -> None:
    """Sets how TensorFlow computes in this process, before it has computed anything.

    Args:
        threads: that share the work of one operation; None: one for each core, or as many as the
            environment variable TF_NUM_INTRAOP_THREADS says.
        deterministic: whether operations that may sum in any order, as those of GPUs, are replaced
            by slower ones that do not.
    """
    if threads is not None and threads != in_use():
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
        # Draws that nothing depends on, as those of the exported `sample`, need a seed then too.
        tf.random.set_seed(0)


def in_use() -> int:
    """Returns how many threads share the work of one operation."""
    asked = tf.config.threading.get_intra_op_parallelism_threads()
    said = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    return asked or (int(said) if said.isdecimal() else 0) or cores()
