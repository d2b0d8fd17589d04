"""How the train step and its input grow: batch, codes, width and number of images."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import matplotlib.axes
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.run.memory import memory_of_machine
from elastic_infogan_tf.settings.config import Config

from . import machine
from .step_times import DRAWN, input_batches, random_images, timed_step
from .turns import summary, time_alternately

_IMAGES = 1000  # where not their number is what grows


@dataclasses.dataclass(frozen=True)
class Axis:
    """What grows.

    Attributes:
        title: for people.
        values: that it takes.
        applied: a function (config, value) -> the configuration with it.
        is_images: whether it is the number of images, which is no part of a configuration.
    """

    title: str
    values: tuple[int, ...]
    applied: Callable[[Config, int], Config]
    is_images: bool = False


def _with(group: str, name: str, config: Config, value: int) -> Config:
    changed = dataclasses.replace(getattr(config, group), **{name: value})
    return dataclasses.replace(config, **{group: changed})


def _setter(group: str, name: str) -> Callable[[Config, int], Config]:
    return functools.partial(_with, group, name)


AXES = {
    "batch_size": Axis(
        "batch size", (16, 32, 64, 128, 256, 512), _setter("schedule", "batch_size")
    ),
    "num_classes": Axis("codes, K", (5, 10, 20, 50, 100, 200), _setter("data", "num_classes")),
    "base_channels": Axis("base_channels", (8, 16, 32, 64), _setter("model", "base_channels")),
    "images": Axis(
        "images", (10**3, 10**4, 10**5, 10**6), lambda config, value: config, is_images=True
    ),
}


def require_room(config: Config, most: int) -> None:
    """Refuses more images than half of the machine's memory holds.

    Raises:
        UsageError: with how many that is.
    """
    height, width, channels = config.data.image_shape
    there_is = memory_of_machine()
    if there_is is not None and most * height * width * channels > there_is / 2:
        fits = int(there_is / 2 / (height * width * channels))
        raise UsageError(
            f"--most_images={most} of {height}x{width}x{channels} take more than half of this "
            f"machine's {there_is / 1e9:.0f} GB; choose {fits} or less."
        )


def measure(config: Config, largest: dict[str, int], rounds: int) -> dict[str, Any]:
    """Measures the train step and its input along each axis, in turn along one axis.

    Args:
        config: where the other axes stay.
        largest: by axis, up to which of its values.
        rounds: counted turns.

    Returns:
        As JSON types: by axis a list of points, each with the `value`, `step` and `input` (seconds
        for a batch, medians and quartiles) and images a second of both.
    """
    found = {}
    for name, axis in AXES.items():
        values = [value for value in axis.values if value <= largest[name]]
        found[name] = _points(config, axis, values, rounds)
    return {"machine": machine.facts(), "config": config.to_json(), "axes": found}


def _points(config: Config, axis: Axis, values: list[int], rounds: int) -> list[dict[str, Any]]:
    turns, sizes = {}, {}
    for value in values:
        changed = axis.applied(config, value)
        sizes[value] = changed.schedule.batch_size
        images = value if axis.is_images else max(_IMAGES, sizes[value])
        step = timed_step(changed, jit_compile=False, num_images=images)
        turns[f"step {value}"] = step.whole
        turns[f"input {value}"] = input_batches(changed, random_images(changed, images))
    seconds = time_alternately(turns, rounds)
    points = []
    for value in values:
        step, drawn = summary(seconds[f"step {value}"]), summary(seconds[f"input {value}"] / DRAWN)
        rates = {
            f"{kind}_images_per_second": sizes[value] / took["median"]
            for kind, took in (("step", step), ("input", drawn))
        }
        points.append({"value": value, "step": step, "input": drawn, **rates})
    return points


def starved(measured: dict[str, Any]) -> list[str]:
    """Returns where the input pipeline is slower than the train step, as phrases."""
    return [
        f"{AXES[name].title} {point['value']:,}"
        for name, points in measured["axes"].items()
        for point in points
        if point["input_images_per_second"] < point["step_images_per_second"]
    ]


def chart(measured: dict[str, Any], title: str) -> bytes:
    """Returns the four charts as a PNG: images a second of step and input along each axis."""
    with style.figure(10, 7) as figure:
        axes = figure.subplots(2, 2)
        for place, (name, points) in zip(axes.flat, measured["axes"].items(), strict=True):
            _draw(place, AXES[name].title, points)
        figure.suptitle(style.heading(title, 10), fontsize=9)
        return style.to_png(figure, 110)


def _draw(axes: matplotlib.axes.Axes, title: str, points: list[dict[str, Any]]) -> None:
    values = [point["value"] for point in points]
    for kind, label in (("input", "input pipeline"), ("step", "train step")):
        rates = [point[f"{kind}_images_per_second"] for point in points]
        axes.plot(values, rates, "o-", label=label)
    for point in points:
        place = point["value"], point["step_images_per_second"]
        said = f"{point['step']['median']:.2g} s"
        axes.annotate(said, place, (0, 6), textcoords="offset points", ha="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(values, [f"{value:,}" for value in values], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))  # Matplotlib's is a formula
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(title, fontsize=9)
    axes.set_ylabel("images a second", fontsize=9)
    axes.margins(0.15)
    axes.grid(color="0.9")
    axes.legend(fontsize=8)
