"""One evaluation of one run, as `results.json` tells it."""

import dataclasses
import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.utils.json_files import (
    COUNT,
    NUMBER,
    SHARE,
    TEXT,
    checked,
    corrupted,
    list_of,
    object_of,
    or_null,
    read_json,
)

VERSION = 1

_CODES = ("code_counts", "matched_classes", "frequent_classes", "frequent_shares")
_CLASSES = or_null(list_of(COUNT | {"minimum": -1}))
# All that is read here, by tables, curves and pages, but for the metrics.
_NEEDED: dict[str, Any] = {
    "run": object_of(config={"type": "object"}, data=object_of(source=TEXT)),
    "step": COUNT,
    "epoch": NUMBER | {"minimum": 0},
    "settings": object_of({"seed": COUNT, "classifier": or_null(TEXT)}, images_per_code=COUNT),
    "classifier": or_null(object_of(name=TEXT, accuracy=SHARE, warning=or_null(TEXT))),
    "warnings": list_of(TEXT),
}
_PRIOR = {
    "probabilities": list_of(SHARE, least=1),
    "code_counts": or_null(list_of(COUNT)),
    "matched_classes": _CLASSES,
    "frequent_classes": _CLASSES,
    "frequent_shares": or_null(list_of(or_null(NUMBER))),
    "true_proportions": or_null(list_of(SHARE)),
}
_HEALTH = {"state": {"enum": [*health.STATES, None]}}
# What makes runs of one experiment independent draws; the run's images follow from it.
_DRAW = ("class_set", "split", "seed")
# `source` is how the data was asked for; what it resolved to is `run.data.source`.
_NOT_COMPARED = (*_DRAW, "source")


def _schema() -> dict[str, Any]:
    """Returns the schema of a results file, with the metrics that there are."""
    sections: dict[str, dict[str, Any]] = {"prior": dict(_PRIOR), "health": dict(_HEALTH)}
    for row in metric_table.numbers():
        section, key = row.path.split(".")
        sections.setdefault(section, {})[key] = or_null(NUMBER)
    optional = {name: or_null(object_of(fields)) for name, fields in sections.items()}
    return object_of(optional, **_NEEDED)


def unusable(file: Path, reason: str) -> UsageError:
    """Returns the error for a results file that is missing, corrupted or of another version."""
    return UsageError(f"{file} {reason}; {_advice(file)}.")


def _advice(file: Path) -> str:
    return f"evaluate the run again: `elastic-infogan evaluate --model_dir={file.parent}`"


