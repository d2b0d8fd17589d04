"""Refusals of arguments that cannot be, in Keras' manner."""

import math
from collections.abc import Collection


def one_of(name: str, value: str, allowed: Collection[str]) -> None:
    """Raises a ValueError unless a value is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}. Received: {name}={value}")


def positive(**values: float) -> None:
    """Raises a ValueError unless all values are finite and above 0."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be finite and above 0. Received: {name}={value}")


def not_negative(**values: float) -> None:
    """Raises a ValueError unless all values are finite and 0 or more."""
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and 0 or more. Received: {name}={value}")
