"""What a results file must hold, and what to do where it does not."""

from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.measures import health
from elastic_infogan_tf.evaluation.measures import table as measures
from elastic_infogan_tf.json_files import (
    COUNT,
    LARGEST,
    NUMBER,
    NUMBER_OR_NULL,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
)

VERSION = 1

_CLASSES = {
    "type": ["array", "null"],
    "items": {"type": "integer", "minimum": -1, "maximum": LARGEST},
}
_PRIOR_SCHEMA: dict[str, Any] = {
    "probabilities": {"type": "array", "items": SHARE, "minItems": 1},
    "code_counts": {"type": ["array", "null"], "items": COUNT},
    "purities": {"type": ["array", "null"], "items": NUMBER_OR_NULL},
    "matched_classes": _CLASSES,
    "frequent_classes": _CLASSES,
    "frequent_shares": {"type": ["array", "null"], "items": NUMBER_OR_NULL},
    "true_proportions": {"type": ["array", "null"], "items": SHARE},
}
# All that is read here, by tables, curves and pages, but for the measures.
_SCHEMA: dict[str, Any] = {
    "run": {
        "type": "object",
        "required": ["config", "data"],
        "properties": {
            "config": {"type": "object"},
            "data": {"type": "object", "required": ["source"], "properties": {"source": TEXT}},
        },
    },
    "step": COUNT,
    "epoch": NUMBER | {"minimum": 0},
    "settings": {
        "type": "object",
        "required": ["images_per_code"],
        "properties": {"images_per_code": COUNT, "seed": COUNT, "classifier": TEXT_OR_NULL},
    },
    "classifier": {
        "type": ["object", "null"],
        "required": ["name", "accuracy", "warning"],
        "properties": {"name": TEXT, "accuracy": SHARE, "warning": TEXT_OR_NULL},
    },
    "warnings": {"type": "array", "items": TEXT},
    "prior": {"type": ["object", "null"], "properties": _PRIOR_SCHEMA},
    "health": {
        "type": ["object", "null"],
        "properties": {"state": {"enum": [*health.STATES, None]}},
    },
}
_NEEDED = ["run", "step", "epoch", "settings", "classifier", "warnings"]


def unusable(file: Path, reason: str) -> UsageError:
    """Returns the error for a results file that is missing, damaged or of another version."""
    return UsageError(f"{file} {reason}; {advice(file)}.")


def advice(file: Path) -> str:
    """Returns what brings a results file that can be read."""
    return f"evaluate the run again: `elastic-infogan evaluate --model_dir={file.parent}`"


def schema() -> dict[str, Any]:
    """Returns the schema of a results file, with the measures that there are."""
    sections: dict[str, Any] = dict(_SCHEMA)
    for row in measures.numbers():
        section, key = row.path.split(".")
        known = sections.get(section, {"type": ["object", "null"], "properties": {}})
        properties = known["properties"] | {key: NUMBER_OR_NULL}
        sections[section] = known | {"properties": properties}
    return {"type": "object", "required": _NEEDED, "properties": sections}
