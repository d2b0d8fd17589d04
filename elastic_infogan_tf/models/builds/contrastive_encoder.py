"""The recogniser of a clustered InfoGAN alone, from a run's settings."""

from typing import Any

from elastic_infogan_tf.models.cluster_state import ClusterState, first_part
from elastic_infogan_tf.models.networks.stages import build_trunk
from elastic_infogan_tf.models.recogniser import ContrastiveEncoder, Recogniser


def build(
    *,
    networks: str,
    image_shape: tuple[int, int, int],
    num_images: int,
    batch_size: int,
    epochs: int,
    base_channels: int = 64,
    second_stage_size: int = 0,
    contrastive_temperature: float = 0.2,
    recogniser_learning_rate: float = 1e-3,
    first_part_steps: int | None = None,
    seed: int = 0,
    dtype: str = "float32",
    **keras_arguments: Any,
) -> ContrastiveEncoder:
    """Returns a compiled encoder with fresh weights, from a run's settings (see `models.build`)."""
    trunk = build_trunk(
        networks,
        image_shape,
        base_channels=base_channels,
        second_stage_size=second_stage_size,
        seed=seed,
        dtype=dtype,
    )
    epoch_steps = num_images // batch_size
    steps = first_part(epochs * epoch_steps, epoch_steps, first_part_steps)
    encoder = ContrastiveEncoder(
        Recogniser(trunk, 1, seed),
        ClusterState(num_images, 1, steps),
        contrastive_temperature,
        recogniser_learning_rate,
    )
    # Without `optimizer=None` Keras makes an optimiser of its own over all weights.
    encoder.compile(optimizer=None, **keras_arguments)
    return encoder
