"""From a configuration to its four networks."""

import dataclasses

import keras

from elastic_infogan_tf.config import Config
from elastic_infogan_tf.models import infogan_networks, stackgan_networks
from elastic_infogan_tf.models.layers import normal_initializers

_FAMILIES = {"infogan": infogan_networks, "stackgan": stackgan_networks}


@dataclasses.dataclass(frozen=True)
class Networks:
    """The networks of an InfoGAN.

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


def build_networks(config: Config) -> Networks:
    """Returns freshly initialised networks; equal seeds, equal weights."""
    family = _FAMILIES[config.networks]
    initializers = normal_initializers(seed=config.seed * 1000)
    width = config.base_channels
    trunk = family.trunk(config.image_shape, width, initializers)
    trunk_shape = trunk.output_shape[1:]
    return Networks(
        generator=family.generator(
            config.noise_dim, config.num_classes, config.image_shape[-1], width, initializers
        ),
        trunk=trunk,
        discriminator_head=family.discriminator_head(trunk_shape, width, initializers),
        q_head=family.q_head(trunk_shape, config.num_classes, width, initializers),
    )
