"""An example loss: a contrastive one with a margin, which the row of a method names."""

import tensorflow as tf

from elastic_infogan_tf.losses.contrastive import Gather, one_replica
from elastic_infogan_tf.settings.methods import Method

ROW = Method("learned", "tests.extending.margin:margin_loss")


def margin_loss(
    features: tf.Tensor,
    partners: tf.Tensor,
    temperature: float,
    gather: Gather = one_replica,
) -> tf.Tensor:
    """Returns how far partners are apart beyond a margin, per pair, float `[n]`."""
    del gather
    return tf.nn.relu(tf.norm(features - partners, axis=-1) - temperature)
