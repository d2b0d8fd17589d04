"""JointVAE, one of the baselines: a VAE with continuous and discrete latents."""

import math
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.losses import variational
from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.adam import Adam, Optimizer
from elastic_infogan_tf.models.generative_model import CODE_STREAM, Batch, GenerativeModel, Logs
from elastic_infogan_tf.models.networks import vae_networks
from elastic_infogan_tf.models.networks.layers import he_initializers, policy
from elastic_infogan_tf.models.prior import Prior


class JointVAE(GenerativeModel):
    """A VAE whose discrete latent is the code and whose continuous latents are the noise.

    The loss is the Bernoulli reconstruction plus beta times how far each channel's KL term, the
    mean over the global batch, is from its capacity, which grows from 0. With a capacity of 0 it is
    the plain beta-weighted KL. The prior of the code is uniform and fixed.

    Args:
        encoder: images `[n, h, w, c]` in [-1, 1] -> dict of `mean` and `log_variance` `[n, d]`,
            `logits` `[n, K]` and `features`.
        decoder: functional model, (noise `[n, d]`, code `[n, K]`) -> pixel logits `[n, h, w, c]`.
        temperature: above 0, tau of the relaxed code; as all defaults, of Dupont 2018.
        beta: 0 or more, weight of the KL terms.
        capacity: 0 or more, nats that each channel ends with.
        capacity_steps: train steps until then.
        seed: of noise and codes, 0 to 2**31 - 1.

    Reference:
        Dupont: Learning Disentangled Joint Continuous and Discrete Representations, NeurIPS 2018.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        temperature: float = 0.67,
        beta: float = 30.0,
        capacity: float = 5.0,
        capacity_steps: int = 25_000,
        seed: int = 0,
    ) -> None:
        super().__init__(name="joint_vae", seed=seed)
        errors.positive(temperature=temperature, capacity_steps=capacity_steps)
        errors.not_negative(beta=beta, capacity=capacity)
        self.temperature = temperature
        self.beta = beta
        self.capacity = capacity
        self.capacity_steps = capacity_steps
        self.encoder = encoder
        self.decoder = decoder
        # Pixels in [-1, 1] are the Bernoulli means of logits x: 2 sigmoid(x) - 1 = tanh(x / 2).
        pixels = keras.layers.Activation("tanh")(keras.layers.Rescaling(0.5)(decoder.outputs[0]))
        self.generator = keras.Model(decoder.inputs, pixels, name="generator")
        self.prior = Prior(self.num_codes, "uniform", temperature)
        self.built = True

    @property
    def optimizers(self) -> list[Optimizer]:
        """Its one optimiser."""
        return [self.optimizer_of_all]

    def compile(self, optimizer: Optimizer | str | None = None, **keras_arguments: Any) -> None:
        """Makes the optimiser of all weights, from step 0, and readies the model for `fit`.

        By default it is Adam with a learning rate of 5e-4 (Dupont 2018).
        """
        given = {"optimizer_of_all": (optimizer, self.trainable_variables)}  # Keras' stays empty
        self._make_optimizers(given, lambda name: Adam(5e-4, name=name))
        super().compile(**keras_arguments)

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns of images in [-1, 1] the code's `logits` `[n, K]` and `features` `[n, d]`."""
        outputs = self.encoder(images, training=training)
        return {"logits": outputs["logits"], "features": outputs["features"]}

    def reconstruct(self, images: tf.Tensor) -> tf.Tensor:
        """Returns images in [-1, 1] from the means of the latents and the likeliest codes."""
        outputs = self.encoder(images, training=False)
        code = tf.one_hot(tf.argmax(outputs["logits"], axis=-1), self.num_codes)
        return self.generator([outputs["mean"], code], training=False)

    def update(self, batch: Batch) -> Logs:
        """Takes one step; logs are means over the global batch, losses in nats."""
        with tf.GradientTape() as tape:
            logs = self._terms(batch)
            share = logs["loss"] / replicas.count()
        gradients = tape.gradient(share, self.trainable_variables)
        self.optimizer_of_all.apply(gradients, self.trainable_variables)
        return logs

    def _terms(self, batch: Batch) -> Logs:
        outputs = self.encoder(batch["image"], training=True)
        logits = self.decoder(self._sample(outputs, batch), training=True)
        pixels = (batch["image"] + 1.0) / 2.0
        reconstruction = tf.reduce_mean(variational.bernoulli_reconstruction(logits, pixels))
        # The capacity holds the mean over the global batch, not a replica's.
        continuous = _global_mean(variational.gaussian_kl(outputs["mean"], outputs["log_variance"]))
        discrete = _global_mean(variational.categorical_kl(outputs["logits"]))
        step, steps = batch["step"][0], self.capacity_steps
        most = min(self.capacity, math.log(self.num_codes))
        penalty = tf.abs(continuous - variational.capacity(step, self.capacity, steps))
        penalty += tf.abs(discrete - variational.capacity(step, most, steps))
        return {
            "reconstruction_loss": reconstruction,
            "continuous_kl": continuous,
            "discrete_kl": discrete,
            "loss": reconstruction + self.beta * penalty,
        }

    def _sample(self, outputs: dict[str, tf.Tensor], batch: Batch) -> list[tf.Tensor]:
        """Draws noise and relaxed code; element i depends on (seed, step, i) and its image."""
        deviation = tf.exp(0.5 * outputs["log_variance"])
        noise = outputs["mean"] + deviation * self.draw_noise(batch)
        codes = self.num_codes
        uniform = self.draw(lambda n, seed: replicas.uniform([n, codes], seed), CODE_STREAM, batch)
        gumbel = -tf.math.log(-tf.math.log(uniform))
        return [noise, tf.nn.softmax((outputs["logits"] + gumbel) / self.temperature)]


def _global_mean(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(replicas.gather(values)[0])


def build(settings: SimpleNamespace, **keras_arguments: Any) -> JointVAE:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    sizes = (settings.image_shape, settings.noise_dim, settings.num_classes, settings.base_channels)
    making = (he_initializers(seed=settings.seed * 1000), policy(settings.dtype))
    model = JointVAE(
        vae_networks.encoder(*sizes, *making),
        vae_networks.decoder(*sizes, *making),
        temperature=settings.temperature,
        beta=settings.beta,
        seed=settings.seed,
    )
    model.compile(Adam(settings.learning_rate, name="optimizer"), **keras_arguments)
    return model
