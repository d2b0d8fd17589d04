"""What the numbers are that a training logs, by their names.

A train step that returns `something_loss` has it in the progress bar, in the charts and in
TensorBoard without another word; `metrics.csv` has every number under its plain name.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from elastic_infogan_tf.evaluation.metrics import metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import SCORE, SIGN

_WORD, _CUT = 5, 4  # letters of a word that the progress bar leaves whole, and of a longer one


class Kind(NamedTuple):
    """What numbers of one kind have in common."""

    ending: str  # of their names
    group: str  # heading in TensorBoard
    panel: str = ""  # label of their panel in the charts; empty: they are in none
    short: str | None = None  # what the progress bar says instead of the ending; None: it has none


_KINDS = (
    Kind("_loss", "losses", "losses, nats", short=""),
    Kind("_kl", "losses", "losses, nats", short=" KL"),
    Kind("_entropy", "prior", "entropy, nats", short=" H"),
    Kind("_accuracy", "discriminator", "accuracy"),
    Kind("loss", "losses"),  # the sum of all, which says whether one of them is not finite
    Kind("_per_second", "speed"),
    Kind("", "other"),
)
_MOST_LINES = 40  # codes that a chart can show; of more nothing would be seen


def kind_of(name: str) -> Kind:
    """Returns the kind of a number: that of a metric, or the one that its name's ending says."""
    for metric in metric_table.taken(SCORE, SIGN):
        if metric.name == name:
            section, _ = metric.path.split(".")
            group = section if section in ("prior", "health") else "scores"
            heading = "signs of life" if metric.taken == SIGN else "scores"
            return Kind(name, group, ", ".join(filter(None, (heading, metric.unit))))
    return next(kind for kind in _KINDS if name.endswith(kind.ending))


def tag(name: str) -> str:
    """Returns what a number is called in TensorBoard: its group and its name."""
    return f"{kind_of(name).group}/{name}"


def result_tag(name: str) -> str:
    """Returns what a metric is called in TensorBoard as an evaluation took it, of all images."""
    return f"results/{name}"


def probability_tags(num_codes: int) -> list[str]:
    """Returns what the prior's probability of each code is called in TensorBoard.

    Empty where there are more codes than a chart can show.
    """
    if num_codes > _MOST_LINES:
        return []
    return [f"prior/probability_{code:02d}" for code in range(num_codes)]


def charts(num_codes: int) -> dict[str, dict[str, list[str]]]:
    """Returns which numbers stand together in TensorBoard's custom scalars.

    By group and by the chart's title, patterns of tags.
    """
    patterns: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind in filter(lambda kind: kind.panel, _KINDS):
        patterns[kind.group][kind.panel].append(f"{kind.group}/.*{kind.ending}$")
    if tags := probability_tags(num_codes):
        patterns["prior"]["probability of each code"] = [f"{name}$" for name in tags]
    for row in metric_table.taken(SCORE, SIGN):
        kind = kind_of(row.name)
        # A score has a chart of its own, called by its title; signs of life are looked at together.
        title = kind.panel if row.taken == SIGN else ", ".join(filter(None, (row.title, row.unit)))
        patterns[kind.group][title].append(f"{tag(row.name)}$")
    return patterns


def in_bar(numbers: Mapping[str, float]) -> dict[str, str]:
    """Returns what the progress bar shows of numbers, each by a short name."""
    shown: dict[str, str] = {}
    for name, value in numbers.items():
        kind = kind_of(name)
        if kind.short is not None:
            words = name.removesuffix(kind.ending).replace("_", " ")
            short = (words if len(words) <= _WORD else words[:_CUT]) + kind.short
            shown[name if short in shown else short] = f"{value:.2f}"
    return shown
