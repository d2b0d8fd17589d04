"""The metrics of one model, together: what `results.json` holds."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Evidence, part
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import in_dtype
from elastic_infogan_tf.utils.text import plain


def measure(evidence: Evidence) -> dict[str, Any]:
    """Measures everything.

    Returns:
        JSON types, nested as the metrics' paths say. What there is nothing to make of, as without
        labels, is None; a part of which that holds altogether is None itself.
    """
    compute = _computing(evidence)
    results: dict[str, dict[str, Any]] = {}
    for row in metric_table.METRICS:
        section, key = row.path.split(".")
        value = compute(row)
        if isinstance(value, np.ndarray):
            value = value.tolist()
        results.setdefault(section, {})[key] = list(value) if isinstance(value, tuple) else value
    return {
        section: None if all(value is None for value in fields.values()) else fields
        for section, fields in results.items()
    }


def take(evidence: Evidence, kind: str) -> dict[str, float]:
    """Returns, by name, the metrics of a kind that are taken while a model trains.

    A `metric_table.SCORE` needs labels, a `SIGN` of life does not; what cannot be told is left out.
    """
    compute = _computing(evidence)
    numbers = {row.name: compute(row) for row in metric_table.taken(kind)}
    return {name: value for name, value in numbers.items() if value is not None}


def _computing(evidence: Evidence) -> Callable[[Metric], Any]:
    """Returns a function that computes metrics of a model, each once."""
    rows = {row.name: row for row in metric_table.METRICS}

    @functools.cache
    def compute(row: Metric) -> Any:
        arguments = []
        for name in row.of:
            other = rows.get(name, row)
            argument = part(evidence, name) if other == row else compute(other)
            if argument is None:  # at once: to get the next one ready may be long work
                return None
            arguments.append(argument)
        return row.function(*arguments)

    return compute


def as_text(results: dict[str, Any]) -> str:
    """Returns results as lines for people: a line for each group of metrics, then the prior."""
    config = Config.from_json(results["run"]["config"]).flat()
    head = f"{config['dataset']}, {config['method']}, step {results['step']}"
    head += in_dtype(config["dtype"])
    lines: dict[str, str] = {}
    if results["classifier"]:
        classifier, count = results["classifier"], results["settings"]["images_per_code"]
        lines["classifier"] = (
            f"{classifier['name']}, held-out accuracy {classifier['accuracy']:.4f} on "
            f"{classifier['held_out_images']} images"
        )
        lines["sample"] = f"{count} generated images of each code"
    lines |= _measured_lines(results)
    width = max(map(len, lines), default=0)
    text = [f"evaluation: {plain(head)} (epoch {results['epoch']:g})"]
    text += [f"  {name:<{width}}  {words}" for name, words in lines.items()]
    text += [f"  {line}" for line in _prior_lines(results)]
    return "\n".join(text + [f"  warning: {plain(warning)}" for warning in results["warnings"]])


def _measured_lines(results: dict[str, Any]) -> dict[str, str]:
    """Returns what each line says, by its name; what was not measured is in none."""
    lines: dict[str, list[str]] = {}
    state = results["health"]["state"]
    for row in metric_table.numbers():
        value = row.of_results(results)
        if row.line and value is not None:
            is_dead = row.needs_life and health.is_dead(state)
            words = state if is_dead else f"{row.show(value)} {row.unit}".rstrip()
            lines.setdefault(row.line, []).append(f"{row.title} {words}")
    return {name: ", ".join(parts) for name, parts in lines.items()}


def _prior_lines(results: dict[str, Any]) -> list[str]:
    prior = results["prior"]
    probabilities, counts = prior["probabilities"], prior.get("code_counts")
    classes, shares = prior["frequent_classes"], prior.get("frequent_shares")
    if classes is None:
        lines = [f"prior        {_decimals(probabilities)}"]
        if counts:
            lines.append(f"real images  {_decimals(count / sum(counts) for count in counts)}")
        return lines
    names = results["run"]["data"]["class_names"]
    lines = ["code  prior   real    purity  most frequent class (its true proportion)"]
    rows = zip(probabilities, counts, classes, shares, strict=True)
    for code, (probability, count, label, purity) in enumerate(rows):
        words = "-       empty: no real image"
        if count:
            truth = prior["true_proportions"][label]
            words = f"{purity:.4f}  {plain(names[label])} ({truth:.4f})"
        lines.append(f"{code:>4}  {probability:.4f}  {count / sum(counts):.4f}  {words}")
    return lines


def _decimals(numbers: Iterable[float]) -> str:
    return " ".join(f"{number:.3f}" for number in numbers)
