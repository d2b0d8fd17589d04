"""What is written and printed of pictures in groups: a table of files, a summary, figures."""

import csv
import dataclasses
import functools
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures import gallery
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters
from elastic_infogan_tf.evaluation.measures import disentanglement, shares
from elastic_infogan_tf.evaluation.sorting import TRANSFORMS, Sorting
from elastic_infogan_tf.run.group_names import GroupNames
from elastic_infogan_tf.text import cell, path_cell, plain

COLUMNS = ("file", "group", "probability", "second_group", "margin", "outlier_score")
_MOST_CELLS = 400  # of a contingency table that is printed
_SHOWN = gallery.COLUMNS * gallery.ROWS


@dataclasses.dataclass(frozen=True, eq=False)
class Groups:
    """Pictures in groups.

    Attributes:
        data: the `n` pictures that could be read.
        sorting: of them.
        names: of the G groups.
        left_out: files that cannot be read.
        seed: of the bootstrap.
        min_probability: of the group of a picture that is not unsure, in [0, 1].
    """

    data: LabelledImages
    sorting: Sorting
    names: GroupNames
    left_out: tuple[str, ...] = ()
    seed: int = 0
    min_probability: float = 0.0

    @property
    def is_unsure(self) -> np.ndarray:
        """Which pictures may be of another group, bool `[n]`."""
        return self.sorting.probabilities < self.min_probability

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """Of the pictures; where they have none, their places in the data."""
        return self.data.files or tuple(map(str, self.sorting.rows))

    @functools.cached_property
    def counts(self) -> np.ndarray:
        """Pictures of each group, int64 `[G]`."""
        return np.bincount(self.sorting.groups, minlength=len(self.names.names))

    @functools.cached_property
    def intervals(self) -> np.ndarray:
        """Within which the shares are, float64 `[G, 2]`."""
        return shares.share_intervals(self.counts, self.seed)

    @functools.cached_property
    def contingency(self) -> np.ndarray | None:
        """Pictures by group and class, int64 `[G, classes]`; None without labels."""
        if self.data.labels is None:
            return None
        shape = len(self.names.names), len(self.data.class_names)
        return disentanglement.contingency_table(self.sorting.groups, self.data.labels, *shape)

    def agreement(self, group: int | None = None) -> float | None:
        """Returns how often a transform is in its picture's group, of one group or of all."""
        found = self.sorting
        groups = found.groups[found.sample]
        chosen = np.ones(len(groups), bool) if group is None else groups == group
        return shares.agreement(groups[chosen], found.transform_groups[chosen])


def to_csv(groups: Groups) -> str:
    """Returns a line per picture, sorted by file; probabilities and scores with 4 decimals."""
    text, found, names = io.StringIO(), groups.sorting, groups.names.names
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows: Sequence[int] = range(len(found.rows))
    if groups.data.files is not None:
        rows = sorted(rows, key=groups.files.__getitem__)
    for row in rows:
        numbers = found.margins[row], found.outlier_scores[row]
        first, second = names[found.groups[row]], names[found.second_groups[row]]
        probability, margin, score = (f"{x:.4f}" for x in (found.probabilities[row], *numbers))
        path = path_cell(groups.files[row])
        writer.writerow([path, cell(first), probability, cell(second), margin, score])
    return text.getvalue()


def summary(groups: Groups) -> dict[str, Any]:
    """Returns what is known of the groups, JSON types, the largest group first."""
    found = groups.sorting
    return {
        "source": groups.data.source,
        "images": len(found.rows),
        "left_out": list(groups.left_out),
        "unsure": {
            "min_probability": groups.min_probability,
            "images": int(groups.is_unsure.sum()),
        },
        "groups": [_group(groups, int(one)) for one in np.argsort(-groups.counts, kind="stable")],
        "share_interval": {
            "level": shares.LEVEL,
            "method": "percentile bootstrap over images",
            "resamples": shares.RESAMPLES,
        },
        "transform_agreement": {
            "share": groups.agreement(),
            "images": len(found.sample),
            "transforms_each": TRANSFORMS,
        },
        "labels": _labels(groups),
    }


