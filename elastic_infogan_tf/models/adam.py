"""Adam, each variable updated by one operation."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("elastic_infogan_tf")
class Adam(keras.optimizers.Adam):
    """Keras' Adam, computed by TensorFlow's operation for it.

    Keras writes Adam out as a dozen operations, each of which goes through all weights; without XLA
    that is a quarter of a wide network's train step (docs/performance.md). The numbers are the same
    but for rounding, and so are the optimiser's variables, so checkpoints fit either.

    Example:
        >>> weight = keras.Variable([1.0])
        >>> optimizer = Adam(learning_rate=0.25)
        >>> optimizer.apply([tf.constant([3.0])], [weight])
        >>> weight.numpy().tolist()
        [0.75]

    Reference:
        Kingma and Ba: Adam: A Method for Stochastic Optimization, ICLR 2015.
    """

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Updates a variable and its moments; called by Keras for each of them."""
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
