"""The heading of a run's page, and the warnings below it."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from elastic_infogan_tf.clustering.agreement import AGREEING
from elastic_infogan_tf.clustering.cluster import STABLE
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS

_MIXED = 0.5  # a code of less of any class is of no kind
_NO_LABELS = "no labels"  # begins what an evaluation notes where there is nothing wrong


def find(
    results: Mapping[str, Any] | None,
    clusters: Mapping[str, Any] | None,
    state: str | None,
    step: int,
) -> list[str]:
    """Returns sentences, the gravest first; none where there is nothing to warn of.

    That a run goes on, has no labels or no scores yet is no warning.

    Args:
        results: its `results.json`, or None.
        clusters: its `clusters.json`, or None.
        state: of the generator at the last epoch, one of `health.STATES`; None: not known.
        step: train steps taken.
    """
    is_current = results is not None and results["step"] == step
    found = []
    if health.warns(state) and not is_current:  # else the results say it
        found.append(health.advice(state))
    if results is not None and not is_current:
        found.append(
            f"scores, and the figures of the evaluation, are of step {results['step']:,}, and the "
            f"training has come to step {step:,}: evaluate it again"
        )
    said = results["warnings"] if results else []
    found += [warning for warning in said if not warning.startswith(_NO_LABELS)]
    found += _of_clusters(clusters)
    return found + list(_of_codes((results or {}).get("prior") or {}))


def _of_clusters(clusters: Mapping[str, Any] | None) -> list[str]:
    if clusters is None:
        return []
    if "agreement" in clusters:
        name, value, least = "agreement with a second encoder", clusters["agreement"], AGREEING
    else:  # of an earlier version, or not taken yet
        name, value = "stability", clusters["stability"]
        least = clusters.get("stable_from", STABLE)
    if value >= least:
        return []
    return [
        f"the clusters of real images are doubtful ({name} {value:.3f}, below {least}): some may "
        "be two things, or halves of one"
    ]


def _of_codes(prior: Mapping[str, Any]) -> Iterator[str]:
    counts, shares = prior.get("code_counts") or [], prior.get("frequent_shares") or []
    empty = [code for code, count in enumerate(counts) if not count]
    if empty:
        yield f"empty, with no real image, whatever the generator makes of it: {_codes(empty)}"
    mixed = [code for code, share in enumerate(shares) if share is not None and share < _MIXED]
    if mixed:
        yield f"mixed, with no class that half of the real images are of: {_codes(mixed)}"


def _codes(codes: list[int]) -> str:
    return f"code{'s' if len(codes) > 1 else ''} {', '.join(map(str, codes))}"


_FOLDER = "image folder "  # before the folder's name in the source of own images


def heading(config: Config, data: Mapping[str, Any]) -> str:
    """Returns what the images are called, how many there are and how many groups.

    Args:
        config: of the run.
        data: of the run's record.
    """
    source = data["source"]
    name = source.removeprefix(_FOLDER) if source.startswith(_FOLDER) else config.data.dataset
    name += f", {source}" if "synthetic" in source else ""
    return f"{name}: {config.data.num_classes} groups of {data['images']:,} images"


def subheading(folder: RunFolder, config: Config, step: int, steps: int) -> str:
    """Returns how it was trained, how far and on which day.

    Args:
        folder: of the run.
        config: of the run.
        step: train steps taken.
        steps: train steps in all.
    """
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
