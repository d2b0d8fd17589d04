"""What the two phases of a train step measure at one stage.

What is called features is the trunk's, codes are relaxed one-hot `[n, K]`, and losses are means in
nats.
"""

import tensorflow as tf

from elastic_infogan_tf.losses import contrastive
from elastic_infogan_tf.losses.adversarial import accuracy, discriminator_loss, generator_loss
from elastic_infogan_tf.losses.information import information_loss
from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.networks.stages import Stage

Terms = dict[str, tf.Tensor]

# Of NT-Xent beside the information loss, where a discriminator learns both (published).
_IDENTITY_WEIGHT, _IDENTITY_TEMPERATURE = 10.0, 0.5


def discriminator_terms(stage: Stage, real: tf.Tensor, fake: tf.Tensor) -> Terms:
    """Returns phase 1's terms, of the features of real images and of generated ones."""
    real_logits = stage.discriminator_head(real, training=True)
    fake_logits = stage.discriminator_head(fake, training=True)
    real_accuracy, fake_accuracy = accuracy(real_logits, fake_logits)
    return {
        "discriminator_loss": tf.reduce_mean(discriminator_loss(real_logits, fake_logits)),
        "real_accuracy": tf.reduce_mean(real_accuracy),
        "fake_accuracy": tf.reduce_mean(fake_accuracy),
    }


def generator_terms(stage: Stage, fake: tf.Tensor, code: tf.Tensor) -> Terms:
    """Returns phase 2's terms, of the features of generated images and of their codes."""
    return {
        "generator_loss": adversarial_loss(stage, fake),
        "information_loss": information(stage.q_head(fake, training=True)["logits"], code),
    }


def adversarial_loss(stage: Stage, fake: tf.Tensor) -> tf.Tensor:
    """Returns what the generator loses by a stage's discriminator, from the features."""
    return tf.reduce_mean(generator_loss(stage.discriminator_head(fake, training=True)))


def information(logits: tf.Tensor, code: tf.Tensor) -> tf.Tensor:
    """Returns the mean information loss of a batch."""
    return tf.reduce_mean(information_loss(logits, code))


def contrastive_loss(
    stage: Stage, batch: Terms, loss: contrastive.ContrastiveLoss, temperature: float
) -> tf.Tensor:
    """Returns the mean contrastive loss of a batch's images and transforms, at the stage's size."""
    images = stage.resize(tf.concat([batch["image"], batch["transform"]], axis=0))
    outputs = stage.q_head(stage.trunk(images, training=True), training=True)
    features, partners = tf.split(outputs["features"], 2)
    return tf.reduce_mean(loss(features, partners, temperature, gather=replicas.gather))


def identity_loss(stage: Stage, batch: Terms, fake: tf.Tensor, code: tf.Tensor) -> tf.Tensor:
    """Returns the published losses of identity, which a stage's trunk and Q learn together.

    NT-Xent of the batch, and the information loss of the features of generated images.
    """
    contrast = contrastive_loss(stage, batch, contrastive.nt_xent, _IDENTITY_TEMPERATURE)
    logits = stage.q_head(fake, training=True)["logits"]
    return _IDENTITY_WEIGHT * contrast + information(logits, code)
