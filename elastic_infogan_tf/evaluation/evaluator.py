"""The metrics of one model, together: what `results.json` holds."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Evidence, part
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.metrics.metric import Metric
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import in_dtype
from elastic_infogan_tf.utils.text import plain


def measure(evidence: Evidence) -> dict[str, Any]:
    """Measures everything.

    Returns:
        JSON types, nested as the metrics' paths say. What there is nothing to make of, as without
        labels, is None; a part of which that holds altogether is None itself.
    """
    values = _Values(evidence)
    results: dict[str, dict[str, Any]] = {}
    for row in metric_table.METRICS:
        section, key = row.path.split(".")
        results.setdefault(section, {})[key] = _to_json(values.of(row))
    return {
        section: None if all(value is None for value in fields.values()) else fields
        for section, fields in results.items()
    }


def scores(evidence: Evidence) -> dict[str, float]:
    """Returns, by name, the few metrics that are taken while a model trains.

    Empty where the data has no labels.
    """
    return _numbers(evidence, metric_table.scored())


def signs(evidence: Evidence) -> dict[str, float]:
    """Returns, by name, the signs of life that can be told."""
    return _numbers(evidence, metric_table.signs())


def _numbers(evidence: Evidence, rows: Sequence[Metric]) -> dict[str, float]:
    values = _Values(evidence)
    found = {row.name: values.of(row) for row in rows}
    return {name: value for name, value in found.items() if value is not None}


class _Values:
    """Metrics of one model, each computed once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._rows = {row.name: row for row in metric_table.METRICS}
        self._known: dict[str, Any] = {}

    def of(self, row: Metric) -> Any:
        if row.name not in self._known:
            self._known[row.name] = self._compute(row)
        return self._known[row.name]

    def _compute(self, row: Metric) -> Any:
        arguments = []
        for name in row.of:
            other = self._rows.get(name)
            is_row = other is not None and other != row
            argument = self.of(other) if is_row else part(self._evidence, name)
            if argument is None:  # at once: to get the next one ready may be long work
                return None
            arguments.append(argument)
        return row.function(*arguments)


def _to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def as_text(results: dict[str, Any]) -> str:
    """Returns results as lines for people: a line for each group of metrics, then the prior."""
    config = Config.from_json(results["run"]["config"]).flat()
    settings = results["settings"]
    head = f"{config['dataset']}, {config['method']}, step {results['step']}"
    head += in_dtype(config["dtype"])
    lines = []
    if results["classifier"]:
        classifier = results["classifier"]
        said = f"{classifier['name']}, held-out accuracy {classifier['accuracy']:.4f}"
        lines.append(("  classifier", f"{said} on {classifier['held_out_images']} images"))
        lines.append(("  sample", f"{settings['images_per_code']} generated images of each code"))
    lines += _measured_lines(results)
    width = max((len(name) for name, _ in lines), default=0)
    text = [f"evaluation: {plain(head)} (epoch {results['epoch']:g})"]
    text += [f"{name:<{width}}  {said}" for name, said in lines] + _prior_lines(results)
    return "\n".join(text + [f"  warning: {plain(warning)}" for warning in results["warnings"]])


def _measured_lines(results: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns each line's name and what it says; what was not measured is in none."""
    lines: dict[str, list[str]] = {}
    state = results["health"]["state"]
    for row in metric_table.numbers():
        value = _at(results, row)
        if row.line and value is not None:
            said = f"{row.title} {row.show(value)} {row.unit}".rstrip()
            if row.needs_life and health.is_dead(state):
                said = f"{row.title} {state}"
            lines.setdefault(row.line, []).append(said)
    return [(f"  {name}", ", ".join(said)) for name, said in lines.items()]


def _at(results: dict[str, Any], row: Metric) -> float | None:
    section, key = row.path.split(".")
    return (results[section] or {}).get(key)


def _prior_lines(results: dict[str, Any]) -> list[str]:
    prior = results["prior"]
    if prior["frequent_classes"] is None:
        lines = [f"  prior        {_decimals(prior['probabilities'])}"]
        if prior.get("code_counts"):
            counts = prior["code_counts"]
            shares = [count / sum(counts) for count in counts]
            lines.append(f"  real images  {_decimals(shares)}")
        return lines
    names, counts = results["run"]["data"]["class_names"], prior["code_counts"]
    lines = ["  code  prior   real    purity  most frequent class (its true proportion)"]
    columns = (prior["probabilities"], counts, prior["frequent_classes"], prior["frequent_shares"])
    for code, (p, count, label, purity) in enumerate(zip(*columns, strict=True)):
        shown = "-       empty: no real image"
        if count:
            truth = prior["true_proportions"][label]
            shown = f"{purity:.4f}  {plain(names[label])} ({truth:.4f})"
        lines.append(f"  {code:>4}  {p:.4f}  {count / sum(counts):.4f}  {shown}")
    return lines


def _decimals(numbers: Iterable[float]) -> str:
    return " ".join(f"{number:.3f}" for number in numbers)
