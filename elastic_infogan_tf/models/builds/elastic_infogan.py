"""The model of all InfoGAN rows of the paper's tables, from a run's settings."""

from typing import Any

import numpy as np

from elastic_infogan_tf.models.adam import adam
from elastic_infogan_tf.models.discriminator_inputs import InstanceNoise, noise_steps
from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.networks.stages import build_stages
from elastic_infogan_tf.models.prior import Prior


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
