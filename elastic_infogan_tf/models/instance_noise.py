"""Noise on the images that a discriminator sees, which fades away (instance noise)."""

import dataclasses

import tensorflow as tf

from elastic_infogan_tf.models import checks


@dataclasses.dataclass(frozen=True)
class InstanceNoise:
    """N(0, sigma) on every pixel, sigma falling in a straight line to 0.

    While D has to tell noisy images apart it cannot be sure, and G gets a gradient also where its
    images have nothing in common with real ones yet; measured on small data in docs/stability.md.

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
    steps: int = 3000

    def __post_init__(self) -> None:
        checks.not_negative(instance_noise=self.start)
        checks.positive(instance_noise_steps=self.steps)

    def sigma(self, step: tf.Tensor) -> tf.Tensor:
        """Returns the noise's standard deviation at a step, a float32 scalar."""
        return self.start * tf.maximum(0.0, 1.0 - tf.cast(step, tf.float32) / self.steps)
