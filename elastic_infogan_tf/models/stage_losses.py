"""What the two phases of a train step measure at one stage, and its sum over the stages.

A model with one stage has sums of one; StackGAN-v2's two stages count alike.
"""

import tensorflow as tf

from elastic_infogan_tf.losses.adversarial import accuracy, discriminator_loss, generator_loss
from elastic_infogan_tf.losses.contrastive import ContrastiveLoss
from elastic_infogan_tf.losses.information import information_loss
from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.networks import Stage

Terms = dict[str, tf.Tensor]


def discriminator_terms(stage: Stage, real: tf.Tensor, fake: tf.Tensor) -> Terms:
    """Returns phase 1's `discriminator_loss` (nats), `real_accuracy` and `fake_accuracy`.

    Args:
        stage: whose discriminator it is.
        real: images of the batch, in [-1, 1], at the last stage's size.
        fake: generated images of this stage.
    """
    real_logits, fake_logits = stage.discriminate(stage.resize(real)), stage.discriminate(fake)
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
        fake: generated images of this stage.
        code: relaxed one-hot `[n, K]` that they were generated from.
    """
    features = stage.trunk(fake, training=True)
    fake_logits = stage.discriminator_head(features, training=True)
    q_logits = stage.q_head(features, training=True)["logits"]
    return {
        "generator_loss": tf.reduce_mean(generator_loss(fake_logits)),
        "information_loss": tf.reduce_mean(information_loss(q_logits, code)),
    }


def contrastive_loss(
    stage: Stage, batch: dict[str, tf.Tensor], loss: ContrastiveLoss | None, temperature: float
) -> tf.Tensor:
    """Returns phase 2's contrastive loss of this stage's Q, in nats.

    Args:
        stage: whose Q it is.
        batch: with `image` and `transform`, in [-1, 1], at the last stage's size.
        loss: per pair of features; None is 0.
        temperature: T.
    """
    if loss is None:
        return tf.constant(0.0)
    pairs = stage.resize(tf.concat([batch["image"], batch["transform"]], axis=0))
    outputs = stage.q_head(stage.trunk(pairs, training=True), training=True)
    features, partners = tf.split(outputs["features"], 2)
    return tf.reduce_mean(loss(features, partners, temperature, gather=replicas.gather))


def sums(terms: list[Terms]) -> Terms:
    """Returns each term's sum over the stages."""
    return {name: tf.add_n([one[name] for one in terms]) for name in terms[0]}
