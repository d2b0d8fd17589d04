"""Times train steps, each in all its variants and parts, in turn in one run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.settings.config import Config

from . import machine, operations, step_memory
from .step_table import VERSION
from .step_times import DRAWN, TimedStep, input_batches, matrix_product, random_images, timed_step
from .turns import summary, time_alternately
from .variants import VARIANTS

PRODUCT_SIZE = 1024  # of a matrix product, whose speed is what the processor can do


def measure(
    steps: Mapping[str, Mapping[str, Config]], rounds: int, clock: str, with_memory: bool
) -> dict[str, Any]:
    """Measures train steps.

    Args:
        steps: by name, the configuration of each variant.
        rounds: counted turns of everything.
        clock: key of `turns.CLOCKS`.
        with_memory: whether the peak memory of each variant is measured too, in processes of their
            own.

    Returns:
        What `step_table` reads, as JSON types.
    """
    built, turns = {}, {"product": matrix_product(PRODUCT_SIZE)}
    every = [(name, variant) for name, variants in steps.items() for variant in variants]
    with progress_bar(len(every), "step", desc="building") as bar:
        for name, variant in every:
            step = timed_step(steps[name][variant], VARIANTS[variant].jit_compile)
            built[name, variant] = step
            turns[f"{name} {variant} forward"] = step.forward
            turns[f"{name} {variant} gradients"] = step.gradients
            turns[f"{name} {variant} whole"] = step.whole
            bar.update()
    for name, variants in steps.items():
        config = next(iter(variants.values()))
        turns[f"{name} input"] = input_batches(config, random_images(config))
    found = time_alternately(turns, rounds, clock)
    peaks = _peaks(steps, every) if with_memory else {}
    speed = 2 * PRODUCT_SIZE**3 / float(np.median(found["product"])) / 1e9
    product = {"size": PRODUCT_SIZE, "seconds": summary(found["product"])}
    product["gigaflops_per_second"] = speed
    cases = []
    for name, variants in steps.items():
        measured = {}
        for variant in variants:
            step = built[name, variant]
            measured[variant] = _parts(found, f"{name} {variant}", step, speed)
            measured[variant]["peak_bytes"] = peaks.get((name, variant))
        case = _case(next(iter(variants.values())))
        case["seconds"] = next(iter(measured.values()))["step"]["median"]
        case["input"] = summary(found[f"{name} input"] / DRAWN)
        cases.append(case | {"variants": measured})
    return {
        "version": VERSION,
        "machine": machine.facts(),
        "rounds": rounds,
        "clock": clock,
        "product": product,
        "cases": cases,
    }


def _parts(
    found: Mapping[str, np.ndarray], name: str, step: TimedStep, speed: float
) -> dict[str, Any]:
    """Returns what one variant took; its later parts are differences, turn by turn."""
    forward, gradients, whole = (
        found[f"{name} {part}"] for part in ("forward", "gradients", "whole")
    )
    parts = {"step": whole, "forward": forward, "backward": gradients - forward}
    parts["optimiser"] = whole - gradients
    count = operations.count(step.graph())
    reached = count / float(np.median(whole)) / 1e9
    return {
        **{part: summary(seconds) for part, seconds in parts.items()},
        "floating_point_operations": count,
        "gigaflops_per_second": reached,
        "share_of_product": reached / speed,
    }


def _peaks(
    steps: Mapping[str, Mapping[str, Config]], every: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int | None]:
    peaks = {}
    with progress_bar(len(every), "process", desc="memory") as bar:
        for name, variant in every:
            compiled = VARIANTS[variant].jit_compile
            peaks[name, variant] = step_memory.peak_of_steps(steps[name][variant], compiled)
            bar.update()
    return peaks


def _case(config: Config) -> dict[str, Any]:
    """Returns what a step is of."""
    return {
        "dataset": config.data.dataset,
        "method": config.model.method,
        "base_channels": config.model.base_channels,
        "batch_size": config.schedule.batch_size,
        "networks": config.model.networks,
        "stages": 2 if config.flat().get("second_stage_size") else 1,
    }
