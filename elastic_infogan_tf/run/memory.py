"""What the networks of a run take of the machine's memory, before they are built."""

import contextlib
import dataclasses
import os
from pathlib import Path

import keras
import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.settings.config import Config

# Widths at which a model is built to know its size at others: it is a polynomial of degree 2, as
# every convolution has one width times another.
_WIDTHS = (4, 8, 12)
_SURE = 128  # widths up to this one fit anywhere
_CGROUP = Path("/sys/fs/cgroup/memory.max")


def require_memory(config: Config, class_counts: np.ndarray | None, num_images: int) -> None:
    """Refuses networks that cannot be trained in this machine's memory.

    Args:
        config: of the run, with a number of codes.
        class_counts: as of `build_model`.
        num_images: as of `build_model`.

    Raises:
        UsageError: with what they take and what there is.
    """
    width, there_is = config.model.base_channels, memory_of_machine()
    if width <= _SURE or there_is is None:
        return
    needed = bytes_at(config, width, class_counts, num_images)
    if needed > there_is:
        fits = max(1, int(width * (there_is / needed) ** 0.5))
        raise UsageError(
            f"--base_channels={width} takes about {needed / 1e9:,.0f} GB for weights, gradients "
            f"and Adam's moments, and this machine has {there_is / 1e9:,.0f} GB; choose fewer than "
            f"{fits} (the published networks have 64)."
        )


def bytes_at(config: Config, width: int, class_counts: np.ndarray | None, num_images: int) -> float:
    """Returns what a run takes at a width of its networks, by models of three smaller ones."""
    sizes = []
    for one in _WIDTHS:
        model = dataclasses.replace(config.model, base_channels=one)
        small = dataclasses.replace(config, model=model)
        sizes.append(training_bytes(build_model(small, class_counts, num_images)))
    return float(np.polynomial.Polynomial.fit(_WIDTHS, sizes, 2)(width))


def training_bytes(model: keras.Model) -> int:
    """Returns what a model's weights, gradients and moments take together, without images."""
    weights = sum(int(np.prod(variable.shape)) for variable in model.weights)
    trained = sum(int(np.prod(variable.shape)) for variable in model.trainable_weights)
    moments = sum(int(np.prod(one.shape)) for each in model.optimizers for one in each.variables)
    return 4 * (weights + trained + moments)


def memory_of_machine() -> int | None:
    """Returns the bytes that this process may use at most; None where that is not known."""
    try:
        found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
    with contextlib.suppress(OSError, ValueError):  # there may be no such limit
        found.append(int(_CGROUP.read_text()))
    return min(found)
