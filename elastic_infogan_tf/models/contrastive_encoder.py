"""A recogniser that learns features of images before it is known how many codes there are."""

from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.cluster_state import ClusterState
from elastic_infogan_tf.models.generative_model import Batch, Logs, Optimizer
from elastic_infogan_tf.models.recogniser import Recogniser, recogniser_adam, recogniser_phase


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
        # The head of codes, which has nothing to learn yet, gets gradients of 0.
        logs, gradients, _ = recogniser_phase(self.recogniser, self.state, batch, self.temperature)
        self.recogniser_optimizer.apply(gradients, self.recogniser.trainable_variables)
        return replicas.shape_logs({"contrastive_loss": logs["contrastive_loss"]})

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`, which fails on a dict under several workers."""
