"""One evaluation of one run, as `results.json` tells it, and in what several of them differ."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.measures import health
from elastic_infogan_tf.evaluation.measures import table as measures
from elastic_infogan_tf.evaluation.measures.table import Measure
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config

VERSION = 1

_ABSENT = "(absent)"
_NUMBER = (int, float, NoneType)  # null where it was not measured
# All that is read here and by tables and curves, but for the measures: an older file lacks some.
_SCHEMA: Mapping[str, type | tuple[type, ...]] = {
    "run.config": dict,
    "run.data.source": str,
    "step": int,
    "epoch": (int, float),
    "settings": dict,
    "classifier.name": (str, NoneType),
    "classifier.accuracy": _NUMBER,
    "classifier.warning": (str, NoneType),
    "warnings": list,
}
# What makes runs of one experiment independent draws; the run's images follow from it.
_DRAW = ("class_set", "split", "seed")
# `source` is how the data was asked for; what it resolved to is `run.data.source`.
_NOT_COMPARED = (*_DRAW, "source")


@dataclasses.dataclass(frozen=True)
class RunResults:
    """The content of one results file.

    Args:
        file: where it came from, for messages.
        content: its JSON value.

    Raises:
        UsageError: if the content is damaged or of another version.
    """

    file: Path
    content: Mapping[str, Any]

    def __post_init__(self) -> None:
        version = self.content.get("version") if isinstance(self.content, dict) else None
        if version != VERSION:
            raise unusable(self.file, f"has version {version}, where {VERSION} is needed")
        for path, kind in _SCHEMA.items():
            try:
                value = self._at(path)
            except (KeyError, TypeError) as error:
                raise unusable(self.file, f"is damaged: it has no {path}") from error
            if not isinstance(value, kind):
                raise unusable(self.file, f"is damaged: its {path} is {value!r}")
        for row in measures.numbers():
            value = self._measured(row)
            if not isinstance(value, _NUMBER):
                raise unusable(self.file, f"is damaged: its {row.path} is {value!r}")
        try:
            self.config  # noqa: B018 (read once, and kept)
        except (UsageError, ValueError, TypeError, KeyError) as error:
            raise unusable(self.file, f"has settings that cannot be read ({error})") from error

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.file.parent

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
        """Whether it was not, so that some measures are no scores."""
        return health.is_dead(self.state)

    def score(self, measure: Measure) -> float | None:
        """Returns a measure as `number` does, and None where a dead generator makes it no score."""
        return None if measure.needs_life and self.is_dead else self.number(measure)

    def number(self, measure: Measure) -> float | None:
        """Returns a measure, or None where it was not measured or is not finite."""
        value = self._measured(measure)
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

    def _measured(self, measure: Measure) -> Any:
        """Returns what stands at a measure's place, None where there is no such place."""
        section, key = measure.path.split(".")
        fields = self.content.get(section)
        if fields is None:
            return None
        if not isinstance(fields, Mapping):
            raise unusable(self.file, f"is damaged: its {section} is {fields!r}")
        return fields.get(key)

    def _at(self, path: str) -> Any:
        """Returns the value at a path, None below a part that is null."""
        value: Any = self.content
        for key in path.split("."):
            value = None if value is None else value[key]
        return value


Differences = dict[str, list[tuple[Any, RunResults]]]


def differences(
    runs: Sequence[RunResults], compares: Callable[[str], bool] = lambda name: True
) -> Differences:
    """Returns in which conditions runs differ.

    Args:
        runs: one or more.
        compares: which conditions to look at, by name; all of them by default.

    Returns:
        By name of the condition, each value with the first run that has it.
    """
    conditions = [run.conditions() for run in runs]
    names = dict.fromkeys(name for fields in conditions for name in fields)
    found: Differences = {}
    for name in filter(compares, names):
        values: list[tuple[Any, RunResults]] = []
        for run, fields in zip(runs, conditions, strict=True):
            value = fields.get(name, _ABSENT)
            if all(value != known for known, _ in values):
                values.append((value, run))
        if len(values) > 1:
            found[name] = values
    return found


def describe(found: Differences) -> str:
    """Returns `differences` for people, as in `base_channels (16, 64), epoch (8, 12)`."""
    return ", ".join(
        f"{name} ({', '.join(str(value) for value, _ in values)})" for name, values in found.items()
    )


def unusable(file: Path, reason: str) -> UsageError:
    """Returns the error for a results file that is missing, damaged or of another version."""
    return UsageError(
        f"{file} {reason}; evaluate the run again: "
        f"python -m elastic_infogan_tf.evaluate --model_dir={file.parent}"
    )
