"""All measures of a model: their names, where `results.json` has them, and what computes them."""

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

PAPER, OTHER = "paper", "other"  # the paper's tables, and the table of what the paper lacks


@dataclasses.dataclass(frozen=True)
class Measure:
    """One row.

    A row without `computes` is a part of the evidence as it is. What is no number, such as the
    contingency table, has no title and stands in `results.json` alone.

    Attributes:
        path: where `results.json` has it, a part and a key joined by a dot.
        of: what it is computed of: names of other rows, or parts of `evaluation.evidence.Evidence`.
            Where one is None the measure is None, and those after it are not got ready.
        computes: the function of those, or where it is: `module:function`, the module in
            `evaluation.measures` or written in full.
        name: in CSV files, TensorBoard and the published results; the path's key if not given.
        title: for people; empty: it is no number.
        better: `higher`, `lower`, or empty where neither is.
        unit: of it, where it has one.
        note: what else a reader has to know.
        decimals: digits that are shown.
        most: the greatest value there can be; None: there is no bound. The least is 0.
        line: the line of the printed summary where it stands; empty: in none.
        table: which table shows it, `PAPER` or `OTHER`; empty: none.
        is_curve: whether it has a panel in the curves over epochs.
        is_scored: whether it is taken while a model trains, every so many epochs.
        is_sign: whether it is a sign of life, taken at every epoch without labels.
        needs_life: whether it says nothing where the generator is dead.
    """

    path: str
    of: tuple[str, ...]
    computes: str | Callable[..., Any] = ""
    name: str = ""
    title: str = ""
    better: str = ""
    unit: str = ""
    note: str = ""
    decimals: int = 4
    most: float | None = None
    line: str = ""
    table: str = ""
    is_curve: bool = False
    is_scored: bool = False
    is_sign: bool = False
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
        """Its unit and which way is good, for people."""
        parts = (self.unit, self.note, self.better and f"{self.better} is better")
        return ", ".join(filter(None, parts))

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


_QUALITY: dict[str, Any] = {
    "note": "on the classifier's features",
    "better": "lower",
    "line": "their quality",
    "table": OTHER,
}

_SIGN: dict[str, Any] = {"decimals": 2, "line": "signs of life", "is_sign": True}

