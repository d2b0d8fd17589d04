"""The mutual-information term: Q must recover the code from the generated image."""

import tensorflow as tf


def information_loss(q_logits: tf.Tensor, code: tf.Tensor) -> tf.Tensor:
    """Returns `-log Q(argmax(c) | G(z, c))`, the cross-entropy of Q against the code (published).

    The target is the hard code argmax(c) (official), so the loss does not reach the prior through
    its target, only through the generated image.

    Of Q's logits of generated images and the relaxed one-hot codes that made them, both float
    `[n, K]`; float `[n]`, nats, at least 0.

    Example:
        A Q that knows nothing of four codes loses log 4.

        >>> code = tf.constant([[0.9, 0.1, 0.0, 0.0]])
        >>> information_loss(tf.zeros([1, 4]), code).numpy().tolist()
        [1.3863]

    Reference:
        Chen et al.: InfoGAN, NeurIPS 2016.
    """
    target = tf.argmax(code, axis=-1)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=q_logits)


def entropy(probabilities: tf.Tensor) -> tf.Tensor:
    """Returns the entropy `-sum_k p_k log p_k` of distributions over the last axis.

    Of probabilities, float `[..., K]` of sum 1, 0 log 0 being 0; float `[...]`, nats, in
    [0, log K].

    Example:
        >>> entropy(tf.constant([[0.5, 0.5], [0.9, 0.1]])).numpy().tolist()
        [0.6931, 0.3251]
    """
    return -tf.reduce_sum(tf.math.xlogy(probabilities, probabilities), axis=-1)
