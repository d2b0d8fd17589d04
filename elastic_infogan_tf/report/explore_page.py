"""What `explore` found, as text and as `explore.html`: one file that opens without a network."""

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.clustering.cluster import NumberCurve
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures import thumbnails
from elastic_infogan_tf.evaluation.figures.clusters import draw_cluster_count
from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.report.page import template
from elastic_infogan_tf.utils.files import write_atomically

PAGE = "explore.html"
# What the agreement with other sets says of groups, by those of eight data sets whose labels were
# seen (docs/results/real_images.md).
_LEVELS = (
    (0.8, "most images are in the right group"),
    (0.7, "some groups may be two things, or halves of one"),
    (-1.0, "the groups are not to be relied on"),
)


@dataclasses.dataclass(frozen=True, eq=False)
class TriedSet:
    """Groups of the features that were learned under one set of transforms.

    Attributes:
        name: of the set.
        kinds: of its transforms.
        labels: int64 `[n]` in `[0, K)`.
        confidence: float32 `[n]` in [0, 1], of each.
        agreement: adjusted Rand index with the groups of other sets, mean over them.
        score: what the recommended set has most of: the mean product of that index and the mutual
            information, nats.
    """

    name: str
    kinds: tuple[str, ...]
    labels: np.ndarray
    confidence: np.ndarray
    agreement: float
    score: float


@dataclasses.dataclass(frozen=True, eq=False)
class Exploration:
    """What was tried and how it compares.

    Attributes:
        number: K, of groups.
        cut: kind of cut that made them.
        curve: over other numbers of groups; None where there are too few images.
        tried: one or more sets of transforms.
        rows: int64 `[m]`, the images that baselines were made of.
        baselines: int64 `[m]` each, groups by name.
    """

    number: int
    cut: str
    curve: NumberCurve | None
    tried: Sequence[TriedSet]
    rows: np.ndarray
    baselines: Mapping[str, np.ndarray]

    @property
    def recommended(self) -> TriedSet:
        """The set that others agree with most."""
        return max(self.tried, key=lambda tried: tried.score)

    @property
    def range(self) -> str:
        """A sentence on the number of groups; empty where no others were tried."""
        if self.curve is None:
            return ""
        low, high = self.curve.likely
        bound = "; more were not tried, and may be right" if self.curve.is_bounded else ""
        return (
            f"{low} to {high} groups suit these images about as well by agreement and information; "
            f"{self.number} were made{bound}."
        )

    def describe(self, classes: np.ndarray | None) -> str:
        """Returns tables and advice for a terminal."""
        tables = [_lines(self.set_rows(classes)), _lines(self.baseline_rows(classes))]
        return "\n\n".join([*tables, "\n".join(filter(None, [self.range, *self.advice]))])

    @property
    def advice(self) -> tuple[str, str]:
        """What is recommended, and why."""
        best = self.recommended
        meaning = next(words for least, words in _LEVELS if best.agreement >= least)
        return (
            f"Recommended: the transforms {', '.join(best.kinds)} ({best.name}).",
            f"Its groups agree most with those of the other sets: {best.agreement:.2f}, where 1 is "
            f"the same groups and 0 is chance. So {meaning}.",
        )

    def set_rows(self, classes: np.ndarray | None) -> list[list[str]]:
        """Returns the table of sets, its head first.

        Args:
            classes: int `[n]`, the images' true classes; None without labels.
        """
        head = ["set", "transforms", "agreement"]
        rows = [
            [
                f"{tried.name} (recommended)" if tried is self.recommended else tried.name,
                ", ".join(tried.kinds),
                f"{tried.agreement:.3f}",
                *_scores(tried.labels, classes, self.number),
            ]
            for tried in sorted(self.tried, key=lambda tried: -tried.score)
        ]
        return _with_head(head, rows)

    def baseline_rows(self, classes: np.ndarray | None) -> list[list[str]]:
        """Returns the table of baselines, its head first, as `set_rows`."""
        chosen = self.recommended.labels[self.rows]
        classes = None if classes is None else classes[self.rows]
        head = ["groups of", "agreement with the recommended groups"]
        rows = [
            [
                name,
                f"{adjusted_rand_score(chosen, labels):.3f}",
                *_scores(labels, classes, self.number),
            ]
            for name, labels in self.baselines.items()
        ]
        return _with_head(head, rows)


def write_exploration(
    out: Path, exploration: Exploration, data: LabelledImages, title: str
) -> None:
    """Writes the page into a folder.

    Raises:
        UsageError: if it cannot be written.
    """
    curve = None
    if exploration.curve is not None:
        png = draw_cluster_count(exploration.curve, f"{title}\nhow many groups")
        curve = base64.b64encode(png).decode("ascii")
    advice, reason = exploration.advice
    page = template("explore.html.j2").render(
        heading=f"Exploring {title}",
        subheading=f"{len(data.images):,} images; no generator was trained; labels, if "
        "there are any, were used for scores alone",
        advice=advice,
        reason=reason,
        number=exploration.number,
        cut=exploration.cut,
        sets=exploration.set_rows(data.labels),
        baselines=exploration.baseline_rows(data.labels),
        range=exploration.range,
        curve=curve,
        sheets=[_sheet(exploration, tried, data) for tried in _best_first(exploration)],
    )
    write_atomically(out / PAGE, page, flag="--out")


def _best_first(exploration: Exploration) -> list[TriedSet]:
    return sorted(exploration.tried, key=lambda tried: -tried.score)


def _sheet(exploration: Exploration, tried: TriedSet, data: LabelledImages) -> thumbnails.Sheet:
    return thumbnails.sheet_of_groups(
        data,
        tried.labels,
        tried.confidence,
        exploration.number,
        title=f"Groups of the set {tried.name}",
        text=f"Transforms: {', '.join(tried.kinds)}. Agreement with the other sets: "
        f"{tried.agreement:.2f}.",
    )


def _scores(labels: np.ndarray, classes: np.ndarray | None, number: int) -> list[str]:
    """Returns accuracy and NMI with the classes as text; nothing without classes."""
    if classes is None:
        return []
    table = disentanglement.contingency_table(labels, classes, number, int(classes.max()) + 1)
    scores = disentanglement.matched_accuracy(table), disentanglement.nmi(table)
    return [f"{score:.3f}" for score in scores]


def _with_head(head: list[str], rows: list[list[str]]) -> list[list[str]]:
    with_labels = ["accuracy (labels)", "NMI (labels)"] if len(rows[0]) > len(head) else []
    return [head + with_labels, *rows]


def _lines(rows: Sequence[Sequence[str]]) -> str:
    """Returns a table as lines of a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
