"""In what evaluated runs differ beside what makes them independent draws."""

from collections.abc import Callable, Sequence
from typing import Any

from elastic_infogan_tf.evaluation.tables.run_results import RunResults

_ABSENT = "(absent)"

Differences = dict[str, list[tuple[Any, RunResults]]]


def differences(
    runs: Sequence[RunResults], compares: Callable[[str], bool] = lambda name: True
) -> Differences:
    """Returns in which conditions runs differ.

    Args:
        runs: one or more.
        compares: which conditions to look at, by name; all of them by default.

    Returns:
        By name of the condition, each value with the first run that has it.
    """
    conditions = [run.conditions() for run in runs]
    names = dict.fromkeys(name for fields in conditions for name in fields)
    found: Differences = {}
    for name in filter(compares, names):
        values: list[tuple[Any, RunResults]] = []
        for run, fields in zip(runs, conditions, strict=True):
            value = fields.get(name, _ABSENT)
            if all(value != known for known, _ in values):
                values.append((value, run))
        if len(values) > 1:
            found[name] = values
    return found


def describe(found: Differences) -> str:
    """Returns `differences` for people, as in `base_channels (16, 64), epoch (8, 12)`."""
    return ", ".join(
        f"{name} ({', '.join(str(value) for value, _ in values)})" for name, values in found.items()
    )