MEASURES = (
    Measure(
        "generated.nmi",
        ("contingency",),
        "disentanglement:nmi",
        title="NMI",
        better="higher",
        most=1.0,
        line="generated images",
        table=PAPER,
        is_curve=True,
        is_scored=True,
        needs_life=True,
    ),
    Measure(
        "generated.ent",
        ("contingency",),
        "disentanglement:ent",
        title="ENT",
        unit="nats",
        better="lower",
        line="generated images",
        table=PAPER,
        is_curve=True,
        is_scored=True,
        needs_life=True,
    ),
    Measure(
        "generated.missing_classes",
        ("contingency",),
        "disentanglement:missing_classes",
        title="classes never generated",
        better="lower",
        decimals=0,
        line="generated images",
    ),
    Measure(
        "generated.frechet_distance_classifier",
        ("sample_features", "drawn_features"),
        "quality:frechet_distance",
        title="Frechet distance",
        decimals=2,
        **_QUALITY,
    ),
    Measure(
        "generated.kid_classifier",
        ("sample_features", "drawn_features", "seed"),
        "quality:kernel_distance",
        title="KID",
        **_QUALITY,
    ),
    Measure(
        "generated.relative_diversity",
        ("generated_features", "codes", "sample_features", "sample_labels", "matched"),
        "quality:relative_diversity",
    ),
    Measure(
        "generated.mean_relative_diversity",
        ("relative_diversity",),
        "quality:mean_relative_diversity",
        title="relative diversity",
        note="1 is as varied as the real classes",
        decimals=3,
        line="their quality",
        table=OTHER,
    ),
    Measure("generated.class_names", ("contingency_classes",)),
    Measure("generated.contingency", ("contingency",)),
    Measure(
        "q.nmi",
        ("q_contingency",),
        "disentanglement:nmi",
        name="q_nmi",
        title="Q's NMI",
        better="higher",
        most=1.0,
        line="Q on real images",
    ),
    Measure(
        "q.ari",
        ("labels", "q_codes"),
        "disentanglement:adjusted_rand_index",
        name="q_ari",
        title="Q's ARI",
        better="higher",
        most=1.0,
        line="Q on real images",
    ),
    Measure(
        "q.matched_accuracy",
        ("q_contingency",),
        "disentanglement:matched_accuracy",
        name="q_matched_accuracy",
        title="Q's matched accuracy",
        better="higher",
        most=1.0,
        line="Q on real images",
        table=OTHER,
    ),
    Measure(
        "one_nn.accuracy",
        ("labels", "neighbours"),
        "neighbours:accuracy",
        name="one_nn",
        title="1-NN accuracy",
        better="higher",
        most=1.0,
        line="nearest neighbours",
        table=PAPER,
        is_curve=True,
    ),
    Measure(
        "one_nn.random_q_accuracy",
        ("labels", "random_neighbours"),
        "neighbours:accuracy",
        name="random_q_one_nn",
        title="with a Q of random weights",
        most=1.0,
        line="nearest neighbours",
    ),
    Measure(
        "one_nn.queries",
        ("labels", "neighbours"),
        "neighbours:labelled_queries",
        title="queries",
        decimals=0,
        line="nearest neighbours",
    ),
    Measure("prior.probabilities", ("probabilities",), name="prior"),
    Measure("prior.matched_classes", ("matched",)),
    Measure("prior.true_proportions", ("true_proportions",)),
    Measure(
        "prior.total_variation",
        ("matched", "probabilities", "true_proportions"),
        "disentanglement:total_variation",
        name="prior_total_variation",
        title="prior's total variation",
        better="lower",
        most=1.0,
        line="prior and truth",
        table=OTHER,
        is_curve=True,
        is_scored=True,
    ),
    Measure(
        "prior.rmse",
        ("matched", "probabilities", "true_proportions"),
        "disentanglement:prior_rmse",
        name="prior_rmse",
        title="prior's RMSE",
        better="lower",
        most=1.0,
        line="prior and truth",
    ),
    Measure(
        "health.pixel_spread",
        ("few_generated", "few_real"),
        "health:spread_ratio",
        title="pixel spread",
        note="generated over real",
        **_SIGN,
    ),
    Measure(
        "health.mean_difference",
        ("few_generated", "few_real"),
        "health:mean_difference",
        title="difference of mean pixels",
        **_SIGN,
    ),
    Measure(
        "health.information_share",
        ("few_code_losses", "probabilities"),
        "health:information_share",
        title="information loss over log K",
        **_SIGN,
    ),
    Measure(
        "health.code_diversity",
        ("few_generated", "few_codes", "few_real", "few_real_codes"),
        "health:code_diversity",
        title="pixel spread within a code",
        note="generated over real",
        **_SIGN,
    ),
    Measure(
        "health.unused_codes",
        ("few_real_codes", "probabilities"),
        "health:unused_codes",
        title="codes of no real image",
        unit="codes",
        **_SIGN | {"decimals": 0},
    ),
)


def named(name: str) -> Measure:
    """Returns the row of a name."""
    return next(row for row in MEASURES if row.name == name)


def numbers() -> tuple[Measure, ...]:
    """Returns the rows that are numbers."""
    return tuple(row for row in MEASURES if row.is_number)


def in_table(table: str) -> tuple[Measure, ...]:
    """Returns the rows of `PAPER`'s tables or of the `OTHER` one."""
    return tuple(row for row in MEASURES if row.table == table)


def curves() -> tuple[Measure, ...]:
    """Returns the rows that are drawn over epochs."""
    return tuple(row for row in MEASURES if row.is_curve)


def scored() -> tuple[Measure, ...]:
    """Returns the rows that are measured while a model trains."""
    return tuple(row for row in MEASURES if row.is_scored)


def signs() -> tuple[Measure, ...]:
    """Returns the rows that are signs of life."""
    return tuple(row for row in MEASURES if row.is_sign)
