"""Noise on the images that a discriminator sees, which fades away (instance noise)."""

import dataclasses

import tensorflow as tf

from elastic_infogan_tf.models import checks

_STEPS = 3_000  # until the noise is gone (ours)


def noise_steps(asked: int | None = None, total_steps: int | None = None) -> int:
    """Returns the steps of a training until its noise is gone (ours).

    Args:
        asked: by the user; None: 3,000, and no more than half of all, so that the generator learns
            sharp images too.
        total_steps: of the whole training; None where it may go on for any time.

    Example:
        >>> noise_steps(), noise_steps(total_steps=1_000), noise_steps(250, total_steps=1_000)
        (3000, 500, 250)
    """
    most = _STEPS if total_steps is None else min(_STEPS, total_steps // 2)
    return asked or max(1, most)


@dataclasses.dataclass(frozen=True)
class InstanceNoise:
    """N(0, sigma) on every pixel, sigma falling in a straight line to 0.

    While D has to tell noisy images apart it cannot be sure, and G gets a gradient also where its
    images have nothing in common with real ones yet; measured on small data in docs/training.md.

    Attributes:
        start: sigma at step 0, in units of pixels in [-1, 1]; 0: there is no noise.
        steps: after how many train steps it has fallen to 0.

    Raises:
        ValueError: if a value is out of its range.

    Example:
        >>> InstanceNoise(0.3, 3000).sigma(tf.constant(1000, tf.int64)).numpy().tolist()
        0.2

    Reference:
        Sonderby, Caballero, Theis, Shi, Huszar: Amortised MAP Inference for Image Super-resolution,
        ICLR 2017; its strength and length are ours.
    """

    start: float = 0.0
    steps: int = _STEPS

    def __post_init__(self) -> None:
        checks.not_negative(instance_noise=self.start)
        checks.positive(instance_noise_steps=self.steps)

    def sigma(self, step: tf.Tensor) -> tf.Tensor:
        """Returns the noise's standard deviation at a step, a float32 scalar."""
        return self.start * tf.maximum(0.0, 1.0 - tf.cast(step, tf.float32) / self.steps)
