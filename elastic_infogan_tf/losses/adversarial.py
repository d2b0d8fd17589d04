"""The adversarial losses (published: the non-saturating binary cross-entropy of InfoGAN).

With BCE(l, 1) = log(1 + exp(-l)) and BCE(l, 0) = log(1 + exp(l)) of a logit l, as Goodfellow et
al., Generative Adversarial Nets, NeurIPS 2014, has them.

Logits are float `[n]`. Every loss is per element, float `[n]`, in nats, at least 0: the caller
divides by the global batch, once.
"""

import tensorflow as tf


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Returns `BCE(D(x), 1) + BCE(D(G(z, c)), 0)`, what D loses (published).

    Example:
        An undecided D loses log 2 on each of the two, one that is sure and right next to nothing.

        >>> loss = discriminator_loss(tf.constant([0.0, 9.0]), tf.constant([0.0, -9.0]))
        >>> loss.numpy().tolist()
        [1.3863, 0.0002]
    """
    return tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """Returns `BCE(D(G(z, c)), 1)`, what G loses (published; the non-saturating form).

    Example:
        >>> generator_loss(tf.constant([0.0, -9.0])).numpy().tolist()
        [0.6931, 9.0001]
    """
    return tf.nn.softplus(-fake_logits)


def accuracy(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns whether D is right on real and on generated images, float32 `[n]` of 0 or 1 (ours).

    A logit of 0 says generated.

    Example:
        >>> real, fake = accuracy(tf.constant([1.0, -1.0]), tf.constant([0.0, 2.0]))
        >>> real.numpy().tolist(), fake.numpy().tolist()
        ([1.0, 0.0], [1.0, 0.0])
    """
    return tf.cast(real_logits > 0, tf.float32), tf.cast(fake_logits <= 0, tf.float32)
