"""Files of measured train steps, and the table of docs/performance.md that is made of one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.json_files import COUNT, NUMBER, TEXT, TEXT_OR_NULL, read_json

VERSION = 1
_TIME = {"type": "number", "minimum": 1e-9, "maximum": 1e9}
_SECONDS = {
    "type": "object",
    "required": ["median", "lower_quartile", "upper_quartile"],
    "additionalProperties": NUMBER,
}
_POSITIVE = {"type": "integer", "minimum": 1, "maximum": 2**31}
# Of a step: what it is of, and what it takes.
CASE = {
    "type": "object",
    "required": [
        *("dataset", "method", "base_channels", "batch_size", "networks", "stages", "seconds"),
    ],
    "properties": {
        "dataset": TEXT,
        "method": TEXT,
        "base_channels": _POSITIVE,
        "batch_size": _POSITIVE,
        "networks": TEXT,
        "stages": {"enum": [1, 2]},
        "seconds": _TIME,
    },
}
_CLOCKS = {"wall": "seconds of the clock", "cpu": "CPU seconds of all threads"}
_PARTS = ("step", "forward", "backward", "optimiser")
_VARIANT = {
    "type": "object",
    "required": [*_PARTS, "gigaflops_per_second", "share_of_product", "peak_bytes"],
    "properties": {
        **dict.fromkeys(_PARTS, _SECONDS),
        "gigaflops_per_second": NUMBER,
        "share_of_product": NUMBER,
        "peak_bytes": COUNT | {"type": ["integer", "null"]},
    },
}
_MACHINE = {
    "type": "object",
    "required": ["recorded", "commit", "processor", "instructions", "cores", "threads"],
    "properties": {
        "recorded": TEXT,
        "commit": TEXT_OR_NULL,
        "processor": TEXT,
        "instructions": {"type": "array", "items": TEXT},
        "cores": COUNT,
        "threads": COUNT,
        "tensorflow": TEXT,
    },
}
_SCHEMA = {
    "type": "object",
    "required": ["version", "machine", "rounds", "clock", "product", "cases"],
    "properties": {
        "version": {"enum": [VERSION]},
        "machine": _MACHINE | {"required": [*_MACHINE["required"], "tensorflow"]},
        "rounds": COUNT,
        "clock": {"enum": [*_CLOCKS]},
        "product": {
            "type": "object",
            "required": ["size", "gigaflops_per_second"],
            "properties": {"size": COUNT, "gigaflops_per_second": NUMBER},
        },
        "cases": {
            "type": "array",
            "minItems": 1,
            "items": CASE
            | {
                "required": [*CASE["required"], "input", "variants"],
                "properties": {
                    **CASE["properties"],
                    "input": _SECONDS,
                    "variants": {"type": "object", "additionalProperties": _VARIANT},
                },
            },
        },
    },
}
_ADVICE = "write it again with python -m tools.benchmark_steps --out=FILE.json"
_HEADING = (
    "| step | variant | batch | step, s (quartiles) | of the first | forward, s | backward, s "
    "| optimiser, s | input, s | GFLOP/s | of a product's | peak, MB |"
)


def read(path: Path) -> dict[str, Any]:
    """Returns what `measurement.measure` found, from its file.

    Raises:
        UsageError: if it cannot be read, or something in it cannot be; names file and field.
    """
    return read_json(path, _SCHEMA, _ADVICE)


def table(measured: Mapping[str, Any]) -> str:
    """Returns the Markdown table of measured steps, below it what they were measured with."""
    lines = [_HEADING, "| --- " * _HEADING.count(" | ") + "| --- |"]
    first = None
    for case in measured["cases"]:
        name = f"{case['dataset']}:{case['method']}:{case['base_channels']}"
        for variant, found in case["variants"].items():
            step = found["step"]
            first = first or step["median"]
            quartiles = f"{step['lower_quartile']:.3g} to {step['upper_quartile']:.3g}"
            peak = found["peak_bytes"]
            cells = [
                *(name, variant, case["batch_size"]),
                f"{step['median']:.3g} ({quartiles})",
                f"{step['median'] / first:.2f}",
                *(f"{found[part]['median']:.3g}" for part in _PARTS[1:]),
                f"{case['input']['median']:.2g}",
                f"{found['gigaflops_per_second']:.1f}",
                f"{found['share_of_product']:.0%}",
                "-" if peak is None else f"{peak / 1e6:.0f}",
            ]
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, "", _described(measured)])


def _described(measured: Mapping[str, Any]) -> str:
    facts, product = measured["machine"], measured["product"]
    size, speed = product["size"], product["gigaflops_per_second"]
    return (
        f"Medians of {measured['rounds']} turns, {_CLOCKS[measured['clock']]}. The product, of "
        f"{size}x{size} float32 matrices, reached {speed:.1f} GFLOP/s in the same turns. "
        f"{facts['processor']} ({', '.join(facts['instructions'])}), {facts['cores']} cores, "
        f"threads: {facts['threads']}, TensorFlow {facts['tensorflow']}, at "
        f"{facts['commit'] or 'an unknown commit'}, {facts['recorded']}."
    )
