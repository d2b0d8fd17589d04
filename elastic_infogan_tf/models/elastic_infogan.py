"""Elastic-InfoGAN: the model and its two-phase train step."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import random, replicas, stage_losses
from elastic_infogan_tf.models.networks import build_networks
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.settings.methods import METHODS

# Second halves of stateless seeds: each draw of a step has its own stream of random numbers.
_NOISE_STREAM = 0x6E6F6973
_CODE_STREAM = 0x636F6465

Batch = dict[str, tf.Tensor]
Logs = dict[str, tf.Tensor]


class ElasticInfoGAN(keras.Model):
    """InfoGAN with a categorical prior that may be learned and a contrastive loss that may be on.

    Every InfoGAN row of the table of methods is this model; a row only chooses the kinds. One train
    step alternates the published two phases on the same generated batch: phase 1 updates trunk and
    discriminator head; phase 2 updates generator, Q head and prior. With `trunk_updates="all"`
    (ours) phase 2 updates the trunk too, by the information and the contrastive loss; never by the
    generator's adversarial loss, which would teach the discriminator to be fooled.

    The mutual information of code and image is bounded from below by the prior's entropy minus the
    information loss. While the prior is fixed its entropy is a constant, and the published
    objective, which leaves it out, is the bound; once the prior is learned it is not, and nothing
    keeps a code from dying out. `prior_entropy_weight` (ours, 0 by default) subtracts that many
    times the entropy, in nats, from phase 2's loss: equal to `info_weight` it makes that part the
    whole bound. It pulls the prior to uniform.

    With two stages (StackGAN-v2) there is a trunk with its heads for the images of each stage, and
    every loss is the sum over the stages (StackGAN-v2); real images of the first stage's size are
    means of the pixels of the batch's. `generator`, `trunk`, `discriminator_head` and `q_head` are
    the last stage's, whose images are the model's.

    Build it inside the scope of its strategy: the optimisers are built with it. Losses are divided
    by the global batch, so any number of replicas computes the same update.

    Args:
        config: the run's configuration; `config.method` must be an InfoGAN.
        proportions: float `[K]`, the true class proportions, for methods that know them.

    Reference:
        Ojha, Singh, Hsieh, Lee: Elastic-InfoGAN, NeurIPS 2020.
    """

    def __init__(self, config, proportions: np.ndarray | None = None) -> None:
        super().__init__(name="elastic_infogan")
        method = METHODS[config.method]
        self.config = config
        self.contrastive = method.contrastive
        # Checkpoints have what is an attribute of its own; not this object's, nor lists' elements.
        self.networks = build_networks(config)
        *earlier, last = self.networks.stages
        self.generator = last.generator
        self.trunk = last.trunk
        self.discriminator_head = last.discriminator_head
        self.q_head = last.q_head
        for place, stage in enumerate(earlier, start=1):
            for name, part in vars(stage).items():
                setattr(self, f"stage_{place}_{name}", part)
        self.prior = Prior(config.num_classes, method.prior, config.temperature, proportions)
        rate, prior_rate = config.learning_rate, config.prior_learning_rate or config.learning_rate
        self.discriminator_optimizer = _adam(rate, "discriminator_optimizer")
        self.generator_optimizer = _adam(rate, "generator_optimizer")
        self.prior_optimizer = _adam(prior_rate, "prior_optimizer")
        self.discriminator_optimizer.build(self.discriminator_variables)
        self.generator_optimizer.build(self.generator_variables)
        self.prior_optimizer.build(self.prior.trainable_variables)
        self.built = True

    @property
    def optimizers(self) -> list[Any]:
        """All optimisers, the discriminator's first."""
        return [self.discriminator_optimizer, self.generator_optimizer, self.prior_optimizer]

    @property
    def discriminator_variables(self) -> list[keras.Variable]:
        """What phase 1 updates."""
        stages = self.networks.stages
        return _trainable(part for x in stages for part in (x.trunk, x.discriminator_head))

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """What phase 2 updates besides the prior."""
        return self._own_variables + self._shared_variables

    @property
    def _own_variables(self) -> list[keras.Variable]:
        """What phase 2 alone updates besides the prior."""
        q_heads = [stage.q_head for stage in self.networks.stages]
        return _trainable([self.networks.images, *q_heads])

    @property
    def _shared_variables(self) -> list[keras.Variable]:
        """What both phases update."""
        trunks = [stage.trunk for stage in self.networks.stages]
        return _trainable(trunks) if self.config.trunk_updates == "all" else []

    @property
    def step(self) -> int:
        """Train steps taken so far; part of every checkpoint."""
        return int(self.discriminator_optimizer.iterations.numpy())

    def compile(self, jit_compile: bool = False) -> None:
        """Readies the model for `fit`; losses and optimisers are its own."""
        super().compile(optimizer=None, jit_compile=jit_compile)

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`: everything is built.

        Under several workers Keras would reduce the first batch, and fails on a dict.
        """

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns Q of images in [-1, 1]: `logits` `[n, K]` and `features` `[n, d]`."""
        return self.q_head(self.trunk(images, training=training), training=training)

    def train_step(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a global batch.

        Args:
            batch: the pipeline's dict of `image`, `transform`, `step` and `index`.

        Returns:
            Means over this replica's part, float32 scalars; losses in nats.
        """
        with tf.GradientTape(persistent=True) as tape:
            code, fakes = self.generate_batch(batch)
        stopped = [tf.stop_gradient(fake) for fake in fakes]
        logs, gradients = self.discriminator_phase(batch["image"], stopped)
        self.discriminator_optimizer.apply(gradients, self.discriminator_variables)
        generator_logs, gradients, prior_gradients = self.generator_phase(batch, code, fakes, tape)
        self.generator_optimizer.apply(gradients, self.generator_variables)
        if prior_gradients:
            self.prior_optimizer.apply(prior_gradients, self.prior.trainable_variables)
        logs |= generator_logs
        # One number that is not finite as soon as any term is not.
        logs["loss"] = logs["discriminator_loss"] + logs["phase_2_loss"]
        del logs["phase_2_loss"]
        return replicas.shape_logs(logs)

    def generate_batch(self, batch: Batch) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Draws noise and codes for this replica's rows and generates each stage's images of them.

        Every replica draws the whole global batch's, which is cheap, and keeps its own rows:
        element i depends on (seed, step, i), not on who computes it. Only `step` and
        `index` of the batch are looked at.

        Returns:
            The relaxed codes `[n, K]`, and each stage's images.
        """
        step, index = batch["step"][0], batch["index"]
        count = self.config.batch_size
        noise = random.normal([count, self.config.noise_dim], self._seed(_NOISE_STREAM, step))
        code = tf.gather(self.prior.sample(count, seed=self._seed(_CODE_STREAM, step)), index)
        images = self.networks.images([tf.gather(noise, index), code], training=True)
        return code, tf.nest.flatten(images)  # Keras takes a list of one apart

    def discriminator_phase(
        self, real: tf.Tensor, fakes: list[tf.Tensor]
    ) -> tuple[Logs, list[tf.Tensor]]:
        """Returns phase 1's logs and this replica's share of its gradients.

        `fakes` are the images of each stage; accuracies are means over the stages.
        """
        with tf.GradientTape() as tape:
            terms = [
                stage_losses.discriminator_terms(stage, real, fake)
                for stage, fake in zip(self.networks.stages, fakes, strict=True)
            ]
            logs = stage_losses.sums(terms)
            share = logs["discriminator_loss"] / replicas.count()
        for name in ("real_accuracy", "fake_accuracy"):
            logs[name] /= len(terms)
        return logs, tape.gradient(share, self.discriminator_variables)

    def generator_phase(
        self, batch: Batch, code: tf.Tensor, fakes: list[tf.Tensor], tape: tf.GradientTape
    ) -> tuple[Logs, list[tf.Tensor], list[tf.Tensor]]:
        """Returns phase 2's logs and this replica's share of its gradients, the prior's apart.

        `tape`, a persistent one, has recorded how `code` and `fakes` came about; here it goes on
        recording.
        """
        kind = (self.contrastive, self.config.contrastive_temperature)
        with tape:
            terms = [
                stage_losses.generator_terms(stage, fake, code)
                | {"contrastive_loss": stage_losses.contrastive_loss(stage, batch, *kind)}
                for stage, fake in zip(self.networks.stages, fakes, strict=True)
            ]
            logs = stage_losses.sums(terms)
            weighted_information = self.config.info_weight * logs["information_loss"]
            weighted_contrastive = self.config.contrastive_weight * logs["contrastive_loss"]
            identity = weighted_information + weighted_contrastive
            prior_entropy = entropy(self.prior.probabilities)
            loss = logs["generator_loss"] + identity
            loss -= self.config.prior_entropy_weight * prior_entropy
            share, identity_share = loss / replicas.count(), identity / replicas.count()
        gradients = tape.gradient(share, self._own_variables)
        if self._shared_variables:
            gradients += tape.gradient(identity_share, self._shared_variables)
        logs |= {"prior_entropy": prior_entropy, "phase_2_loss": loss}
        return logs, gradients, tape.gradient(share, self.prior.trainable_variables)

    def _seed(self, stream: int, step: tf.Tensor) -> tf.Tensor:
        step = tf.cast(step, tf.int32)  # TFP takes int32 seeds only
        return tf.random.fold_in(tf.constant([self.config.seed, stream]), step)


def _trainable(parts: Iterable[keras.Model]) -> list[keras.Variable]:
    return [variable for part in parts for variable in part.trainable_variables]


def _adam(learning_rate: float, name: str) -> Any:
    # Betas official; epsilon is PyTorch's, which the official code runs with.
    return keras.optimizers.Adam(learning_rate, beta_1=0.5, beta_2=0.999, epsilon=1e-8, name=name)
