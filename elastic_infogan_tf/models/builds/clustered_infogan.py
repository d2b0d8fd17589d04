"""The clustered InfoGAN, from a run's settings."""

from typing import Any

from elastic_infogan_tf.models.adam import adam
from elastic_infogan_tf.models.cluster_state import ClusterState, first_part
from elastic_infogan_tf.models.clustered_infogan import ClusteredInfoGAN
from elastic_infogan_tf.models.discriminator_inputs import InstanceNoise, noise_steps
from elastic_infogan_tf.models.networks.stages import build_stages, build_trunk
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.models.recogniser import Recogniser


def build(
    *,
    networks: str,
    image_shape: tuple[int, int, int],
    num_classes: int,
    noise_dim: int,
    num_images: int,
    batch_size: int,
    epochs: int,
    temperature: float = 0.1,
    base_channels: int = 64,
    second_stage_size: int = 0,
    contrastive_weight: float = 0.3,
    contrastive_temperature: float = 0.2,
    info_weight: float = 1.0,
    trunk_updates: str = "discriminator",
    discriminator_augment: str = "none",
    instance_noise: float = 0.0,
    instance_noise_steps: int | None = None,
    learning_rate: float = 2e-4,
    generator_learning_rate: float | None = None,
    recogniser_learning_rate: float = 1e-3,
    first_part_steps: int | None = None,
    seed: int = 0,
    dtype: str = "float32",
    **keras_arguments: Any,
) -> ClusteredInfoGAN:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    sizes: dict[str, Any] = {
        "base_channels": base_channels,
        "second_stage_size": second_stage_size,
        "seed": seed,
        "dtype": dtype,
    }
    stages = build_stages(
        networks, image_shape, noise_dim=noise_dim, num_codes=num_classes, **sizes
    )
    trunk = build_trunk(networks, image_shape, **sizes)
    epoch_steps = num_images // batch_size
    total_steps = epochs * epoch_steps
    first_steps = first_part(total_steps, epoch_steps, first_part_steps)
    noise = InstanceNoise(instance_noise, noise_steps(instance_noise_steps, total_steps))
    model = ClusteredInfoGAN(
        stages,
        Recogniser(trunk, num_classes, seed),
        Prior(num_classes, "uniform", temperature),
        ClusterState(num_images, num_classes, first_steps),
        total_steps=total_steps,
        contrastive_weight=contrastive_weight,
        contrastive_temperature=contrastive_temperature,
        recogniser_learning_rate=recogniser_learning_rate,
        info_weight=info_weight,
        trunk_updates=trunk_updates,
        discriminator_augment=discriminator_augment,
        instance_noise=noise,
        seed=seed,
    )
    model.compile(
        adam("discriminator_optimizer", learning_rate),
        adam("generator_optimizer", generator_learning_rate or learning_rate),
        adam("prior_optimizer", learning_rate),
        **keras_arguments,
    )
    return model
