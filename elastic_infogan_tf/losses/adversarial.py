"""The adversarial losses (published: the non-saturating binary cross-entropy of InfoGAN).

Every loss here is per element: the caller divides by the global batch, once.
"""

import tensorflow as tf


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Returns BCE(D(x), 1) + BCE(D(G(z, c)), 0) per element, nats.

    Args:
        real_logits: float `[n]`, D's logits of real images.
        fake_logits: float `[n]`, D's logits of generated images.
    """
    return tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """Returns BCE(D(G(z, c)), 1) per element, nats; `fake_logits` is float `[n]`."""
    return tf.nn.softplus(-fake_logits)


def accuracy(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns whether D is right on real and on generated images, float32 0 or 1, each `[n]`."""
    return (
        tf.cast(real_logits > 0, tf.float32),
        tf.cast(fake_logits <= 0, tf.float32),
    )
