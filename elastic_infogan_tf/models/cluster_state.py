"""What `clustered_infogan` knows of its images and of its schedule; part of every checkpoint."""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError

CONFIDENT = 0.8  # share of the votes from which a label is learned from (ours)
_FIRST_STEPS = 3_000  # until features are worth to be clustered, on MNIST (ours)
# Of few images fewer: by then the recogniser begins to tell each image's views from the others. But
# so many it needs. Chosen while labels of the built-in cars were seen (ours).
_FIRST_EPOCHS, _FEWEST_STEPS = 150, 1_000
_MOMENTUM = 0.99  # of the running mean, a step (ours)
# The recogniser's rate falls within each part of a training: after this share of the first part and
# of the second, by this factor (ours).
_FIRST_FALL, _SECOND_FALL = (0.8, 0.3), (0.7, 0.2)


def first_part(total_steps: int, epoch_steps: int, given: int | None = None) -> int:
    """Returns the steps of a training's first part (ours): those given, or 3,000.

    These are no more than 150 epochs, but 1,000 or more; and no more than half of all.

    Raises:
        UsageError: if nothing would be left for the second part.

    Example:
        >>> first_part(6_680, 668), first_part(6_600, 11), first_part(1_000, 5)
        (3000, 1650, 500)
    """
    if given is not None and given >= total_steps:
        raise UsageError(
            f"--first_part_steps={given} leaves nothing of the {total_steps} steps for the second "
            "part; ask for fewer, or for more --epochs."
        )
    of_few = max(_FEWEST_STEPS, _FIRST_EPOCHS * epoch_steps)
    return max(1, given or min(_FIRST_STEPS, of_few, total_steps // 2))


def first_part_of(settings: SimpleNamespace) -> tuple[int, int]:
    """Returns the steps of the first part and of the whole training, of a run's settings."""
    epoch_steps = settings.num_images // settings.batch_size
    total_steps = settings.epochs * epoch_steps
    return first_part(total_steps, epoch_steps, settings.first_part_steps), total_steps


class ClusterState(keras.layers.Layer):
    """Clusters of the training images, the mean of what is recognised, the schedule.

    The first part of the schedule ends with a clustering; where its clusters are not stable another
    first part follows; the second part ends with the training.

    Attributes:
        labels: int64 `[n]`, each training image's cluster; 0 before there are any. (TensorFlow
            keeps int32 variables of a GPU in the host's memory, where XLA cannot reach them.)
        confidence: float32 `[n]`, in [0, 1], of each label; 0 before there are any.
        mean: float32 `[K]`, sum 1, running mean of the probabilities of real images' codes.
        part: int64 `[3]`, first step and end of this part, and whether it is the second.
        first_steps: train steps until the first clustering.
    """

    def __init__(self, num_images: int, num_codes: int, first_steps: int) -> None:
        super().__init__(name="cluster_state")
        self.first_steps = first_steps
        self.labels = self._state("labels", np.zeros(num_images), "int64")
        self.confidence = self._state("confidence", np.zeros(num_images), "float32")
        self.mean = self._state("mean", np.full(num_codes, 1.0 / num_codes), "float32")
        self.part = self._state("part", [0, first_steps, 0], "int64")
        self.built = True

    def _state(self, name: str, value: np.ndarray | list[int], dtype: str) -> keras.Variable:
        value = np.asarray(value, dtype)
        return self.add_weight(
            shape=value.shape,
            initializer=lambda shape, dtype: tf.constant(value, dtype),
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",  # every replica assigns the same
            name=name,
        )

    @property
    def is_clustered(self) -> tf.Tensor:
        """Whether there are clusters, a bool scalar."""
        return tf.convert_to_tensor(self.part)[2] > 0

    def begin_second_part(
        self, labels: np.ndarray, confidence: np.ndarray, step: int, total_steps: int
    ) -> None:
        """Takes clusters after a step, and their shares of the images as the mean to begin with."""
        counts = np.bincount(labels, minlength=self.mean.shape[0])
        self.labels.assign(np.asarray(labels, np.int64))
        self.confidence.assign(np.asarray(confidence, np.float32))
        self.mean.assign((counts / counts.sum()).astype(np.float32))
        self.part.assign([step, max(total_steps, step + 1), 1])

    def prolong_first_part(self, steps: int) -> None:
        """Begins another first part of so many steps, because clusters were not stable yet."""
        end = int(self.part.numpy()[1])
        self.part.assign([end, end + steps, 0])

    def rate(self, step: tf.Tensor) -> tf.Tensor:
        """Returns what the recogniser's rate is multiplied by at a step, a float32 scalar."""
        begin, end, is_second = tf.unstack(tf.cast(tf.convert_to_tensor(self.part), tf.float32))
        share = (tf.cast(step, tf.float32) - begin) / (end - begin)
        falls = tf.where(is_second > 0, _SECOND_FALL, _FIRST_FALL)
        return tf.where(share < falls[0], 1.0, falls[1])

    def targets(self, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns labels, int64 `[b]`, and their weights, float32 `[b]`, of rows, int64 `[b]`."""
        confident = tf.gather(tf.convert_to_tensor(self.confidence), rows) >= CONFIDENT
        labels = tf.gather(tf.convert_to_tensor(self.labels), rows)
        return labels, tf.cast(confident & self.is_clustered, tf.float32)

    def add(self, probabilities: tf.Tensor) -> tf.Tensor:
        """Moves the mean by a step to a global batch's, if there are clusters, and returns it."""
        before = tf.convert_to_tensor(self.mean)
        moved = _MOMENTUM * before + (1.0 - _MOMENTUM) * probabilities
        mean = tf.where(self.is_clustered, moved, before)
        self.mean.assign(mean)
        return mean
