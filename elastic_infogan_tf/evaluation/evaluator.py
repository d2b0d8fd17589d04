"""The measures of one model, together: what `results.json` holds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Evidence
from elastic_infogan_tf.evaluation.measures import table
from elastic_infogan_tf.evaluation.measures.measure import Measure


def measure(evidence: Evidence) -> dict[str, Any]:
    """Measures everything.

    Returns:
        JSON types, nested as the measures' paths say. What there is nothing to make of, as without
        labels, is None; a part of which that holds altogether is None itself.
    """
    values = _Values(evidence)
    results: dict[str, dict[str, Any]] = {}
    for row in table.MEASURES:
        section, key = row.path.split(".")
        results.setdefault(section, {})[key] = _to_json(values.of(row))
    return {
        section: None if all(value is None for value in fields.values()) else fields
        for section, fields in results.items()
    }


def scores(evidence: Evidence) -> dict[str, float]:
    """Returns, by name, the few measures that are taken while a model trains.

    Empty where the data has no labels.
    """
    return _numbers(evidence, table.scored())


def signs(evidence: Evidence) -> dict[str, float]:
    """Returns, by name, the signs of life that can be told."""
    return _numbers(evidence, table.signs())


def _numbers(evidence: Evidence, rows: Sequence[Measure]) -> dict[str, float]:
    values = _Values(evidence)
    found = {row.name: values.of(row) for row in rows}
    return {name: value for name, value in found.items() if value is not None}


class _Values:
    """Measures of one model, each computed once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._rows = {row.name: row for row in table.MEASURES}
        self._known: dict[str, Any] = {}

    def of(self, row: Measure) -> Any:
        if row.name not in self._known:
            self._known[row.name] = self._compute(row)
        return self._known[row.name]

    def _compute(self, row: Measure) -> Any:
        arguments = []
        for name in row.of:
            other = self._rows.get(name)
            is_row = other is not None and other != row
            argument = self.of(other) if is_row else getattr(self._evidence, name)
            if argument is None:  # at once: to get the next one ready may be long work
                return None
            arguments.append(argument)
        return row.function(*arguments)


def _to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
