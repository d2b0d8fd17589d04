"""Times train steps, the folded upsampling and the input pipeline, alternately in one run.

    python -m tools.benchmark_steps --case=mnist,cars64,cars16
    python -m tools.benchmark_steps --step=mnist:elastic_infogan:64,mnist:joint_vae:64

Machines drift, so the things compared take turns, and medians and their ratio are printed.
"""

import dataclasses
import functools
import os
import sys
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.layers import GatedLinearUnit, UpsamplingConv2D
from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.declare import at_least, setting

_CASES = {
    "mnist": {"dataset": "mnist"},
    "cars64": {"dataset": "cars"},
    "cars16": {"dataset": "cars", "base_channels": 16},
    "faces16": {"dataset": "youtube_faces", "base_channels": 16},
    "faces16_one_stage": {
        "dataset": "youtube_faces",
        "base_channels": 16,
        "second_stage_size": 0,
    },
}
_setting = functools.partial(setting, group="What to time")
_SUMMARY = (
    "Times train steps, the folded upsampling and the input pipeline; what is compared takes "
    "turns, and medians and their ratio are printed."
)
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
    """Returns a function that takes one train step of a fresh model."""
    model = build_model(config, np.ones(config.data.num_classes))
    step = tf.function(model.train_step, jit_compile=jit_compile)
    dataset = batches(images, config.schedule.batch_size, 0, config.data.augmentation, stop_step=1)
    batch = next(iter(dataset))
    return lambda: step(batch)["loss"].numpy()


def generator_blocks(config: Config, folded: bool) -> Step:
    """Returns a function that runs the four upsampling blocks forward and backward, under XLA."""
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

    @tf.function(jit_compile=True)
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
        f"{name}: train step {step['xla']:.3f} s with XLA, {step['graph']:.3f} s without "
        f"(ratio {step['graph'] / step['xla']:.2f}); pipeline {1000 * batch:.1f} ms a batch "
        f"({100 * batch / step['xla']:.1f} % of the step)"
    )
    if config.model.networks == "stackgan":
        blocks = {
            "folded": generator_blocks(config, folded=True),
            "plain": generator_blocks(config, folded=False),
        }
        block = time_alternately(blocks, rounds)
        print(
            f"{name}: four upsampling blocks, forward and backward, XLA: {block['folded']:.3f} s "
            f"folded, {block['plain']:.3f} s plain (ratio {block['plain'] / block['folded']:.2f})"
        )


def compare(configs: dict[str, Config], rounds: int) -> None:
    """Prints train steps by name, each beside the first."""
    contenders = {}
    for name, config in configs.items():
        images = np.zeros((config.schedule.batch_size, *config.data.image_shape), np.uint8)
        contenders[name] = train_step(config, images, jit_compile=True)
    seconds = time_alternately(contenders, rounds)
    first, *_ = configs
    for name in configs:
        ratio = seconds[name] / seconds[first]
        print(f"{name}: {seconds[name]:.3f} s a step, {ratio:.2f} of {first}")


@dataclasses.dataclass(frozen=True)
class TimingSettings:
    """What is timed and how often."""

    case: tuple[str, ...] = _setting(
        ("mnist", "cars16"), help="what to time, separated by commas", listed=_CASES
    )
    step: tuple[str, ...] = _setting(
        (),
        help="DATASET:METHOD:BASE_CHANNELS, separated by commas; two or more train steps to time "
        "against one another",
    )
    rounds: int = _setting(7, help="counted turns of each contender", bounds=at_least(1))


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, TimingSettings)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, TimingSettings)
    if asked.step:
        compare({name: _config_of(name) for name in asked.step}, asked.rounds)
        return
    for name in asked.case:
        if name not in _CASES:
            raise UsageError(f"--case must be of {', '.join(_CASES)}. Received: {name}")
        report(name, resolve(**_CASES[name]), asked.rounds)


def _config_of(name: str) -> Config:
    dataset, method, width = (*name.split(":"), "", "")[:3]
    if name.count(":") != 2 or not width.isdecimal():
        raise UsageError(
            f"--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64. Received: {name}"
        )
    return resolve(dataset, method=method, base_channels=int(width))


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.benchmark_steps", _SUMMARY, _define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
