"""What TensorFlow computes on."""

import tensorflow as tf


def gpu_names() -> list[str]:
    """Returns the kinds of the GPUs that TensorFlow found, as `NVIDIA H100 80GB HBM3`."""
    details = tf.config.experimental.get_device_details
    gpus = tf.config.list_physical_devices("GPU")
    return [details(gpu).get("device_name", gpu.name) for gpu in gpus]
