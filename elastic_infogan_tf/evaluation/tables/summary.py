"""Results as lines for people."""

from collections.abc import Iterable
from typing import Any

from elastic_infogan_tf.evaluation.measures import health, table
from elastic_infogan_tf.evaluation.measures.measure import Measure
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import in_dtype
from elastic_infogan_tf.text import plain


def as_text(results: dict[str, Any]) -> str:
    """Returns results as lines for people: a line for each group of measures, then the prior."""
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
    for row in table.numbers():
        value = _at(results, row)
        if row.line and value is not None:
            said = f"{row.title} {row.show(value)} {row.unit}".rstrip()
            if row.needs_life and health.is_dead(state):
                said = f"{row.title} {state}"
            lines.setdefault(row.line, []).append(said)
    return [(f"  {name}", ", ".join(said)) for name, said in lines.items()]


def _at(results: dict[str, Any], row: Measure) -> float | None:
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
