"""From a configuration to its networks: one stage of four, or two (StackGAN-v2)."""

import dataclasses
from types import ModuleType

import keras
import tensorflow as tf

from elastic_infogan_tf.models import infogan_networks, stackgan_networks, two_stage_networks
from elastic_infogan_tf.models.layers import normal_initializers
from elastic_infogan_tf.models.stackgan_networks import Initializers

_FAMILIES = {"infogan": infogan_networks, "stackgan": stackgan_networks}
_FIRST_STAGE_SHAPE = (64, 64, 3)  # where there is a second


@dataclasses.dataclass(frozen=True)
class Stage:
    """What makes images of one size and what looks at them.

    Attributes:
        generator: (noise, code) -> images in [-1, 1].
        trunk: images in [-1, 1] -> features shared by the two heads.
        discriminator_head: trunk features -> real/fake logits `[n]`.
        q_head: trunk features -> dict of `logits` `[n, K]` and `features` `[n, d]`.
    """

    generator: keras.Model
    trunk: keras.Model
    discriminator_head: keras.Model
    q_head: keras.Model

    def discriminate(self, images: tf.Tensor) -> tf.Tensor:
        """Returns the real/fake logits `[n]` of images in training."""
        return self.discriminator_head(self.trunk(images, training=True), training=True)

    def resize(self, images: tf.Tensor) -> tf.Tensor:
        """Returns images `[n, k * s, k * s, c]` at this stage's size s: means of k x k pixels."""
        factor = images.shape[1] // self.generator.output_shape[1]
        return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images


@dataclasses.dataclass(frozen=True)
class Networks:
    """The networks of an InfoGAN.

    Attributes:
        stages: one or two. A second one's generator begins with layers of the first one's; its
            images are the model's.
        images: (noise, code) -> list of every stage's images, computed together.
    """

    stages: tuple[Stage, ...]
    images: keras.Model


def build_networks(config) -> Networks:
    """Returns freshly initialised networks; equal seeds, equal weights.

    The first of two stages starts as the one stage of that seed would.
    """
    family = _FAMILIES[config.networks]
    initializers = normal_initializers(seed=config.seed * 1000)
    size, width = config.second_stage_size, config.base_channels
    shape = _FIRST_STAGE_SHAPE if size else config.image_shape
    trunk = family.trunk(shape, width, initializers)
    generator = family.generator(
        config.noise_dim, config.num_classes, shape[-1], width, initializers
    )
    stages = [_stage(family, config, generator, trunk, initializers)]
    if size:
        trunk = two_stage_networks.trunk(config.image_shape, width, initializers)
        generator = two_stage_networks.generator(generator, size, width, initializers)
        stages.append(_stage(family, config, generator, trunk, initializers))
    images = keras.Model(
        generator.inputs, [stage.generator.output for stage in stages], name="images"
    )
    return Networks(tuple(stages), images)


def _stage(
    family: ModuleType,
    config,
    generator: keras.Model,
    trunk: keras.Model,
    initializers: Initializers,
) -> Stage:
    """Returns a stage with fresh heads."""
    shape, width = trunk.output_shape[1:], config.base_channels
    return Stage(
        generator,
        trunk,
        discriminator_head=family.discriminator_head(shape, width, initializers),
        q_head=family.q_head(shape, config.num_classes, width, initializers),
    )
