"""What figures are drawn from."""

import dataclasses
from collections.abc import Sequence

from elastic_infogan_tf.evaluation.evidence import Evidence


@dataclasses.dataclass(frozen=True)
class Subject:
    """A model at one step, and what is known of its run.

    Attributes:
        evidence: of the model; it gets only as much ready as the figures ask for.
        title: says which run, which step and which source.
        metrics: rows of `metrics.csv`; None where there are none.
    """

    evidence: Evidence
    title: str
    metrics: Sequence[dict[str, str]] | None = None
