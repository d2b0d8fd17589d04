"""JointVAE's model, from a run's settings."""

from typing import Any

from elastic_infogan_tf.models.adam import Adam
from elastic_infogan_tf.models.joint_vae import JointVAE
from elastic_infogan_tf.models.networks import vae_networks
from elastic_infogan_tf.models.networks.layers import policy


def build(
    *,
    image_shape: tuple[int, int, int],
    num_classes: int,
    noise_dim: int = 10,
    base_channels: int = 64,
    temperature: float = 0.67,
    beta: float = 30.0,
    capacity: float = 5.0,
    capacity_steps: int = 25_000,
    learning_rate: float = 5e-4,
    seed: int = 0,
    dtype: str = "float32",
    **keras_arguments: Any,
) -> JointVAE:
    """Returns a compiled model with fresh weights, from a run's settings (see `models.build`)."""
    initializers = vae_networks.he_initializers(seed=seed * 1000)
    sizes = (image_shape, noise_dim, num_classes, base_channels)
    model = JointVAE(
        vae_networks.encoder(*sizes, initializers, policy(dtype)),
        vae_networks.decoder(*sizes, initializers, policy(dtype)),
        temperature=temperature,
        beta=beta,
        capacity=capacity,
        capacity_steps=capacity_steps,
        seed=seed,
    )
    model.compile(Adam(learning_rate, name="optimizer"), **keras_arguments)
    return model
