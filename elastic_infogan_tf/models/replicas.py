"""What a replica needs to know of the others: shares of a global batch, random draws."""

import tensorflow as tf


def count() -> int:
    """Returns the number of replicas that share the global batch; 1 outside of a strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def gather(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gathers every replica's rows; gradients flow back to the replicas they came from.

    Scattering into zeros and summing, because `all_gather` fails under the multi-worker strategy.
    Of rows, float `[n, ...]` with the same n everywhere, returns all, `[replicas * n, ...]`, and
    the index of this replica's first one, int32.
    """
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync
    if replicas == 1:
        return rows, tf.constant(0)
    replica = tf.cast(context.replica_id_in_sync_group, tf.int32)
    here = tf.one_hot(replica, replicas, dtype=rows.dtype)
    scattered = tf.tensordot(here, rows, axes=0)
    gathered = context.all_reduce(tf.distribute.ReduceOp.SUM, scattered)
    size = tf.shape(rows)[0]
    everyone = tf.reshape(gathered, tf.concat([[replicas * size], tf.shape(rows)[1:]], axis=0))
    return everyone, replica * size


def shape_logs(logs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Returns scalar logs in the shape that Keras can average over the current strategy.

    Under several workers Keras takes the mean along axis 0, so scalars become `[1]` there.
    """
    if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return {name: value[tf.newaxis] for name, value in logs.items()}
    return logs


def uniform(shape: list[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws from (0, 1), both ends excluded, float32.

    From Philox's integers, on which TensorFlow and XLA agree; they turn them into floats in
    different ways (the low 23 bits here, the high ones there).
    """
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.uint32, alg="philox")
    high = tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32))
    return (tf.cast(high, tf.float32) + 0.5) * 2.0**-23


def normal(shape: list[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws from N(0, 1), float32, by the inverse of its distribution function."""
    return tf.math.ndtri(uniform(shape, seed))
