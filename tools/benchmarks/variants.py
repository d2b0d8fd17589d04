"""The ways to compute a step that are timed against one another."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way.

    Attributes:
        jit_compile: whether XLA compiles the step.
        settings: of the run in which it differs, by name.
    """

    jit_compile: bool = False
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


USUAL = "graph"  # what a training does on a CPU
VARIANTS: dict[str, Variant] = {
    USUAL: Variant(),
    "xla": Variant(jit_compile=True),
    "bfloat16": Variant(settings={"dtype": "bfloat16"}),
    "xla_bfloat16": Variant(jit_compile=True, settings={"dtype": "bfloat16"}),  # usual on a GPU
}
