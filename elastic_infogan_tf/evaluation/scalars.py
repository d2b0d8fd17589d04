"""What the numbers are that a training logs, by their names.

A train step that returns `something_loss` has it in the progress bar, in the charts and in
TensorBoard without another word; `metrics.csv` has every number under its plain name.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from elastic_infogan_tf.evaluation.measures import table

_WORD, _CUT = 5, 4  # letters of a word that the progress bar leaves whole, and of a longer one


@dataclasses.dataclass(frozen=True)
class Kind:
    """What numbers of one kind have in common.

    Attributes:
        ending: of their names.
        group: heading in TensorBoard.
        panel: label of their panel in the charts; empty: they are in none.
        short: what the progress bar says in the place of the ending.
        in_bar: whether the progress bar shows them.
    """

    ending: str
    group: str
    panel: str = ""
    short: str = ""
    in_bar: bool = False


_KINDS = (
    Kind("_loss", "losses", "losses, nats", in_bar=True),
    Kind("_kl", "losses", "losses, nats", short=" KL", in_bar=True),
    Kind("_entropy", "prior", "entropy, nats", short=" H", in_bar=True),
    Kind("_accuracy", "discriminator", "accuracy"),
    Kind("loss", "losses"),  # the sum of all, which says whether one of them is not finite
    Kind("_per_second", "speed"),
    Kind("", "other"),
)
# Of the parts of `results.json` whose measures have a heading of their own in TensorBoard.
_GROUPS = {"prior": "prior", "health": "health"}


def kind_of(name: str) -> Kind:
    """Returns the kind of a number: that of a measure, or the one that its name's ending says."""
    rows = (*table.scored(), *table.signs())
    measure = next((row for row in rows if row.name == name), None)
    if measure is None:
        return next(kind for kind in _KINDS if name.endswith(kind.ending))
    group = _GROUPS.get(measure.path.split(".")[0], "scores")
    heading = "signs of life" if measure.is_sign else "scores"
    return Kind(name, group, ", ".join(filter(None, (heading, measure.unit))))


def tag(name: str) -> str:
    """Returns what a number is called in TensorBoard: its group and its name."""
    return f"{kind_of(name).group}/{name}"


def in_bar(numbers: Mapping[str, float]) -> dict[str, str]:
    """Returns what the progress bar shows of numbers, each by a short name."""
    shown: dict[str, str] = {}
    for name, value in numbers.items():
        kind = kind_of(name)
        if kind.in_bar:
            words = name.removesuffix(kind.ending).replace("_", " ")
            short = (words if len(words) <= _WORD else words[:_CUT]) + kind.short
            shown[name if short in shown else short] = f"{value:.2f}"
    return shown


def panels(names: Iterable[str]) -> dict[str, list[str]]:
    """Returns which numbers stand together in a panel, by the panel's label."""
    shown: dict[str, list[str]] = {}
    for name in names:
        panel = kind_of(name).panel
        if panel:
            shown.setdefault(panel, []).append(name)
    return shown
