"""What is said of a metric: one row of the table of them."""

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

PAPER, OTHER = "paper", "other"  # the paper's tables, and the table of what the paper lacks
SCORE, SIGN = "score", "sign"  # taken every so many epochs, and at every one without labels


@dataclasses.dataclass(frozen=True)
class Metric:
    """One row.

    A row without `computes` is a part of the evidence as it is. What is no number, such as the
    contingency table, has no title and stands in `results.json` alone.

    Attributes:
        path: where `results.json` has it, a part and a key joined by a dot.
        of: what it is computed of: names of other rows, or parts of `evaluation.evidence.Evidence`.
            Where one is None the metric is None, and those after it are not got ready.
        computes: the function of those, or where it is: `module:function`, the module in
            `evaluation.metrics` or written in full.
        name: in CSV files, TensorBoard and the published results; the path's key if not given.
        title: for people; empty: it is no number.
        unit: of it, where it has one.
        note: what else a reader has to know, as which way is better.
        good: a sentence on what a good value is, and what a useless one.
        decimals: digits that are shown.
        most: the greatest value there can be; None: there is no bound. The least is 0.
        line: the line of the printed summary where it stands; empty: in none.
        table: which table shows it, `PAPER` or `OTHER`; empty: none.
        taken: whether a training takes it, as a `SCORE` or as a `SIGN` of life; empty: neither.
            The paper's metrics and scores have a panel in the curves over epochs.
        needs_life: whether it says nothing where the generator is dead.
    """

    path: str
    of: tuple[str, ...]
    computes: str | Callable[..., Any] = ""
    name: str = ""
    title: str = ""
    unit: str = ""
    note: str = ""
    good: str = ""
    decimals: int = 4
    most: float | None = None
    line: str = ""
    table: str = ""
    taken: str = ""
    needs_life: bool = False

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.path.split(".")[-1])

    @property
    def is_number(self) -> bool:
        """Whether it is a number, which tables, summary and curves can show."""
        return bool(self.title)

    @property
    def reading(self) -> str:
        """Its unit and what else a reader has to know."""
        return ", ".join(filter(None, (self.unit, self.note)))

    @property
    def function(self) -> Callable[..., Any]:
        """What computes it; loaded when it is needed, because tables only read its results."""
        if not self.computes:
            return _as_it_is
        if callable(self.computes):
            return self.computes
        module, name = self.computes.split(":")
        if "." not in module:
            module = f"{__package__}.{module}"
        return getattr(importlib.import_module(module), name)

    def show(self, value: float | None) -> str:
        """Returns a value with its digits, or `-` for None."""
        return "-" if value is None else f"{value:.{self.decimals}f}"


def _as_it_is(value: Any) -> Any:
    return value
