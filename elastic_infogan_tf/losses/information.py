"""The mutual-information term: Q must recover the code from the generated image."""

import tensorflow as tf


def information_loss(q_logits: tf.Tensor, code: tf.Tensor) -> tf.Tensor:
    """Returns the cross-entropy of Q(c | G(z, c)) against the code, per element, nats.

    The target is the hard code argmax(c) (official), so the loss does not reach the prior through
    its target, only through the generated image.

    Args:
        q_logits: float `[n, K]`, Q's logits of generated images.
        code: float `[n, K]`, the relaxed one-hot codes that made them.
    """
    target = tf.argmax(code, axis=-1)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=q_logits)


def entropy(probabilities: tf.Tensor) -> tf.Tensor:
    """Returns the entropy of a distribution over the last axis, nats; 0 log 0 counts as 0."""
    return -tf.reduce_sum(tf.math.xlogy(probabilities, probabilities), axis=-1)
