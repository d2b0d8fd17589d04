"""The input pipeline: the batch of step s is a function of (seed, s) alone.

So a resumed run needs no iterator state, and any number of replicas sees the same global batches.
"""

import atexit
import functools
import math
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.data.labelled_images import ImageArray, is_in_memory
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.transforms import Augmentation


def scale(images: Any) -> tf.Tensor:
    """Maps uint8 or float [0, 255] of any shape to float32 [-1, 1], the range of tanh."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def unscale(images: Any) -> tf.Tensor:
    """Maps float [-1, 1] of any shape to uint8, clipped; undoes `scale` exactly."""
    pixels = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    return tf.cast(tf.clip_by_value(pixels, 0.0, 255.0), tf.uint8)


# Second half of the transforms' seed. It keeps their random numbers apart from those that others
# (noise, code) derive from the same run seed and step.
_TRANSFORM_STREAM = 0x7472616E
_BURST_STREAM = 0x62757273  # likewise, of the second views of bursts
_PREFETCHED = 2  # batches that are ready before they are needed
# Batches that are made at the same time: more cores than this have nothing to do here.
_AT_ONCE = min(8, os.cpu_count() or 1)
_QUIET = 0.1  # seconds without a new read, in which all that wait for the interpreter get it
_MOST_WAITS = 50  # so that a disk that does not answer cannot keep the process for ever


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Returns the number of whole batches in `count` images; a UsageError if there is none."""
    if count < batch_size:
        raise UsageError(
            f"--batch_size={batch_size} is more than the {count} images of the training set; "
            f"choose a batch size of {count} or less."
        )
    return count // batch_size


def batches(
    images: ImageArray,
    batch_size: int,
    seed: int,
    augmentation: Augmentation,
    *,
    bursts: np.ndarray | None = None,
    start_step: int = 0,
    stop_step: int,
) -> tf.data.Dataset:
    """Returns the batches of steps `start_step` to `stop_step` - 1.

    An epoch of `floor(n / batch_size)` steps visits images in an order of its own, each at most
    once; the remainder is left out.

    `batch_size` b is the global batch over all replicas; the seed, 0 to 2**31 - 1, is that of order
    and transforms.

    Returns:
        A dataset of dicts with static shapes: `image`, float32 `[b, h, w, c]` in [-1, 1];
        `transform`, the same images under their identity-preserving transforms, likewise; `step`,
        int64 `[b]`, the step repeated; `index`, int64 `[b]`, 0 to b - 1: the place in the global
        batch, which a replica needs to know of its part; `row`, int64 `[b]`, which of `images`.
        With `bursts`, int64 `[n]`, `transform` is of any image of the same burst, and `burst`,
        int64 `[b]`, says which one.

    Raises:
        UsageError: as `steps_per_epoch`.
    """
    epoch_steps = steps_per_epoch(len(images), batch_size)
    partner = None if bursts is None else _partners(bursts, seed)

    def more(chosen: tf.Tensor) -> dict[str, tf.Tensor]:
        return {} if bursts is None else {"burst": tf.gather(tf.constant(bursts), chosen)}

    def batch(step: tf.Tensor) -> dict[str, tf.Tensor]:
        chosen = _choose(step, len(images), batch_size, epoch_steps, seed)
        drawn = gather(images, chosen)
        others = drawn if bursts is None else gather(images, partner(chosen, step))
        transform_seed = tf.random.fold_in(tf.constant([seed, _TRANSFORM_STREAM]), step)
        return more(chosen) | {
            "image": scale(drawn),
            "transform": scale(augment(others, augmentation, transform_seed)),
            "step": tf.repeat(step, batch_size),
            "index": tf.range(batch_size, dtype=tf.int64),
            "row": chosen,
        }

    steps = tf.data.Dataset.range(start_step, stop_step)
    mapped = steps.map(batch, num_parallel_calls=_AT_ONCE, deterministic=True)
    return mapped.prefetch(_PREFETCHED).with_options(options())


