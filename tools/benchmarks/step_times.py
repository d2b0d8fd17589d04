"""Train steps and their parts, and batches of the input pipeline, as contenders that take turns."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.data.image_array import ImageArray
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.settings.config import Config

from .turns import Step

DRAWN = 50  # batches that are timed together: far more than wait ready, which cost nothing
_IMAGES = 600  # made up where their number does not matter


@dataclasses.dataclass(frozen=True)
class TimedStep:
    """A train step of a fresh model, and its parts.

    Attributes:
        whole: takes the step.
        forward: computes its losses alone; what they change, as batch normalisation's moving
            statistics, is changed.
        gradients: computes losses and gradients, and updates no weight.
        graph: returns the whole step's graph.
    """

    whole: Step
    forward: Step
    gradients: Step
    graph: Callable[[], tf.Graph]


def random_images(config: Config, count: int = _IMAGES) -> np.ndarray:
    """Returns random uint8 images of a configuration's shape."""
    return np.random.default_rng(0).integers(0, 256, (count, *config.data.image_shape), np.uint8)


def timed_step(config: Config, jit_compile: bool, num_images: int = _IMAGES) -> TimedStep:
    """Returns a train step of a fresh model on a batch of random images.

    Of a method that clusters its images it is a step after that, which does all that there is.

    Args:
        config: what is trained.
        jit_compile: whether XLA compiles it.
        num_images: of the training set, for methods that remember each.
    """
    batch_size, num_codes = config.schedule.batch_size, config.data.num_classes
    model = build_model(config, np.ones(num_codes), num_images)
    if model.next_clustering is not None:
        model.take_clusters(np.arange(num_images) % num_codes, np.ones(num_images))
    images = random_images(config, batch_size)
    batch = next(iter(batches(images, batch_size, 0, config.data.augmentation, stop_step=1)))

    def forward(batch: dict[str, tf.Tensor]) -> Any:
        with _no_updates(model):
            return model.train_step(batch)

    def gradients(batch: dict[str, tf.Tensor]) -> Any:
        with _no_updates(model) as found:
            return model.train_step(batch), found

    whole, *parts = (
        tf.function(function, jit_compile=jit_compile)
        for function in (model.train_step, forward, gradients)
    )
    return TimedStep(
        *(_step(part, batch) for part in (whole, *parts)),
        graph=lambda: whole.get_concrete_function(batch).graph,
    )


def input_batches(config: Config, images: ImageArray) -> Step:
    """Returns a function that draws the next `DRAWN` batches of the input pipeline."""
    augmentation, size = config.data.augmentation, config.schedule.batch_size
    iterator = iter(batches(images, size, 0, augmentation, stop_step=10**9))

    def draw() -> None:
        for _ in range(DRAWN):
            next(iterator)

    return draw


def matrix_product(size: int) -> Step:
    """Returns a function that multiplies two square float32 matrices of this size."""
    matrix = tf.random.stateless_normal([size, size], [0, 0])
    return _step(tf.function(tf.matmul), matrix, matrix)


def _step(function: Callable[..., Any], *arguments: Any) -> Step:
    def step() -> Any:
        results = function(*arguments)
        tf.test.experimental.sync_devices()
        return results

    return step


@contextlib.contextmanager
def _no_updates(model: keras.Model) -> Iterator[list[tf.Tensor]]:
    """Lets a model's optimisers keep the gradients that they are given; gives those."""
    kept: list[tf.Tensor] = []

    def keep(gradients: list[tf.Tensor], variables: Any = None) -> None:
        del variables
        kept.extend(gradients)

    for optimizer in model.optimizers:
        optimizer.apply = keep
    try:
        yield kept
    finally:
        for optimizer in model.optimizers:
            del optimizer.apply
