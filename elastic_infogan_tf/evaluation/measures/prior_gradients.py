"""What phase 2 tells a learned prior: its gradient on many fresh generated batches (ours)."""

import dataclasses

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.losses.information import entropy
from elastic_infogan_tf.models import stage_losses
from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.infogan import GENERATOR_STREAM
from elastic_infogan_tf.progress_bar import progress_bar

# A relaxed code whose largest entry is above this is as good as one-hot: no gradient passes it.
SOFT_BELOW = 0.99
# Beyond the last step of any training, so that the batches are fresh ones.
_FIRST_STEP = 1 << 30


@dataclasses.dataclass(frozen=True)
class PriorGradients:
    """Gradients by the prior's logits, of one model on many batches.

    Attributes:
        adversarial: float64 `[batches, K]`, of the generator's adversarial loss.
        information: float64 `[batches, K]`, of the information loss as weighted in the objective.
        entropy: float64 `[batches, K]`, of the entropy's part of the objective.
        soft_share: of the codes, those that are softer than `SOFT_BELOW`.
        probabilities: float64 `[K]`, the prior.
    """

    adversarial: np.ndarray
    information: np.ndarray
    entropy: np.ndarray
    soft_share: float
    probabilities: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Of all of phase 2's loss that depends on the prior, float64 `[batches, K]`."""
        return self.adversarial + self.information + self.entropy

    @property
    def signal(self) -> np.ndarray:
        """Size of the mean total gradient over its root mean square, float64 `[K]` in [0, 1].

        Adam moves a logit by about this times the learning rate a step; 1: no noise at all.
        """
        mean, rms = self.total.mean(axis=0), np.sqrt(np.mean(self.total**2, axis=0))
        return np.divide(np.abs(mean), rms, out=np.zeros_like(rms), where=rms > 0)

    def agreement(self, gradients: np.ndarray, truth: np.ndarray) -> float:
        """Returns whether descending gradients leads to the truth.

        Args:
            gradients: float `[batches, K]`, one of the above.
            truth: float `[K]`, the true proportion of each code's class, positive.

        Returns:
            Pearson's correlation over the codes of minus the mean gradient with the way that the
            logits have to go, in [-1, 1]; NaN where either is the same for all codes.
        """
        way = np.log(truth / self.probabilities)
        down = -gradients.mean(axis=0)
        if np.ptp(way) == 0 or np.ptp(down) == 0:
            return float("nan")
        return float(np.corrcoef(down, way)[0, 1])


def measure(model: ElasticInfoGAN, batches: int, batch_size: int) -> PriorGradients:
    """Differentiates phase 2's loss on fresh generated batches; no weight changes.

    Networks run as in training, on the statistics of their batch, so their moving averages do
    change: take a model that is not needed afterwards.

    Args:
        model: one whose prior is learned.
        batches: how many, two or more.
        batch_size: of each; a run's own shows what its training meets.

    Raises:
        ValueError: if the prior is fixed.
    """
    if not model.prior.trainable_variables:
        raise ValueError("the prior must be learned. Received: a model whose prior is fixed")
    logits = model.prior.logits.value

    @tf.function
    def gradients(step: tf.Tensor) -> tuple[tf.Tensor, ...]:
        index = tf.range(batch_size, dtype=tf.int64)
        batch = {"step": tf.fill([batch_size], step), "index": index}
        with tf.GradientTape(persistent=True) as tape:
            codes, fakes = model.generate_batch(batch)
            terms = []
            for place, (stage, fake) in enumerate(zip(model.networks.stages, fakes, strict=True)):
                shown = model.shown(fake, GENERATOR_STREAM + place, batch)
                features = stage.trunk(shown, training=True)
                terms.append(stage_losses.generator_terms(stage, features, codes))
            summed = stage_losses.sums(terms)
            adversarial = summed["generator_loss"]
            information = model.info_weight * summed["information_loss"]
            weighted = -model.prior_entropy_weight * entropy(model.prior.probabilities)
        soft = tf.reduce_mean(tf.cast(tf.reduce_max(codes, axis=1) < SOFT_BELOW, tf.float32))
        parts = (adversarial, information, weighted)
        return *(tape.gradient(part, logits) for part in parts), soft

    rows = []
    with progress_bar(batches, "batch", desc="prior's gradient") as bar:
        for number in range(batches):
            found = gradients(tf.constant(_FIRST_STEP + number, tf.int64))
            rows.append([part.numpy().astype(np.float64) for part in found])
            bar.update()
    adversarial, information, weighted, soft = (np.stack(part) for part in zip(*rows, strict=True))
    probabilities = model.prior.probabilities.numpy().astype(np.float64)
    return PriorGradients(adversarial, information, weighted, float(soft.mean()), probabilities)
