"""The recogniser of `clustered_infogan`: a trunk, a projection to compare and a head of codes."""

from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from elastic_infogan_tf.losses.contrastive import nt_xent
from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.adam import Optimizer, adam
from elastic_infogan_tf.models.cluster_state import ClusterState, first_part_of
from elastic_infogan_tf.models.generative_model import Batch, Logs
from elastic_infogan_tf.models.networks.stages import trunk_of

FEATURES = 32  # numbers that an image is compared by (ours)
_LEARNING_RATE = 1e-3  # ours


class Recogniser(keras.Model):
    """Finds the code of an image, and features in which images of one object are near each other.

    Of a trunk, images `[n, h, w, c]` in [-1, 1] -> features of any shape, and two heads with
    weights from a seed (ours): the projection, linear and without batch normalisation, is the least
    there can be between a trunk and NT-Xent.
    """

    def __init__(self, trunk: keras.Model, num_codes: int, seed: int = 0) -> None:
        super().__init__(name="recogniser")
        self.trunk = trunk
        inputs = keras.Input(trunk.output_shape[1:], name="trunk_features")
        flat = layers.Flatten()(inputs)
        glorot = keras.initializers.GlorotUniform
        projection = layers.Dense(
            FEATURES, use_bias=False, kernel_initializer=glorot(seed), name="features"
        )
        logits = layers.Dense(num_codes, kernel_initializer=glorot(seed + 1), name="logits")
        outputs = {"features": projection(flat), "logits": logits(flat)}
        self.head = keras.Model(inputs, outputs, name="head")
        self.built = True

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns of images in [-1, 1] `features` `[n, 32]` and the code's `logits` `[n, K]`."""
        return self.head(self.trunk(images, training=training), training=training)

    def optimizer_of(self, state: ClusterState) -> Optimizer:
        """Returns its Adam, with betas .9 and .999, whose rate follows the schedule."""
        return adam("recogniser_optimizer", _LEARNING_RATE, beta_1=0.9, course=state.rate)

    def phase(
        self, state: ClusterState, batch: Batch, temperature: float, contrastive_weight: float = 1.0
    ) -> tuple[Logs, list[tf.Tensor], tf.Tensor]:
        """Returns its logs, this replica's share of its gradients, and the images' logits `[n, K]`.

        Of the logs, in nats, `contrastive_loss` is NT-Xent between images and transforms at a
        temperature T, and `cluster_loss` the mean cross-entropy of both with the labels of those of
        the global batch that are confident, 0 where there are none. NT-Xent has its weight once
        there are clusters; before, it is alone and counts 1.
        """
        with tf.GradientTape() as tape:
            labels, confident = state.targets(batch["row"])
            pairs = tf.concat([batch["image"], batch["transform"]], axis=0)
            outputs = self(pairs, training=True)
            features, partners = tf.split(outputs["features"], 2)
            bursts = batch.get("burst")
            contrast = nt_xent(features, partners, temperature, replicas.gather, bursts)
            entropies = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.tile(labels, [2]), outputs["logits"]
            )
            # Replicas may have unequally many confident images, and share the sum of all.
            learned = tf.reduce_sum(replicas.gather(confident)[0]) / replicas.count()
            cross_entropy = tf.reduce_sum(tf.tile(confident, [2]) * entropies) / 2.0
            logs = {
                "contrastive_loss": tf.reduce_mean(contrast),
                "cluster_loss": cross_entropy / tf.maximum(learned, 1.0 / replicas.count()),
            }
            weight = tf.where(state.is_clustered, contrastive_weight, 1.0)
            loss = weight * logs["contrastive_loss"] + logs["cluster_loss"]
            share = loss / replicas.count()
        gradients = tape.gradient(share, self.trainable_variables)
        return logs, gradients, tf.split(outputs["logits"], 2)[0]


class ContrastiveEncoder(keras.Model):
    """The first part of a `ClusteredInfoGAN`'s training without generator and discriminator.

    A recogniser with a trunk of its own learns the same there, whatever the number of codes, here
    one: the same steps on the same batches come to the same features (ours, docs/clustered.md).
    `temperature` is NT-Xent's T.
    """

    num_codes = 1  # of the head of codes, which nothing trains here

    def __init__(
        self, recogniser: Recogniser, state: ClusterState, temperature: float = 0.2
    ) -> None:
        super().__init__(name="contrastive_encoder")
        self.recogniser = recogniser
        self.state = state
        self.temperature = temperature
        self.total_steps = state.first_steps
        self.recogniser_optimizer = recogniser.optimizer_of(state)
        self.recogniser_optimizer.build(recogniser.trainable_variables)
        self.built = True

    @property
    def step(self) -> int:
        """Train steps taken."""
        return int(self.recogniser_optimizer.iterations.numpy())

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns of images in [-1, 1] `features` `[n, 32]` and `logits` `[n, 1]`."""
        return self.recogniser(images, training=training)

    def train_step(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a batch; logs are `contrastive_loss`, nats."""
        # The head of codes, which has nothing to learn yet, gets gradients of 0.
        logs, gradients, _ = self.recogniser.phase(self.state, batch, self.temperature)
        self.recogniser_optimizer.apply(gradients, self.recogniser.trainable_variables)
        return replicas.shape_logs({"contrastive_loss": logs["contrastive_loss"]})

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`, which fails on a dict under several workers."""


def build(settings: SimpleNamespace, **keras_arguments: Any) -> ContrastiveEncoder:
    """Returns a compiled encoder with fresh weights, from a run's settings (see `models.build`)."""
    encoder = ContrastiveEncoder(
        Recogniser(trunk_of(settings), 1, settings.seed),
        ClusterState(settings.num_images, 1, first_part_of(settings)[0]),
        settings.contrastive_temperature,
    )
    # Without `optimizer=None` Keras makes an optimiser of its own over all weights.
    encoder.compile(optimizer=None, **keras_arguments)
    return encoder