@dataclasses.dataclass(frozen=True)
class RunResults:
    """The content of one results file.

    Args:
        file: where it came from, for messages.
        content: its JSON value.

    Raises:
        UsageError: if the content is corrupted or of another version.
    """

    file: Path
    content: Mapping[str, Any]

    def __post_init__(self) -> None:
        version = self.content.get("version") if isinstance(self.content, dict) else None
        if version != VERSION:
            raise unusable(self.file, f"has version {version}, where {VERSION} is needed")
        checked(self.file, self.content, _schema(), _advice(self.file))
        self._check_codes(self.content.get("prior") or {})
        try:
            config = self.config
        except UsageError as error:
            raise unusable(self.file, f"has settings that cannot be read ({error})") from error
        if config["epochs"] is None:
            raise self._corrupted("run.config.epochs", None, "a whole number")

    def _check_codes(self, prior: Mapping[str, Any]) -> None:
        """Refuses what is said of other codes or classes than there are."""
        codes, truth = len(prior.get("probabilities", ())), prior.get("true_proportions")
        for name in _CODES:
            values = prior.get(name)
            if values is not None and len(values) != codes:
                raise self._corrupted(f"prior.{name}", values, f"{codes} numbers, one of each code")
            if name.endswith("_classes") and truth and values and max(values) >= len(truth):
                words = f"below the {len(truth)} of prior.true_proportions"
                raise self._corrupted(f"prior.{name}", values, words)
        if prior.get("code_counts") and not sum(prior["code_counts"]):
            raise self._corrupted("prior.code_counts", prior["code_counts"], "numbers of images")

    def _corrupted(self, field: str, value: Any, words: str) -> UsageError:
        return corrupted(self.file, field, value, words, _advice(self.file))

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.file.parent

    @functools.cached_property
    def record(self) -> Mapping[str, Any]:
        """The run's `config.json`, empty where it is not beside the results."""
        file = self.folder / "config.json"
        return read_json(file, {"type": "object"}, _advice(self.file)) if file.is_file() else {}

    @functools.cached_property
    def config(self) -> Mapping[str, Any]:
        """The run's settings by name, whichever version wrote them."""
        groups = Config.from_json(self.content["run"]["config"]).to_json()
        return {name: value for group in groups.values() for name, value in group.items()}

    @property
    def dataset(self) -> str:
        """The data set's name."""
        return self.config["dataset"]

    @property
    def method(self) -> str:
        """One of `METHODS`."""
        return self.config["method"]

    @property
    def source(self) -> str:
        """Where the pixels came from; `original` is the paper's own data."""
        return self.content["run"]["data"]["source"]

    @property
    def draw(self) -> tuple[int, ...]:
        """Class set, split and seed."""
        return tuple(self.config[name] for name in _DRAW)

    @property
    def epoch(self) -> float:
        """Passes over the training set behind the evaluated weights."""
        return self.content["epoch"]

    @property
    def warnings(self) -> list[str]:
        """The evaluation's warnings with its classifier's, each once."""
        texts = [self._at("classifier.warning"), *self.content["warnings"]]
        return list(dict.fromkeys(text for text in texts if text))

    @property
    def classifier_accuracy(self) -> float | None:
        """Of the evaluation's classifier on held-out images; None where there was none."""
        return self._at("classifier.accuracy")

    @property
    def state(self) -> str | None:
        """Whether the generator was alive, one of `health.STATES`; None in an older file."""
        return (self.content.get("health") or {}).get("state")

    @property
    def is_dead(self) -> bool:
        """Whether it was not, so that some metrics are no scores."""
        return health.is_dead(self.state)

    def score(self, metric: Metric) -> float | None:
        """Returns a metric as `number` does, and None where a dead generator makes it no score."""
        return None if metric.needs_life and self.is_dead else self.number(metric)

    def number(self, metric: Metric) -> float | None:
        """Returns a metric, or None where it was not measured or is not finite."""
        value = self._measured(metric)
        return float(value) if value is not None and math.isfinite(value) else None

    def conditions(self) -> dict[str, Any]:
        """Returns what must agree among runs that are averaged, by name.

        That is the configuration but for class set, split and seed, the epoch that was evaluated
        (with other images the same epoch is another step), and how it was evaluated. Where the
        length was asked for in steps, epochs go with the number of images, and the trained part
        of them is compared.
        """
        config = {k: v for k, v in declare.flatten(self.config).items() if k not in _NOT_COMPARED}
        # An earlier version had no weights to start from.
        settings = {"classifier_weights": None} | self.content["settings"]
        settings["classifier"] = self._at("classifier.name")
        length = {"epoch": self.epoch}
        if config.get("steps"):
            length = {"trained": self.epoch / config.pop("epochs")}
        return config | length | declare.flatten(settings, "settings.")

    def _measured(self, metric: Metric) -> Any:
        """Returns what stands at a metric's place, None where there is no such place."""
        section, key = metric.path.split(".")
        return (self.content.get(section) or {}).get(key)

    def _at(self, path: str) -> Any:
        """Returns the value at a path, None below a part that is null."""
        value: Any = self.content
        for key in path.split("."):
            value = None if value is None else value[key]
        return value


def read_results(file: Path) -> RunResults:
    """Reads one results file.

    Raises:
        UsageError: if it cannot be read, is corrupted or of another version.
    """
    return RunResults(file, read_json(file, {}, _advice(file)))
