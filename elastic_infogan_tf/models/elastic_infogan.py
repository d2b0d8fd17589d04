"""Elastic-InfoGAN: the model and its two-phase train step."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.losses.contrastive import contrastive_loss
from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import replicas, stage_losses
from elastic_infogan_tf.models.generative_model import Batch, Logs
from elastic_infogan_tf.models.infogan import InfoGAN, compile_infogan, infogan_arguments, trainable
from elastic_infogan_tf.models.networks.stages import Stage, stages_of
from elastic_infogan_tf.models.prior import Prior


class ElasticInfoGAN(InfoGAN):
    """InfoGAN with a categorical prior that may be learned and a contrastive loss that may be on.

    Every InfoGAN row of the table of methods is this model; a row only chooses the kinds. One train
    step alternates the published two phases on the same generated batch: phase 1 updates trunk and
    discriminator head; phase 2 updates generator, Q head and prior. With `trunk_updates="all"`
    (ours) phase 2 updates the trunk too, by the information and the contrastive loss; never by the
    generator's adversarial loss, which would teach the discriminator to be fooled.

    Args:
        stages: as of `InfoGAN`, and so `prior` and `**infogan_arguments`.
        contrastive: `"nt_xent"`, `"positive"` (pull only, no negatives), `"none"`, or
            `"module:function"` of a loss of your own (`losses.contrastive`).
        contrastive_weight: lambda2, 0 or more.
        contrastive_temperature: T, above 0.

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
        **infogan_arguments: Any,
    ) -> None:
        super().__init__("elastic_infogan", stages, prior, **infogan_arguments)
        self._contrastive_loss = contrastive_loss(contrastive)
        self.contrasts = self._contrastive_loss is not None
        errors.positive(contrastive_temperature=contrastive_temperature)
        errors.not_negative(contrastive_weight=contrastive_weight)
        self.contrastive = contrastive
        self.contrastive_weight = contrastive_weight
        self.contrastive_temperature = contrastive_temperature
        self._track("q_head")
        self.built = True

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """What phase 2 updates besides the prior."""
        return self._own_variables + self._shared_variables

    @property
    def _own_variables(self) -> list[keras.Variable]:
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
        """Takes one step; logs are means over this replica's part, losses in nats."""
        logs = self.play(batch)
        # One number that is not finite as soon as any term is not.
        logs["loss"] = logs["discriminator_loss"] + logs["phase_2_loss"]
        del logs["phase_2_loss"]
        return logs

    def generator_phase(
        self, batch: Batch, code: tf.Tensor, fakes: list[tf.Tensor], tape: tf.GradientTape
    ) -> tuple[Logs, list[tf.Tensor], list[tf.Tensor]]:
        """Returns phase 2's logs and this replica's share of its gradients, the prior's apart.

        `tape`, a persistent one, has recorded how `code` and `fakes` came about, and goes on here.
        """
        with tape:
            logs = self._sums(self._generator_terms, batch, fakes, code)
            identity = self.info_weight * logs["information_loss"]
            identity += self.contrastive_weight * logs["contrastive_loss"]
            loss = logs["generator_loss"] + identity
            share, identity_share = loss / replicas.count(), identity / replicas.count()
        gradients = tape.gradient(share, self._own_variables)
        if self._shared_variables:
            gradients += tape.gradient(identity_share, self._shared_variables)
        logs |= {"prior_entropy": entropy(self.prior.probabilities), "phase_2_loss": loss}
        return logs, gradients, tape.gradient(share, self.prior.trainable_variables)

    def _generator_terms(self, index: int, batch: Batch, fake: tf.Tensor, code: tf.Tensor) -> Logs:
        stage = self.networks.stages[index]
        of_fakes = self.trunk_of_fakes(index, batch, fake)
        terms = stage_losses.generator_terms(stage, of_fakes, code)
        terms["contrastive_loss"] = tf.constant(0.0)
        if self._contrastive_loss:
            terms["contrastive_loss"] = stage_losses.contrastive_loss(
                stage, batch, self._contrastive_loss, self.contrastive_temperature
            )
        return terms


def build(settings: SimpleNamespace, **keras_arguments: Any) -> ElasticInfoGAN:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    model = ElasticInfoGAN(
        stages_of(settings),
        Prior(settings.num_classes, settings.prior, settings.temperature, settings.proportions),
        contrastive=settings.contrastive,
        **infogan_arguments(settings),
    )
    compile_infogan(model, settings, keras_arguments)
    return model
