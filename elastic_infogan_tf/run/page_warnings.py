"""What a person has to know before believing a run's page."""

from collections.abc import Iterator, Mapping
from typing import Any

from elastic_infogan_tf.evaluation.measures import health
from elastic_infogan_tf.models.clustering.cluster import STABLE

_PURE = 0.5  # a match of less is one in name only


def find(
    record: Mapping[str, Any],
    results: Mapping[str, Any] | None,
    clusters: Mapping[str, Any] | None,
    state: str | None,
    step: int,
    steps: int,
) -> list[str]:
    """Returns sentences, the gravest first; none where there is nothing to say.

    Args:
        record: the run folder's `config.json`.
        results: its `results.json`, or None.
        clusters: its `clusters.json`, or None.
        state: of the generator at the last epoch, one of `health.STATES`; None: not known.
        step: train steps taken.
        steps: train steps in all.
    """
    is_current = results is not None and results["step"] == step
    found = []
    if health.warns(state) and not is_current:  # else the results say it
        found.append(health.advice(state))
    if step < steps:
        found.append(f"the training is not finished: step {step:,} of {steps:,}")
    if "synthetic" in record["data"]["source"]:
        found.append("the images are synthetic: numbers are not comparable with published ones")
    if results is None:
        found.append("this run has not been evaluated yet, so there are no scores")
    elif not is_current:
        found.append(
            f"scores, and the pictures of the evaluation, are of step {results['step']:,}, and the "
            f"training has come to step {step:,}: evaluate it again"
        )
    found += results["warnings"] if results else []
    found += _of_clusters(clusters)
    return found + list(_of_codes((results or {}).get("prior") or {}))


def _of_clusters(clusters: Mapping[str, Any] | None) -> list[str]:
    if clusters is None:
        return []
    least = clusters.get("stable_from", STABLE)  # an earlier version had one for all
    if clusters["stability"] >= least:
        return []
    return [
        f"the clusters of real images were not stable (tries agree by {clusters['stability']:.3f}, "
        f"below {least}): some may be two things, or halves of one"
    ]


def _of_codes(prior: Mapping[str, Any]) -> Iterator[str]:
    counts, purities = prior.get("code_counts") or [], prior.get("purities") or []
    empty = [code for code, count in enumerate(counts) if not count]
    if empty:
        yield f"empty, with no real image, whatever the generator makes of it: {_codes(empty)}"
    weak = [code for code, share in enumerate(purities) if share is not None and share < _PURE]
    if weak:
        yield f"a match in name only, by fewer than half of the real images: {_codes(weak)}"


def _codes(codes: list[int]) -> str:
    return f"code{'s' if len(codes) > 1 else ''} {', '.join(map(str, codes))}"
