"""Elastic-InfoGAN: the model and its two-phase train step."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.losses.contrastive import contrastive_loss
from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import checks, replicas, stage_losses
from elastic_infogan_tf.models.generative_model import (
    CODE_STREAM,
    Batch,
    GenerativeModel,
    Logs,
    Optimizer,
)
from elastic_infogan_tf.models.networks import Networks, Stage, build_stages
from elastic_infogan_tf.models.prior import Prior

TRUNK_UPDATES = ("discriminator", "all")


class ElasticInfoGAN(GenerativeModel):
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

    Losses are divided by the global batch, so any number of replicas computes the same update.

    Args:
        stages: one or more `Stage`.
        prior: over the codes.
        contrastive: str, `"nt_xent"`, `"positive"` (pull only, no negatives), `"none"`, or
            `"module:function"` of a loss of your own (`losses.contrastive`).
        contrastive_weight: float, 0 or more; default 10.
        contrastive_temperature: float above 0, T; default 0.5.
        info_weight: float, 0 or more; default 1.
        prior_entropy_weight: float, 0 or more; default 0.
        trunk_updates: str, the phases that update the trunk: `"discriminator"` (phase 1 alone) or
            `"all"`.
        seed: int, of noise and codes, 0 to 2**31 - 1.

    Raises:
        ValueError: if a value is out of its range, or stages and prior do not fit together.

    Reference:
        Ojha, Singh, Hsieh, Lee: Elastic-InfoGAN, NeurIPS 2020.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        prior: Prior,
        *,
        contrastive: str = "nt_xent",
        contrastive_weight: float = 10.0,
        contrastive_temperature: float = 0.5,
        info_weight: float = 1.0,
        prior_entropy_weight: float = 0.0,
        trunk_updates: str = "discriminator",
        seed: int = 0,
    ) -> None:
        super().__init__(name="elastic_infogan", seed=seed)
        self._contrastive_loss = contrastive_loss(contrastive)
        checks.one_of("trunk_updates", trunk_updates, TRUNK_UPDATES)
        checks.positive(contrastive_temperature=contrastive_temperature)
        checks.not_negative(
            contrastive_weight=contrastive_weight,
            info_weight=info_weight,
            prior_entropy_weight=prior_entropy_weight,
        )
        # Checkpoints have what is an attribute of its own; not this object's, nor lists' elements.
        self.networks = Networks(stages, prior.num_codes)
        self.contrastive = contrastive
        self.contrastive_weight = contrastive_weight
        self.contrastive_temperature = contrastive_temperature
        self.info_weight = info_weight
        self.prior_entropy_weight = prior_entropy_weight
        self.trunk_updates = trunk_updates
        *earlier, last = self.networks.stages
        self.generator = last.generator
        self.trunk = last.trunk
        self.discriminator_head = last.discriminator_head
        self.q_head = last.q_head
        for place, stage in enumerate(earlier, start=1):
            for name, part in vars(stage).items():
                setattr(self, f"stage_{place}_{name}", part)
        self.prior = prior
        self.built = True

    @property
    def contrasts(self) -> bool:
        """Whether it needs the transforms of its images."""
        return self._contrastive_loss is not None

    @property
    def optimizers(self) -> list[Optimizer]:
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
        return _trainable(trunks) if self.trunk_updates == "all" else []

    def compile(
        self,
        discriminator_optimizer: Optimizer | str | None = None,
        generator_optimizer: Optimizer | str | None = None,
        prior_optimizer: Optimizer | str | None = None,
        **keras_arguments: Any,
    ) -> None:
        """Makes the optimisers, from step 0, and readies the model for `fit`.

        Args:
            discriminator_optimizer: of trunk and discriminator head. Default of all three: Adam
                with a learning rate of 2e-4 and betas .5 and .999 (official).
            generator_optimizer: of generator and Q head, and the trunk if phase 2 updates it.
            prior_optimizer: of the prior's logits.
            **keras_arguments: `run_eagerly`, `steps_per_execution`, `jit_compile`.

        Raises:
            ValueError: if one object is given for two of them.
        """
        given = {
            "discriminator_optimizer": (discriminator_optimizer, self.discriminator_variables),
            "generator_optimizer": (generator_optimizer, self.generator_variables),
            "prior_optimizer": (prior_optimizer, self.prior.trainable_variables),
        }
        self._make_optimizers(given, _adam)
        super().compile(**keras_arguments)

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns Q of images in [-1, 1]: `logits` `[n, K]` and `features` `[n, d]`."""
        return self.q_head(self.trunk(images, training=training), training=training)

    def update(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a global batch.

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
        return logs

    def generate_batch(self, batch: Batch) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Draws noise and codes for this replica's rows and generates each stage's images of them.

        Only `step` and `index` of the batch are looked at.

        Returns:
            The relaxed codes `[n, K]`, and each stage's images.
        """
        code = self.draw(self.prior.sample, CODE_STREAM, batch)
        images = self.networks.images([self.draw_noise(batch), code], training=True)
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
        contrast = (self._contrastive_loss, self.contrastive_temperature)
        with tape:
            terms = [
                stage_losses.generator_terms(stage, fake, code)
                | {"contrastive_loss": stage_losses.contrastive_loss(stage, batch, *contrast)}
                for stage, fake in zip(self.networks.stages, fakes, strict=True)
            ]
            logs = stage_losses.sums(terms)
            weighted_information = self.info_weight * logs["information_loss"]
            weighted_contrastive = self.contrastive_weight * logs["contrastive_loss"]
            identity = weighted_information + weighted_contrastive
            prior_entropy = entropy(self.prior.probabilities)
            loss = logs["generator_loss"] + identity
            loss -= self.prior_entropy_weight * prior_entropy
            share, identity_share = loss / replicas.count(), identity / replicas.count()
        gradients = tape.gradient(share, self._own_variables)
        if self._shared_variables:
            gradients += tape.gradient(identity_share, self._shared_variables)
        logs |= {"prior_entropy": prior_entropy, "phase_2_loss": loss}
        return logs, gradients, tape.gradient(share, self.prior.trainable_variables)


def build(
    *,
    networks: str,
    image_shape: tuple[int, int, int],
    num_classes: int,
    noise_dim: int,
    prior: str,
    contrastive: str,
    contrastive_temperature: float = 0.5,
    temperature: float = 0.1,
    proportions: np.ndarray | None = None,
    base_channels: int = 64,
    second_stage_size: int = 0,
    contrastive_weight: float = 10.0,
    info_weight: float = 1.0,
    prior_entropy_weight: float = 0.0,
    trunk_updates: str = "discriminator",
    learning_rate: float = 2e-4,
    prior_learning_rate: float | None = None,
    seed: int = 0,
    **keras_arguments: Any,
) -> ElasticInfoGAN:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    stages = build_stages(
        networks,
        image_shape,
        noise_dim=noise_dim,
        num_codes=num_classes,
        base_channels=base_channels,
        second_stage_size=second_stage_size,
        seed=seed,
    )
    model = ElasticInfoGAN(
        stages,
        Prior(num_classes, prior, temperature, proportions),
        contrastive=contrastive,
        contrastive_weight=contrastive_weight,
        contrastive_temperature=contrastive_temperature,
        info_weight=info_weight,
        prior_entropy_weight=prior_entropy_weight,
        trunk_updates=trunk_updates,
        seed=seed,
    )
    model.compile(
        _adam("discriminator_optimizer", learning_rate),
        _adam("generator_optimizer", learning_rate),
        _adam("prior_optimizer", prior_learning_rate or learning_rate),
        **keras_arguments,
    )
    return model


def _trainable(parts: Iterable[keras.Model]) -> list[keras.Variable]:
    return [variable for part in parts for variable in part.trainable_variables]


def _adam(name: str, learning_rate: float = 2e-4) -> Optimizer:
    # Betas official; epsilon is PyTorch's, which the official code runs with.
    return keras.optimizers.Adam(learning_rate, beta_1=0.5, beta_2=0.999, epsilon=1e-8, name=name)
