"""Clustered InfoGAN (ours): codes from the clusters of a recogniser's features of real images."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import replicas, stage_losses
from elastic_infogan_tf.models.adam import Optimizer
from elastic_infogan_tf.models.cluster_state import ClusterState, first_part_of
from elastic_infogan_tf.models.generative_model import Batch, Logs
from elastic_infogan_tf.models.infogan import InfoGAN, compile_infogan, infogan_arguments, trainable
from elastic_infogan_tf.models.networks.stages import Stage, stages_of, trunk_of
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.models.recogniser import Recogniser

_SMALLEST = 1e-6  # share that a code which no image has keeps, so that its logit is finite


class ClusteredInfoGAN(InfoGAN):
    """An InfoGAN whose codes are clusters of real images and whose prior is how many each has.

    It is ours (docs/clustered.md), on the networks of Elastic-InfoGAN, NeurIPS 2020. A recogniser
    R, with a trunk of its own, stands in Q's place. In the first part of a training it learns
    features by NT-Xent between images and their transforms, while generator and D play alone. Then
    whoever trains it clusters those features and gives the labels to `take_clusters`. In the second
    part R learns the labels that are confident, by cross-entropy beside NT-Xent; the generator gets
    the information loss through R, which no generated image ever trains; and the prior is the
    running mean of R's probabilities on real images, the M step of EM for a mixture's shares: no
    gradient goes into it.

    With `trunk_updates="all"` D's trunk also learns the published losses of identity, through a Q
    of its own, which is the generator's guide to its codes in the first part.

    Args:
        stages: one or more; their `q_head` is used with `trunk_updates="all"` alone.
        recogniser: R, of the last stage's images.
        prior: over the codes, of kind `uniform`, which it starts as.
        state: clusters and schedule.
        total_steps: train steps of the whole training.
        contrastive_weight: 0 or more, of NT-Xent in the second part.
        contrastive_temperature: above 0, NT-Xent's T.
        **infogan_arguments: of `InfoGAN`.
    """

    contrasts = True
    needs_rows = True

    def __init__(
        self,
        stages: Sequence[Stage],
        recogniser: Recogniser,
        prior: Prior,
        state: ClusterState,
        *,
        total_steps: int,
        contrastive_weight: float = 0.3,
        contrastive_temperature: float = 0.2,
        **infogan_arguments: Any,
    ) -> None:
        super().__init__("clustered_infogan", stages, prior, **infogan_arguments)
        errors.positive(total_steps=total_steps, contrastive_temperature=contrastive_temperature)
        errors.not_negative(contrastive_weight=contrastive_weight)
        self.recogniser = recogniser
        self.state = state
        self.total_steps = total_steps
        self.contrastive_weight = contrastive_weight
        self.contrastive_temperature = contrastive_temperature
        # Whether D's trunk learns losses of identity, through a Q of its own.
        self.has_q = self.trunk_updates == "all"
        if self.has_q:
            self._track("q_head")
        self.built = True

    @property
    def optimizers(self) -> list[Optimizer]:
        """All optimisers, the discriminator's first."""
        return [*super().optimizers, self.recogniser_optimizer]

    def _more_optimizers(self) -> dict[str, tuple[Optimizer, list[keras.Variable]]]:
        optimizer = self.recogniser.optimizer_of(self.state)
        return {"recogniser_optimizer": (optimizer, self.recogniser.trainable_variables)}

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """What phase 2 updates."""
        return trainable([self.networks.images])

    @property
    def discriminator_variables(self) -> list[keras.Variable]:
        """What phase 1 updates: trunks, D's heads and, if there are, Q's."""
        q_heads = [stage.q_head for stage in self.networks.stages] if self.has_q else []
        return super().discriminator_variables + trainable(q_heads)

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns R of images in [-1, 1]: `logits` `[n, K]` and `features` `[n, 32]`."""
        return self.recogniser(images, training=training)

    def update(self, batch: Batch) -> Logs:
        """Takes one step; logs are means over this replica's part, losses in nats."""
        logs, gradients, logits = self.recogniser.phase(
            self.state, batch, self.contrastive_temperature, self.contrastive_weight
        )
        probabilities = tf.reduce_mean(replicas.gather(tf.nn.softmax(logits))[0], axis=0)
        self.recogniser_optimizer.apply(gradients, self.recogniser.trainable_variables)
        logs |= self.play(batch)
        moved = tf.math.log(self.state.add(probabilities) + _SMALLEST)
        unmoved = tf.convert_to_tensor(self.prior.logits)
        self.prior.logits.assign(tf.where(self.state.is_clustered, moved, unmoved))
        # One number that is not finite as soon as any term is not.
        logs["loss"] = tf.add_n([value for name, value in logs.items() if name.endswith("_loss")])
        return logs

    @property
    def next_clustering(self) -> int | None:
        """The step at which clusters are to be made; None where there are some."""
        _, end, is_second = self.state.part.numpy()
        return None if is_second else int(end)

    def q(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs of the Q of D's trunk, of images in [-1, 1], where there is one."""
        return self.q_head(self.trunk(images, training=False), training=False)

    def take_clusters(self, labels: np.ndarray, confidence: np.ndarray) -> None:
        """Begins the second part, whose codes are the clusters of all images, int `[n]`."""
        self.state.begin_second_part(labels, confidence, self.step, self.total_steps)
        self.prior.logits.assign(tf.math.log(self.state.mean + _SMALLEST))

    def generator_phase(
        self, batch: Batch, code: tf.Tensor, fakes: list[tf.Tensor], tape: tf.GradientTape
    ) -> tuple[Logs, list[tf.Tensor], list[tf.Tensor]]:
        """Returns what `ElasticInfoGAN.generator_phase` does; no gradients of the prior."""
        with tape:
            logs = self._sums(self._generator_terms, batch, fakes, code)
            by_q = logs["information_loss"]
            logs["information_loss"] = tf.cond(
                self.state.is_clustered,
                lambda: stage_losses.information(
                    self.recogniser(fakes[-1], training=False)["logits"], code
                ),
                lambda: by_q,
            )
            loss = logs["generator_loss"] + self.info_weight * logs["information_loss"]
            share = loss / replicas.count()
        logs["prior_entropy"] = entropy(self.prior.probabilities)
        return logs, tape.gradient(share, self.generator_variables), []

    def _identity_terms(
        self, stage: Stage, batch: Batch, of_fakes: tf.Tensor, code: tf.Tensor
    ) -> Logs:
        if not self.has_q:
            return {}
        return {"identity_loss": stage_losses.identity_loss(stage, batch, of_fakes, code)}

    def _generator_terms(self, index: int, batch: Batch, fake: tf.Tensor, code: tf.Tensor) -> Logs:
        """Returns phase 2's losses at a stage, without the recogniser's."""
        stage = self.networks.stages[index]
        features = self.trunk_of_fakes(index, batch, fake)
        if self.has_q:
            return stage_losses.generator_terms(stage, features, code)
        adversarial = stage_losses.adversarial_loss(stage, features)
        return {"generator_loss": adversarial, "information_loss": tf.constant(0.0)}


def build(settings: SimpleNamespace, **keras_arguments: Any) -> ClusteredInfoGAN:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    codes = settings.num_classes
    first_steps, total_steps = first_part_of(settings)
    model = ClusteredInfoGAN(
        stages_of(settings),
        Recogniser(trunk_of(settings), codes, settings.seed),
        Prior(codes, "uniform", settings.temperature),
        ClusterState(settings.num_images, codes, first_steps),
        total_steps=total_steps,
        **infogan_arguments(settings, total_steps),
    )
    compile_infogan(model, settings, keras_arguments)
    return model
