"""What the two phases of a train step measure at one stage, and its sum over the stages.

A model with one stage has sums of one; StackGAN-v2's two stages count alike.
"""

import keras
import tensorflow as tf

from elastic_infogan_tf.losses.adversarial import accuracy, discriminator_loss, generator_loss
from elastic_infogan_tf.losses.contrastive import ContrastiveLoss, nt_xent
from elastic_infogan_tf.losses.information import information_loss
from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.networks.stages import Stage

Terms = dict[str, tf.Tensor]

# Of NT-Xent beside the information loss, where a discriminator learns both (published).
_IDENTITY_WEIGHT, _IDENTITY_TEMPERATURE = 10.0, 0.5


def discriminator_terms(stage: Stage, real: tf.Tensor, fake: tf.Tensor) -> Terms:
    """Returns phase 1's `discriminator_loss` (nats), `real_accuracy` and `fake_accuracy`.

    Args:
        stage: whose discriminator it is.
        real: the trunk's features of real images.
        fake: those of generated images.
    """
    real_logits = stage.discriminator_head(real, training=True)
    fake_logits = stage.discriminator_head(fake, training=True)
    real_accuracy, fake_accuracy = accuracy(real_logits, fake_logits)
    return {
        "discriminator_loss": tf.reduce_mean(discriminator_loss(real_logits, fake_logits)),
        "real_accuracy": tf.reduce_mean(real_accuracy),
        "fake_accuracy": tf.reduce_mean(fake_accuracy),
    }


def generator_terms(stage: Stage, fake: tf.Tensor, code: tf.Tensor) -> Terms:
    """Returns phase 2's `generator_loss` and `information_loss`, in nats.

    Args:
        stage: whose discriminator and Q judge.
        fake: the trunk's features of generated images.
        code: relaxed one-hot `[n, K]` that they were generated from.
    """
    return {
        "generator_loss": adversarial_loss(stage, fake),
        "information_loss": information(stage.q_head(fake, training=True)["logits"], code),
    }


def adversarial_loss(stage: Stage, fake: tf.Tensor) -> tf.Tensor:
    """Returns what the generator loses by a stage's discriminator, from the trunk's features."""
    return tf.reduce_mean(generator_loss(stage.discriminator_head(fake, training=True)))


def information(logits: tf.Tensor, code: tf.Tensor) -> tf.Tensor:
    """Returns the mean information loss of a batch, in nats."""
    return tf.reduce_mean(information_loss(logits, code))


def contrastive_loss(
    head: keras.Model, pairs: tf.Tensor, loss: ContrastiveLoss, temperature: float
) -> tf.Tensor:
    """Returns the mean contrastive loss of a batch, in nats.

    Args:
        head: whose `features` are compared, a Q's or a recogniser's.
        pairs: the trunk's features of images and, after them, of their transforms.
        loss: per pair of features.
        temperature: T.
    """
    features, partners = tf.split(head(pairs, training=True)["features"], 2)
    return tf.reduce_mean(loss(features, partners, temperature, gather=replicas.gather))


def identity_loss(
    stage: Stage, batch: dict[str, tf.Tensor], fake: tf.Tensor, code: tf.Tensor
) -> tf.Tensor:
    """Returns the published losses of identity of a stage's trunk and Q together, in nats.

    Args:
        stage: whose trunk and Q learn them.
        batch: its images and transforms, for NT-Xent.
        fake: the trunk's features of generated images.
        code: relaxed one-hot `[n, K]` that they were generated from.
    """
    pairs = stage.trunk(pairs_of(stage, batch), training=True)
    contrast = contrastive_loss(stage.q_head, pairs, nt_xent, _IDENTITY_TEMPERATURE)
    logits = stage.q_head(fake, training=True)["logits"]
    return _IDENTITY_WEIGHT * contrast + information(logits, code)


def pairs_of(stage: Stage, batch: dict[str, tf.Tensor]) -> tf.Tensor:
    """Returns a batch's images and, after them, their transforms, at the stage's size."""
    return stage.resize(tf.concat([batch["image"], batch["transform"]], axis=0))


def sums(terms: list[Terms]) -> Terms:
    """Returns each term's sum over the stages."""
    return {name: tf.add_n([one[name] for one in terms]) for name in terms[0]}
