"""Train steps, upsampling blocks and input batches, timed in turn."""

import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.layers import GatedLinearUnit, UpsamplingConv2D
from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.settings.config import Config

Step = Callable[[], object]


def time_alternately(contenders: dict[str, Step], rounds: int) -> dict[str, float]:
    """Runs the contenders in turn, after one uncounted turn; returns the median seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for step in contenders.values():
        step()
    with progress_bar(rounds, "turn", desc=" vs ".join(contenders)) as bar:
        for _ in range(rounds):
            for name, step in contenders.items():
                start = time.perf_counter()
                step()
                seconds[name].append(time.perf_counter() - start)
            bar.update()
    return {name: float(np.median(values)) for name, values in seconds.items()}


def train_step(config: Config, images: np.ndarray, jit_compile: bool) -> Step:
    """Returns a function that takes one train step of a fresh model.

    Of a method that clusters its images it is a step after that, which does all that there is.
    """
    model = build_model(config, np.ones(config.data.num_classes), len(images))
    if model.next_clustering is not None:
        model.take_clusters(np.arange(len(images)) % model.num_codes, np.ones(len(images)))
    step = tf.function(model.train_step, jit_compile=jit_compile)
    dataset = batches(images, config.schedule.batch_size, 0, config.data.augmentation, stop_step=1)
    batch = next(iter(dataset))
    return lambda: step(batch)["loss"].numpy()


def generator_blocks(config: Config, folded: bool) -> Step:
    """Returns a function that runs the four upsampling blocks forward and backward."""
    b = config.model.base_channels
    widths = (8 * b, 4 * b, 2 * b, b)
    inputs = x = keras.Input((4, 4, 16 * b))
    for width in widths:
        if folded:
            x = UpsamplingConv2D(2 * width, "he_normal")(x)
        else:
            x = keras.layers.UpSampling2D()(x)
            x = keras.layers.Conv2D(2 * width, 3, padding="same", use_bias=False)(x)
        x = GatedLinearUnit()(x)
    model = keras.Model(inputs, x)
    values = tf.random.stateless_normal([config.schedule.batch_size, 4, 4, 16 * b], [0, 0])

    @tf.function
    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(values) ** 2)
        return tape.gradient(loss, model.trainable_variables)

    return lambda: step()[0].numpy()


def pipeline_batch(config: Config, images: np.ndarray) -> Step:
    """Returns a function that draws the next batch, without prefetching's head start."""
    dataset = batches(
        images, config.schedule.batch_size, 0, config.data.augmentation, stop_step=10**6
    )
    iterator = iter(dataset)

    def draw() -> None:
        for _ in range(20):
            next(iterator)

    return draw


def report(name: str, config: Config, rounds: int) -> None:
    """Prints one case."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (600, *config.data.image_shape), np.uint8)
    steps = {kind: train_step(config, images, kind == "xla") for kind in ("graph", "xla")}
    step = time_alternately(steps, rounds)
    batch = time_alternately({"batch": pipeline_batch(config, images)}, rounds)["batch"] / 20
    print(
        f"{name}: train step {step['graph']:.3f} s, {step['xla']:.3f} s with XLA "
        f"(ratio {step['xla'] / step['graph']:.2f}); pipeline {1000 * batch:.1f} ms a batch "
        f"({100 * batch / step['graph']:.1f} % of the step)"
    )
    if config.model.networks == "stackgan":
        blocks = {
            "folded": generator_blocks(config, folded=True),
            "plain": generator_blocks(config, folded=False),
        }
        block = time_alternately(blocks, rounds)
        print(
            f"{name}: four upsampling blocks, forward and backward: {block['folded']:.3f} s "
            f"folded, {block['plain']:.3f} s plain (ratio {block['plain'] / block['folded']:.2f})"
        )


def compare(configs: dict[str, Config], rounds: int) -> None:
    """Prints train steps by name, each beside the first."""
    contenders = {}
    for name, config in configs.items():
        images = np.zeros((config.schedule.batch_size, *config.data.image_shape), np.uint8)
        contenders[name] = train_step(config, images, jit_compile=False)
    seconds = time_alternately(contenders, rounds)
    first, *_ = configs
    for name in configs:
        ratio = seconds[name] / seconds[first]
        print(f"{name}: {seconds[name]:.3f} s a step, {ratio:.2f} of {first}")