def _group(groups: Groups, group: int) -> dict[str, Any]:
    found, count = groups.sorting, int(groups.counts[group])
    low, high = groups.intervals[group]
    members = found.groups == group
    return {
        "group": groups.names.names[group],
        "codes": groups.names.codes(group),
        "images": count,
        "share": count / len(found.rows),
        "share_low": float(low),
        "share_high": float(high),
        "mean_probability": float(found.probabilities[members].mean()) if count else None,
        "transform_agreement": groups.agreement(group),
    }


def _labels(groups: Groups) -> dict[str, Any] | None:
    """Returns how the groups compare with labels, where there are some."""
    table = groups.contingency
    if table is None:
        return None
    return {
        "purity": disentanglement.purity(table),
        "nmi": disentanglement.nmi(table),
        "ari": disentanglement.adjusted_rand_index(groups.data.labels, groups.sorting.groups),
        "groups": list(groups.names.names),
        "classes": list(groups.data.class_names),
        "contingency": table.tolist(),
    }


def as_text(found: dict[str, Any], groups: Groups) -> str:
    """Returns a summary for the terminal."""
    rows: list[tuple[str, ...]] = [
        ("group", "images", "share", "95 % interval", "probability", "transforms agree")
    ]
    rows += [_line(one) for one in found["groups"]]
    agreement = found["transform_agreement"]
    lines = [
        f"sorted: {found['images']} images, source: {plain(found['source'])}",
        *_columns(rows),
        f"{agreement['share']:.1%} of the transforms of {agreement['images']} images are in the "
        "group of their image (near 100 % is good)",
    ]
    if found["labels"]:
        measures = (
            f"{name} {found['labels'][name.lower()]:.4f}" for name in ("purity", "NMI", "ARI")
        )
        lines += [f"with the labels: {', '.join(measures)}", *_contingency_lines(groups)]
    return "\n".join(lines)


def _line(one: dict[str, Any]) -> tuple[str, ...]:
    interval = f"{one['share_low']:.1%} to {one['share_high']:.1%}"
    mean, agreement = one["mean_probability"], one["transform_agreement"]
    return (
        plain(one["group"]),
        str(one["images"]),
        f"{one['share']:.1%}",
        interval,
        "-" if mean is None else f"{mean:.3f}",
        "-" if agreement is None else f"{agreement:.1%}",
    )


def _contingency_lines(groups: Groups) -> list[str]:
    table = groups.contingency
    if table.size > _MOST_CELLS:
        return [f"the table of {len(table)} groups and {table.shape[1]} classes is in summary.json"]
    rows = [("images", *map(plain, groups.data.class_names))]
    for group in np.argsort(-groups.counts, kind="stable"):
        rows.append((plain(groups.names.names[group]), *map(str, table[group])))
    return _columns(rows)


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Returns rows as lines, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def draw(groups: Groups, title: str) -> dict[str, bytes]:
    """Returns the figures as PNG bytes by name; only the pictures that are shown are read.

    Args:
        groups: what to draw.
        title: says which run and which source.
    """
    found, data = groups.sorting, groups.data
    least = np.argsort(found.margins, kind="stable")[:_SHOWN]
    unusual = np.argsort(-found.outlier_scores, kind="stable")[:_SHOWN]
    names = groups.names.names
    least_captions = [
        f"{_file(groups, row)}\n{names[found.groups[row]]} {found.probabilities[row]:.2f}\n"
        f"{names[found.second_groups[row]]} {found.second_probabilities[row]:.2f}"
        for row in least
    ]
    unusual_captions = [
        f"{_file(groups, row)}\n{names[found.groups[row]]}\n{found.outlier_scores[row]:.2f}"
        for row in unusual
    ]
    return {
        "groups": draw_clusters(
            found.groups,
            found.probabilities,
            data.images,
            f"{title}\nreal images by group",
            num_clusters=len(names),
            classes=data.labels,
            class_names=data.class_names,
            names=names,
        ),
        "least_certain": gallery.draw_gallery(
            data.images[least],
            least_captions,
            f"{title}\nleast certain first: file, group and second group with their probabilities",
        ),
        "outliers": gallery.draw_gallery(
            data.images[unusual],
            unusual_captions,
            f"{title}\nmost unusual first: file, group, outlier score (about 1 is usual)",
        ),
    }


def _file(groups: Groups, row: int) -> str:
    return groups.files[row].rpartition("/")[2]
