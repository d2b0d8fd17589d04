"""Elastic-InfoGAN: the model and its two-phase train step."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.losses.contrastive import contrastive_loss
from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import replicas, stage_losses
from elastic_infogan_tf.models.adam import adam
from elastic_infogan_tf.models.discriminator_inputs import InstanceNoise, noise_steps
from elastic_infogan_tf.models.generative_model import Batch, Logs
from elastic_infogan_tf.models.infogan import InfoGAN, trainable
from elastic_infogan_tf.models.networks.stages import Stage, build_stages
from elastic_infogan_tf.models.prior import Prior


class ElasticInfoGAN(InfoGAN):
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

    Losses are divided by the global batch, so any number of replicas computes the same update.

    Args:
        stages: one or more `Stage`.
        prior: over the codes.
        contrastive: str, `"nt_xent"`, `"positive"` (pull only, no negatives), `"none"`, or
            `"module:function"` of a loss of your own (`losses.contrastive`).
        contrastive_weight: float, 0 or more; default 10.
        contrastive_temperature: float above 0, T; default 0.5.
        prior_entropy_weight: float, 0 or more; default 0.
        trunk_updates: str, the phases that update the trunk: `"discriminator"` (phase 1 alone) or
            `"all"`.
        **infogan_arguments: of `InfoGAN`: `info_weight`, `instance_noise`, `seed`.

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
        prior_entropy_weight: float = 0.0,
        **infogan_arguments: Any,
    ) -> None:
        super().__init__("elastic_infogan", stages, prior, **infogan_arguments)
        self._contrastive_loss = contrastive_loss(contrastive)
        self.contrasts = self._contrastive_loss is not None
        errors.positive(contrastive_temperature=contrastive_temperature)
        errors.not_negative(
            contrastive_weight=contrastive_weight, prior_entropy_weight=prior_entropy_weight
        )
        self.contrastive = contrastive
        self.contrastive_weight = contrastive_weight
        self.contrastive_temperature = contrastive_temperature
        self.prior_entropy_weight = prior_entropy_weight
        self.track_q_heads()
        self.built = True

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """What phase 2 updates besides the prior."""
        return self._own_variables + self._shared_variables

    @property
    def _own_variables(self) -> list[keras.Variable]:
        """What phase 2 alone updates besides the prior."""
        q_heads = [stage.q_head for stage in self.networks.stages]
        return trainable([self.networks.images, *q_heads])

    @property
    def _shared_variables(self) -> list[keras.Variable]:
        """What both phases update."""
        trunks = [stage.trunk for stage in self.networks.stages]
        return trainable(trunks) if self.trunk_updates == "all" else []

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns Q of images in [-1, 1]: `logits` `[n, K]` and `features` `[n, d]`."""
        return self.q_head(self.trunk(images, training=training), training=training)

    def update(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a global batch.

        Returns:
            Means over this replica's part, float32 scalars; losses in nats.
        """
        logs = self.play(batch)
        # One number that is not finite as soon as any term is not.
        logs["loss"] = logs["discriminator_loss"] + logs["phase_2_loss"]
        del logs["phase_2_loss"]
        return logs

    def generator_phase(
        self, batch: Batch, code: tf.Tensor, fakes: list[tf.Tensor], tape: tf.GradientTape
    ) -> tuple[Logs, list[tf.Tensor], list[tf.Tensor]]:
        """Returns phase 2's logs and this replica's share of its gradients, the prior's apart.

        `tape`, a persistent one, has recorded how `code` and `fakes` came about; here it goes on
        recording.
        """
        with tape:
            terms = [
                self._generator_terms(place, batch, fake, code) for place, fake in enumerate(fakes)
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

    def _generator_terms(self, place: int, batch: Batch, fake: tf.Tensor, code: tf.Tensor) -> Logs:
        """Returns phase 2's losses at the stage of this place."""
        stage = self.networks.stages[place]
        of_fakes = self.trunk_of_fakes(place, batch, fake)
        terms = stage_losses.generator_terms(stage, of_fakes, code)
        contrast = tf.constant(0.0)
        if self._contrastive_loss:
            of_pairs = stage.trunk(stage_losses.pairs_of(stage, batch), training=True)
            contrast = stage_losses.contrastive_loss(
                stage.q_head, of_pairs, self._contrastive_loss, self.contrastive_temperature
            )
        return terms | {"contrastive_loss": contrast}


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
    discriminator_augment: str = "none",
    instance_noise: float = 0.0,
    instance_noise_steps: int | None = None,
    learning_rate: float = 2e-4,
    generator_learning_rate: float | None = None,
    prior_learning_rate: float | None = None,
    seed: int = 0,
    dtype: str = "float32",
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
        dtype=dtype,
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
        discriminator_augment=discriminator_augment,
        instance_noise=InstanceNoise(instance_noise, noise_steps(instance_noise_steps)),
        seed=seed,
    )
    model.compile(
        adam("discriminator_optimizer", learning_rate),
        adam("generator_optimizer", generator_learning_rate or learning_rate),
        adam("prior_optimizer", prior_learning_rate or learning_rate),
        **keras_arguments,
    )
    return model
