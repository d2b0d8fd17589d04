"""The terms of a variational autoencoder with continuous and discrete latents (JointVAE)."""

import tensorflow as tf

from elastic_infogan_tf.losses.information import entropy


def bernoulli_reconstruction(logits: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Returns the negative log-likelihood of images under independent Bernoulli pixels.

    Args:
        logits: float `[n, h, w, c]`, of the pixels' probabilities.
        images: float `[n, h, w, c]` in [0, 1].

    Returns:
        float `[n]`, nats, summed over pixels and channels.
    """
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    return tf.reduce_sum(losses, axis=[1, 2, 3])


def gaussian_kl(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Returns KL(N(mean, variance) || N(0, I)) of diagonal Gaussians.

    Args:
        mean: float `[n, d]`.
        log_variance: float `[n, d]`.

    Returns:
        float `[n]`, nats, summed over the d latents, at least 0.
    """
    terms = tf.square(mean) + tf.exp(log_variance) - log_variance - 1.0
    return 0.5 * tf.reduce_sum(terms, axis=-1)


def categorical_kl(logits: tf.Tensor) -> tf.Tensor:
    """Returns KL(Cat(softmax(logits)) || Cat(1/K)), which is log K less the entropy.

    Args:
        logits: float `[n, K]`.

    Returns:
        float `[n]`, nats, in [0, log K].
    """
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    return tf.math.log(classes) - entropy(tf.nn.softmax(logits))


def capacity(step: tf.Tensor, largest: float, steps: int) -> tf.Tensor:
    """Returns the capacity of a channel: from 0, linearly, to `largest` after `steps` steps.

    JointVAE's schedule (Dupont 2018); a `largest` of 0 makes the penalty the plain weighted KL.

    Args:
        step: int scalar, train steps taken.
        largest: nats.
        steps: 1 or more.

    Returns:
        float32 scalar, nats.
    """
    return largest * tf.minimum(tf.cast(step, tf.float32) / steps, 1.0)
