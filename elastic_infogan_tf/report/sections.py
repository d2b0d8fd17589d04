"""What the sections of a run's page say, from its heading and warnings to its settings."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elastic_infogan_tf.clustering.agreement import AGREEING
from elastic_infogan_tf.clustering.cluster import STABLE
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import in_dtype
from elastic_infogan_tf.tables.cells import Column, published

_FOLDER = "image folder "  # before the folder's name in the source of own images
_NO_LABELS = "no labels"  # begins what an evaluation notes where there is nothing wrong
_MIXED = 0.5  # a code of less of any class is of no kind
_REFERENCE = "elastic_infogan"  # whose published scores stand beside those of other methods


def heading(config: Config, data: Mapping[str, Any]) -> str:
    """Returns what the images are called, how many there are and how many groups."""
    source = data["source"]
    name = source.removeprefix(_FOLDER) if source.startswith(_FOLDER) else config.data.dataset
    name += f", {source}" if "synthetic" in source else ""
    return f"{name}: {config.data.num_classes} groups of {data['images']:,} images"


def subheading(folder: RunFolder, config: Config, step: int, steps: int) -> str:
    """Returns how it was trained, how many of its steps and on which day."""
    method = config.model.method
    parts = [
        folder.root.resolve().name,
        method + ("" if METHODS[method].in_paper else " (ours, not the paper's)"),
        f"step {step:,} of {steps:,}" + (": not finished" if step < steps else ""),
        f"{config.model.base_channels} base channels",
    ]
    if folder.metrics.exists():
        day = datetime.date.fromtimestamp(folder.metrics.stat().st_mtime)
        parts.append(day.isoformat())
    return ", ".join(parts)


def warnings(
    results: Mapping[str, Any] | None,
    clusters: Mapping[str, Any] | None,
    state: str | None,
    step: int,
) -> list[str]:
    """Returns sentences, the gravest first; none where there is nothing to warn of.

    That a run goes on, has no labels or no scores yet is no warning. Results and clusters are those
    of its JSON files, or None; the state is the generator's at the last epoch, one of
    `health.STATES`, or None; the step is the last one.
    """
    results = results or {"step": None, "warnings": []}
    sentences = []
    if results["step"] != step:  # else the results say it
        if health.warns(state):
            sentences.append(health.advice(state))
        if results["step"] is not None:
            sentences.append(
                f"scores, and the figures of the evaluation, are of step {results['step']:,}, and "
                f"the training has come to step {step:,}: evaluate it again"
            )
    sentences += [text for text in results["warnings"] if not text.startswith(_NO_LABELS)]
    if clusters is not None:
        sentences += _of_clusters(clusters)
    return sentences + list(_of_codes(results.get("prior") or {}))


def _of_clusters(clusters: Mapping[str, Any]) -> Iterator[str]:
    if "agreement" in clusters:
        name, value, least = "agreement with a second encoder", clusters["agreement"], AGREEING
    else:  # of an earlier version, or not taken yet
        name, value = "stability", clusters["stability"]
        least = clusters.get("stable_from", STABLE)
    if value < least:
        yield (
            f"the clusters of real images are doubtful ({name} {value:.3f}, below {least}): some "
            "may be two things, or halves of one"
        )


def _of_codes(prior: Mapping[str, Any]) -> Iterator[str]:
    counts, shares = prior.get("code_counts") or [], prior.get("frequent_shares") or []
    empty = [code for code, count in enumerate(counts) if not count]
    if empty:
        yield f"empty, with no real image, whatever the generator makes of it: {_listed(empty)}"
    mixed = [code for code, share in enumerate(shares) if share is not None and share < _MIXED]
    if mixed:
        yield f"mixed, with no class that half of the real images are of: {_listed(mixed)}"


def _listed(codes: list[int]) -> str:
    return f"code{'s' if len(codes) > 1 else ''} {', '.join(map(str, codes))}"


def facts(
    config: Config, data: Mapping[str, Any], step: int, steps: int, epoch_steps: int
) -> dict[str, str]:
    """Returns what the run was trained on and how far, by name."""
    size = " x ".join(map(str, config.data.image_shape))
    labels = "none"
    if data["class_counts"] is not None:
        labels = f"{len(data['class_names'])} classes, for the evaluation alone"
        if METHODS[config.model.method].knows_proportions:
            labels += "; the method was told their proportions"
    trained = f"{step:,} of {steps:,} steps, {step / epoch_steps:.4g} epochs"
    return {
        "images": f"{data['images']:,}, each {size}",
        "source": data["source"],
        "folder": data.get("data_dir") or "-",
        "labels": labels,
        "codes": str(config.data.num_classes),
        "trained": trained + in_dtype(config.model.dtype),
    }


def classes(data: Mapping[str, Any]) -> list[tuple[str, int, float]]:
    """Returns name, images and share of each class; none without labels."""
    counts = data["class_counts"] or []
    names = data["class_names"] if counts else []
    return [(name, n, n / sum(counts)) for name, n in zip(names, counts, strict=True)]


def codes(results: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """Returns what there is to say of each code, that with most real images first."""
    prior = results.get("prior") or {}
    probabilities = prior.get("probabilities", [])
    parts = ("code_counts", "frequent_classes", "frequent_shares")
    columns = [prior.get(part) or [None] * len(probabilities) for part in parts]
    rows = []
    for code, cells in enumerate(zip(probabilities, *columns, strict=True)):
        probability, count, label, purity = cells
        name = None if label is None or label < 0 else names[label]
        rows.append(
            {
                "code": code,
                "prior": probability,
                "images": count,
                "share": None if count is None else count / sum(columns[0]),
                "class": "empty" if count == 0 else name,
                "is_empty": count == 0,
                "purity": purity,
            }
        )
    return sorted(rows, key=lambda row: -(row["images"] or 0))


def scores(
    results: Mapping[str, Any], config: Config, source: str
) -> list[tuple[Metric, str, str]]:
    """Returns each metric that was taken, its value, and the paper's where there is one."""
    is_dead = health.is_dead((results.get("health") or {}).get("state"))
    rows = []
    for metric in metric_table.numbers():
        value = metric.of_results(results)
        if value is not None:
            has_score = not (metric.needs_life and is_dead)
            words = metric.show(value) if has_score else "no score: the generator is dead"
            rows.append((metric, words, _published(metric, config, source)))
    return rows


def _published(metric: Metric, config: Config, source: str) -> str:
    """Returns the paper's mean and deviation on these images, and whose; empty if there is none."""
    for method in (config.model.method, _REFERENCE):
        score = published(metric, method, Column(config.data.dataset, source))
        if score:
            return f"{score[0]:.4f} \u00b1 {score[1]:.3f} ({method})"
    return ""


def settings(config: Config, record: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Returns all settings and what the run was made with, by heading and name."""
    how = {f"{name} (changes no number)": part for name, part in record.get("how", {}).items()}
    made_with = {"commit": record.get("git_commit"), "machine": record.get("machine")}
    parts = config.to_json() | how | {"made with": record["versions"] | made_with}
    return {
        title: {k: "-" if v is None else str(v) for k, v in declare.flatten(fields).items()}
        for title, fields in parts.items()
    }
