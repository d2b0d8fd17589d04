"""JointVAE, one of the baselines: a VAE with continuous and discrete latents."""

import math
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.losses.variational import (
    bernoulli_reconstruction,
    capacity,
    categorical_kl,
    gaussian_kl,
)
from elastic_infogan_tf.models import random, replicas, vae_networks
from elastic_infogan_tf.models.prior import Prior

_NOISE_STREAM = 0x6E6F6973
_CODE_STREAM = 0x636F6465

Batch = dict[str, tf.Tensor]
Logs = dict[str, tf.Tensor]


class JointVAE(keras.Model):
    """A VAE whose discrete latent is the code and whose continuous latents are the noise.

    The loss is the Bernoulli reconstruction plus beta times how far each channel's KL term, the
    mean over the global batch, is from its capacity, which grows from 0 (Dupont 2018). With a
    capacity of 0 it is the plain beta-weighted KL. The prior of the code is uniform and fixed.

    It has the faces of `ElasticInfoGAN`: `generator`, `prior`, a `call` that returns the code's
    logits and features, `step`. Build it inside the scope of its strategy.

    Args:
        config: the run's configuration; `beta`, `capacity` and `capacity_steps` are for it alone.

    Reference:
        Dupont: Learning Disentangled Joint Continuous and Discrete Representations, NeurIPS 2018.
    """

    def __init__(self, config) -> None:
        super().__init__(name="joint_vae")
        self.config = config
        initializers = vae_networks.he_initializers(seed=config.seed * 1000)
        sizes = (config.image_shape, config.noise_dim, config.num_classes, config.base_channels)
        self.encoder = vae_networks.encoder(*sizes, initializers)
        self.decoder = vae_networks.decoder(*sizes, initializers)
        self.generator = _to_pixels(self.decoder)
        self.prior = Prior(config.num_classes, "uniform", config.temperature)
        self.optimizer_of_all = keras.optimizers.Adam(config.learning_rate, name="optimizer")
        self.optimizer_of_all.build(self.trainable_variables)
        self.built = True

    @property
    def optimizers(self) -> list[Any]:
        """Its one optimiser."""
        return [self.optimizer_of_all]

    @property
    def step(self) -> int:
        """Train steps taken so far; part of every checkpoint."""
        return int(self.optimizer_of_all.iterations.numpy())

    def compile(self, jit_compile: bool = False) -> None:
        """Readies the model for `fit`; losses and optimiser are its own."""
        super().compile(optimizer=None, jit_compile=jit_compile)

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`: everything is built."""

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns of images in [-1, 1] the code's `logits` `[n, K]` and `features` `[n, d]`."""
        outputs = self.encoder(images, training=training)
        return {"logits": outputs["logits"], "features": outputs["features"]}

    def reconstruct(self, images: tf.Tensor) -> tf.Tensor:
        """Returns images in [-1, 1] from the means of the latents and the likeliest codes."""
        outputs = self.encoder(images, training=False)
        code = tf.one_hot(tf.argmax(outputs["logits"], axis=-1), self.config.num_classes)
        return self.generator([outputs["mean"], code], training=False)

    def train_step(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a global batch.

        Args:
            batch: the pipeline's dict of `image`, `step` and `index`; `transform` is not used.

        Returns:
            Means over the global batch, float32 scalars; losses in nats.
        """
        with tf.GradientTape() as tape:
            logs = self._terms(batch)
            share = logs["loss"] / replicas.count()
        gradients = tape.gradient(share, self.trainable_variables)
        self.optimizer_of_all.apply(gradients, self.trainable_variables)
        return replicas.shape_logs(logs)

    def _terms(self, batch: Batch) -> Logs:
        config, step = self.config, batch["step"][0]
        outputs = self.encoder(batch["image"], training=True)
        noise, code = self._sample(outputs, step, batch["index"])
        logits = self.decoder([noise, code], training=True)
        pixels = (batch["image"] + 1.0) / 2.0
        reconstruction = tf.reduce_mean(bernoulli_reconstruction(logits, pixels))
        # The capacity holds the mean over the global batch, not a replica's.
        continuous = _global_mean(gaussian_kl(outputs["mean"], outputs["log_variance"]))
        discrete = _global_mean(categorical_kl(outputs["logits"]))
        most = min(config.capacity, math.log(config.num_classes))
        penalty = tf.abs(continuous - capacity(step, config.capacity, config.capacity_steps))
        penalty += tf.abs(discrete - capacity(step, most, config.capacity_steps))
        return {
            "reconstruction_loss": reconstruction,
            "continuous_kl": continuous,
            "discrete_kl": discrete,
            "loss": reconstruction + config.beta * penalty,
        }

    def _sample(
        self, outputs: dict[str, tf.Tensor], step: tf.Tensor, index: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Draws noise and relaxed code; element i depends on (seed, step, i) and its image."""
        config = self.config
        draws = [config.batch_size, config.noise_dim]
        normal = tf.gather(random.normal(draws, self._seed(_NOISE_STREAM, step)), index)
        noise = outputs["mean"] + tf.exp(0.5 * outputs["log_variance"]) * normal
        draws = [config.batch_size, config.num_classes]
        uniform = tf.gather(random.uniform(draws, self._seed(_CODE_STREAM, step)), index)
        gumbel = -tf.math.log(-tf.math.log(uniform))
        return noise, tf.nn.softmax((outputs["logits"] + gumbel) / config.temperature)

    def _seed(self, stream: int, step: tf.Tensor) -> tf.Tensor:
        return tf.random.fold_in(tf.constant([self.config.seed, stream]), tf.cast(step, tf.int32))


def _global_mean(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(replicas.gather(values)[0])


def _to_pixels(decoder: keras.Model) -> keras.Model:
    """Returns the decoder with pixels in [-1, 1], the Bernoulli means, in place of logits."""
    # 2 sigmoid(x) - 1 = tanh(x / 2)
    pixels = keras.layers.Activation("tanh")(keras.layers.Rescaling(0.5)(decoder.outputs[0]))
    return keras.Model(decoder.inputs, pixels, name="generator")
