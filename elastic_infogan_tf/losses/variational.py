"""The terms of a variational autoencoder with continuous and discrete latents (JointVAE).

Each is per image, float `[n]`, in nats, at least 0.
"""

import tensorflow as tf

from elastic_infogan_tf.losses.information import entropy


def bernoulli_reconstruction(logits: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Returns the negative log-likelihood of images under independent Bernoulli pixels.

    `-sum_i (x_i log p_i + (1 - x_i) log(1 - p_i))` over pixels and channels, with p the sigmoid of
    the logits (Dupont 2018). Logits and images, in [0, 1], are float `[n, h, w, c]`.

    Example:
        Four pixels of which nothing is known cost log 2 each.

        >>> loss = bernoulli_reconstruction(tf.zeros([1, 2, 2, 1]), tf.ones([1, 2, 2, 1]))
        >>> loss.numpy().tolist()
        [2.7726]
    """
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    return tf.reduce_sum(losses, axis=[1, 2, 3])


def gaussian_kl(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Returns KL(N(mean, variance) || N(0, I)) of diagonal Gaussians.

    `1/2 sum_j (mean_j^2 + variance_j - log variance_j - 1)` (Kingma and Welling 2014), of float
    `[n, d]` each.

    Example:
        >>> gaussian_kl(tf.constant([[1.0, 0.0], [0.0, 0.0]]), tf.zeros([2, 2])).numpy().tolist()
        [0.5, 0.0]
    """
    terms = tf.square(mean) + tf.exp(log_variance) - log_variance - 1.0
    return 0.5 * tf.reduce_sum(terms, axis=-1)


def categorical_kl(logits: tf.Tensor) -> tf.Tensor:
    """Returns KL(Cat(softmax(logits)) || Cat(1/K)), which is log K less the entropy (Dupont 2018).

    Of logits, float `[n, K]`; in [0, log K].

    Example:
        >>> logits = tf.constant([[30.0, 0.0, 0.0, 0.0]])
        >>> categorical_kl(logits).numpy().tolist()
        [1.3863]
    """
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    return tf.math.log(classes) - entropy(tf.nn.softmax(logits))


def capacity(step: tf.Tensor, largest: float, steps: int) -> tf.Tensor:
    """Returns the capacity of a channel in nats, float32: `largest * min(step / steps, 1)`.

    JointVAE's schedule (Dupont 2018), of the train steps taken, an int scalar, and how many it
    grows for, 1 or more; a `largest` of 0 makes the penalty the plain weighted KL.

    Example:
        >>> [float(capacity(tf.constant(step), largest=5.0, steps=100)) for step in (0, 50, 900)]
        [0.0, 2.5, 5.0]
    """
    return largest * tf.minimum(tf.cast(step, tf.float32) / steps, 1.0)
