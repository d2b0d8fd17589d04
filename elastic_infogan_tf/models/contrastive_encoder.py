"""A recogniser that learns features of images before it is known how many codes there are."""

from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.cluster_state import ClusterState, first_part
from elastic_infogan_tf.models.generative_model import Batch, Logs, Optimizer
from elastic_infogan_tf.models.networks import build_trunk
from elastic_infogan_tf.models.recogniser import Recogniser, recogniser_adam, recogniser_terms


class ContrastiveEncoder(keras.Model):
    """The first part of a `ClusteredInfoGAN`'s training without generator and discriminator.

    A recogniser with a trunk of its own learns the same there, whatever the number of codes: the
    same steps on the same batches come to the same features.

    Args:
        recogniser: of one code.
        state: of one code and as many images as the training set has.
        temperature: float above 0, NT-Xent's T.
        learning_rate: float above 0.

    Reference:
        Chen et al.: A Simple Framework for Contrastive Learning of Visual Representations, ICML
        2020 (NT-Xent); the rest ours (docs/clustered.md).
    """

    num_codes = 1  # of the head of codes, which nothing trains here

    def __init__(
        self,
        recogniser: Recogniser,
        state: ClusterState,
        temperature: float = 0.2,
        learning_rate: float = 1e-3,
    ) -> None:
        super().__init__(name="contrastive_encoder")
        self.recogniser = recogniser
        self.state = state
        self.temperature = temperature
        self.recogniser_optimizer: Optimizer = recogniser_adam(learning_rate, state)
        self.recogniser_optimizer.build(recogniser.trainable_variables)
        self.built = True

    @property
    def total_steps(self) -> int:
        """Train steps until its features are what they are to be."""
        return self.state.first_steps

    @property
    def step(self) -> int:
        """Train steps taken."""
        return int(self.recogniser_optimizer.iterations.numpy())

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns of images in [-1, 1] `features` `[n, 32]` and `logits` `[n, 1]`."""
        return self.recogniser(images, training=training)

    def train_step(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a batch of the input pipeline.

        Returns:
            `contrastive_loss`, nats, the mean over this replica's part.
        """
        with tf.GradientTape() as tape:
            terms, _ = recogniser_terms(self.recogniser, self.state, batch, self.temperature)
            # The head of codes, which has nothing to learn yet, gets gradients of 0 from it.
            loss = terms["contrastive_loss"] + terms["cluster_loss"]
            share = loss / replicas.count()
        weights = self.recogniser.trainable_variables
        gradients = tape.gradient(share, weights)
        self.recogniser_optimizer.apply(gradients, weights)
        return replicas.shape_logs({"contrastive_loss": terms["contrastive_loss"]})

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`, which fails on a dict under several workers."""


def build(
    *,
    networks: str,
    image_shape: tuple[int, int, int],
    num_images: int,
    batch_size: int,
    epochs: int,
    base_channels: int = 64,
    second_stage_size: int = 0,
    contrastive_temperature: float = 0.2,
    recogniser_learning_rate: float = 1e-3,
    first_part_steps: int | None = None,
    seed: int = 0,
    **keras_arguments: Any,
) -> ContrastiveEncoder:
    """Returns a compiled encoder with fresh weights, from a run's settings (see `models.build`)."""
    trunk = build_trunk(
        networks,
        image_shape,
        base_channels=base_channels,
        second_stage_size=second_stage_size,
        seed=seed,
    )
    steps = first_part(epochs * (num_images // batch_size), first_part_steps)
    encoder = ContrastiveEncoder(
        Recogniser(trunk, 1, seed),
        ClusterState(num_images, 1, steps),
        contrastive_temperature,
        recogniser_learning_rate,
    )
    # Without `optimizer=None` Keras makes an optimiser of its own over all weights.
    encoder.compile(optimizer=None, **keras_arguments)
    return encoder
