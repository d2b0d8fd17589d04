"""Adam, each variable updated by one operation, and an InfoGAN's settings of it."""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import tensorflow as tf

Optimizer: TypeAlias = keras.optimizers.Optimizer


@keras.saving.register_keras_serializable("elastic_infogan_tf")
class Adam(keras.optimizers.Adam):
    """Keras' Adam (Kingma and Ba, ICLR 2015), computed by TensorFlow's operation for it.

    Keras writes Adam out as a dozen operations, each of which goes through all weights; without XLA
    that is a quarter of a wide network's train step (docs/performance.md). The numbers are the same
    but for rounding, and so are the optimiser's variables, so checkpoints fit either.

    `course` is a function from the step, int64, to what the rate is multiplied by there, a float32
    scalar; no part of `get_config`. Unlike with a schedule of Keras', `learning_rate` stays a
    number that can be set and that checkpoints have. Other arguments are Keras'.

    Example:
        >>> weight = keras.Variable([1.0])
        >>> optimizer = Adam(learning_rate=0.25)
        >>> optimizer.apply([tf.constant([3.0])], [weight])
        >>> weight.numpy().tolist()
        [0.75]
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
        course: Callable[[tf.Tensor], tf.Tensor] | None = None,
        **keras_arguments: Any,
    ) -> None:
        super().__init__(learning_rate, **keras_arguments)
        self._course = course

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Updates a variable and its moments; called by Keras for each of them."""
        if self._course is not None:
            learning_rate = learning_rate * self._course(self.iterations)
        if self.amsgrad:  # another operation's, which nothing here asks for
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=tf.cast(self.beta_1, variable.dtype),
            beta2=tf.cast(self.beta_2, variable.dtype),
            epsilon=tf.cast(self.epsilon, variable.dtype),
            grad=tf.convert_to_tensor(gradient, variable.dtype),
        )


def adam(name: str, learning_rate: float = 2e-4, beta_1: float = 0.5, **arguments: Any) -> Adam:
    """Returns the optimiser of an InfoGAN's part; betas are the official ones."""
    # The epsilon is PyTorch's, which the official code runs with.
    return Adam(learning_rate, beta_1=beta_1, beta_2=0.999, epsilon=1e-8, name=name, **arguments)
