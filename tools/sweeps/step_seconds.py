"""How long a train step takes on 2 CPU cores, from a file of measured ones."""

import dataclasses
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.json_files import damaged, read_json
from elastic_infogan_tf.settings.config import Config

from ..benchmarks.step_table import CASE

FILE = Path(__file__).with_name("step_seconds.json")
_REFERENCE = "elastic_infogan"  # the method that is measured at two widths of all networks
_SCHEMA = {
    "type": "object",
    "required": ["cases"],
    "properties": {"cases": {"type": "array", "minItems": 1, "items": CASE}},
}
_ADVICE = (
    "take the file that the package came with, or write it again with "
    "python -m tools.benchmark_steps --out=FILE.json"
)


@dataclasses.dataclass(frozen=True)
class Measured:
    """A measured step.

    Attributes:
        method: whose step it is.
        networks: their kind.
        stages: of the networks, 1 or 2.
        width: of the networks (`base_channels`).
        per_image: seconds of the step for each image of its batch.
    """

    method: str
    networks: str
    stages: int
    width: int
    per_image: float


def read(path: Path = FILE) -> list[Measured]:
    """Returns the measured steps of a file of `tools.benchmark_steps`.

    Raises:
        UsageError: if it cannot be read, or something in it cannot be; names file and field.
    """
    found = read_json(path, _SCHEMA, _ADVICE)["cases"]
    for number, case in enumerate(found):
        if not case["seconds"] > 0:  # a NaN
            field = f"cases.{number}.seconds"
            raise damaged(path, field, case["seconds"], "a number above 0", _ADVICE)
    return [_measured(case) for case in found]


def _measured(case: dict[str, Any]) -> Measured:
    per_image = case["seconds"] / case["batch_size"]
    kind = case["method"], case["networks"], case["stages"]
    return Measured(*kind, case["base_channels"], per_image)


def seconds_per_step(config: Config, measured: Sequence[Measured]) -> float:
    """Returns what a train step takes.

    The time goes with the batch, and with the square of the width between two measured ones. Where
    a method is measured at fewer than two widths of its networks, it is the reference's time by
    how many times more it took where both were measured, on the same kind of networks if possible;
    two stages likewise by one stage. What was never measured takes as long.

    Args:
        config: of the run.
        measured: steps.

    Raises:
        UsageError: if the reference is not measured at two widths of these networks.
    """
    stages = 2 if config.flat().get("second_stage_size") else 1
    kind = config.model.method, config.model.networks, stages
    return config.schedule.batch_size * _per_image(measured, *kind, config.model.base_channels)


def _per_image(
    measured: Sequence[Measured], method: str, networks: str, stages: int, width: int
) -> float:
    kind = method, networks, stages
    by_width = {
        one.width: one.per_image
        for one in measured
        if (one.method, one.networks, one.stages) == kind
    }
    if len(by_width) >= 2:
        return _at_width(by_width, width)
    if stages == 2:
        simpler = _per_image(measured, method, networks, 1, width)
        return simpler * _ratio(
            measured, [one for one in measured if one.stages == 2], {"stages": 1}
        )
    if method != _REFERENCE:
        simpler = _per_image(measured, _REFERENCE, networks, 1, width)
        own = [one for one in measured if one.method == method]
        alike = [one for one in own if one.networks == networks] or own
        return simpler * _ratio(measured, alike, {"method": _REFERENCE})
    raise UsageError(
        f"the measured steps have none of {_REFERENCE} at two widths of the networks {networks}; "
        f"{_ADVICE}."
    )


def _ratio(
    measured: Sequence[Measured], chosen: Sequence[Measured], changes: dict[str, Any]
) -> float:
    """Returns how many times as long chosen steps take as those that differ in `changes` alone."""
    times = {dataclasses.replace(one, per_image=0.0): one.per_image for one in measured}
    ratios = []
    for one in chosen:
        other = times.get(dataclasses.replace(one, per_image=0.0, **changes))
        if other is not None:
            ratios.append(one.per_image / other)
    return statistics.median(ratios) if ratios else 1.0


def _at_width(by_width: dict[int, float], width: int) -> float:
    """Returns the time at a width, on the line in the width's square through two measured ones."""
    (narrow, least), *_, (wide, most) = sorted(by_width.items())
    slope = (most - least) / (wide**2 - narrow**2)
    # Widths far below the measured ones would come out below 0.
    return max(least + slope * (width**2 - narrow**2), 0.5 * least)