def _partners(bursts: np.ndarray, seed: int) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Returns what draws for rows, int64 `[b]`, and a step a row of the same burst each."""
    order = np.argsort(bursts, kind="stable")
    sizes = np.bincount(bursts)
    first = tf.constant((np.cumsum(sizes) - sizes)[bursts])
    size, order = tf.constant(sizes[bursts], tf.float32), tf.constant(order)

    def draw(rows: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        own_seed = tf.random.fold_in(tf.constant([seed, _BURST_STREAM]), step)
        uniform = tf.random.stateless_uniform(tf.shape(rows), own_seed)
        within = tf.cast(uniform * tf.gather(size, rows), tf.int64)
        return tf.gather(order, tf.gather(first, rows) + within)

    return draw


def memory_bytes(images: ImageArray, batch_size: int) -> int:
    """Returns what `batches` of a global batch keeps in memory at most, in bytes.

    That is the pixels of an array, none of a mapped file, and the batches that wait or are being
    made, each with its pixels as uint8, as image and as transform.
    """
    held = math.prod(images.shape) if is_in_memory(images) else 0
    pixels = batch_size * math.prod(images.shape[1:])
    under_way = _PREFETCHED + _AT_ONCE
    return held + under_way * pixels * (1 + 2 * np.dtype(np.float32).itemsize)


def gather(images: ImageArray, rows: tf.Tensor) -> tf.Tensor:
    """Returns the images of `rows`, int `[b]`, as uint8 `[b, h, w, c]`."""
    # In Python also for an array: as a tensor its pixels would be in memory three times.
    read = functools.partial(_READS.read, images)
    drawn = tf.numpy_function(read, [rows], tf.uint8, stateful=False)
    return tf.ensure_shape(drawn, [*rows.shape, *images.shape[1:]])


def _choose(step: tf.Tensor, count: int, batch_size: int, epoch_steps: int, seed: int) -> Any:
    """Returns the images of a step's batch, int64 `[batch_size]` in [0, count)."""
    epoch, epoch_step = step // epoch_steps, step % epoch_steps
    positions = epoch_step * batch_size + tf.range(batch_size, dtype=tf.int64)
    # The order is a permutation computed position by position: no shuffle buffer, no state.
    order_seed = tf.stack([epoch, tf.constant(seed, tf.int64)])
    return tf.random.experimental.index_shuffle(
        positions, order_seed, tf.constant(count - 1, tf.int64)
    )


class PythonReads:
    """Reads by TensorFlow's threads through Python; the last one ends before the interpreter does.

    A thread of TensorFlow that is inside Python, or waits to get in, when the interpreter shuts
    down dies there, and the destructor of the iterator that it worked for waits for it without
    end. That needs an iterator that is still alive at exit. So at exit new reads fail, which fills
    the few places that an iterator has for batches, and the process goes on when all is quiet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = self._running = 0
        self._ending = False
        atexit.register(self._end)

    def read(self, images: ImageArray, rows: np.ndarray) -> np.ndarray:
        """Returns `images[rows]`, or raises an InterruptedError if the process is ending."""
        with self._lock:
            self._begun += 1
            self._running += 1
        try:
            if self._ending:
                raise InterruptedError("the process is ending")
            return images[rows]
        finally:
            with self._lock:
                self._running -= 1

    def _end(self) -> None:
        self._ending = True
        for _ in range(_MOST_WAITS if self._begun else 0):
            begun = self._begun
            time.sleep(_QUIET)
            if self._begun == begun and not self._running:
                return


_READS = PythonReads()


def options() -> tf.data.Options:
    """Returns what all pipelines have in common: in order, and gone when the process ends."""
    common = tf.data.Options()
    common.deterministic = True
    # Its thread sleeps for up to a minute at a time, and the process's end waits for it.
    common.autotune.enabled = False
    # There are no files to share out: every worker computes the batches and keeps its part.
    common.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return common
