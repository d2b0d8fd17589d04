"""Real images by their code, and what each number of clusters explains."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.clustering.cluster import NumberCurve
from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import (
    contingency_table,
    frequent_classes,
    frequent_shares,
)

_WHITE = 255
_GAP = 0.5  # of an image, between the most and the least confident ones
_LINE = 16  # of an image's height, a part of this is left white between two rows
_CHARACTER = 0.06  # inches of one of 7 points
_HEADER = "images (share), mean confidence"


@dataclasses.dataclass(frozen=True)
class _Layout:
    """How many clusters stand below one another, and what is shown of each.

    Attributes:
        rows: clusters of a column.
        most: the most confident images of a cluster.
        least: the least confident ones.
        side: of an image, inches.
    """

    rows: int
    most: int
    least: int
    side: float

    @property
    def image_inches(self) -> float:
        """Width of a cluster's images with the gap."""
        return (self.most + self.least + _GAP) * self.side


def draw(subject: Subject) -> bytes:
    """Draws the training images by Q's codes."""
    evidence = subject.evidence
    return draw_clusters(
        evidence.encoded.codes,
        evidence.encoded.confidences,
        evidence.data.images,
        f"{subject.title}\nreal images by Q's code",
        num_clusters=len(evidence.probabilities),
        classes=evidence.data.labels,
        class_names=evidence.data.class_names,
    )


def draw_clusters(
    labels: np.ndarray,
    confidences: np.ndarray,
    images: ImageArray,
    title: str,
    *,
    num_clusters: int,
    classes: np.ndarray | None = None,
    class_names: Sequence[str] = (),
    names: Sequence[str] | None = None,
) -> bytes:
    """Draws a row of real images per cluster, the largest cluster on top.

    A row begins with the cluster's name, how many images and which share of them it has and its
    mean confidence. Its most confident images come first, and apart from them on the right the
    least confident ones of the others, the least confident last. Of many clusters fewer images each
    are shown, in several columns. Only what is shown is read.

    Args:
        labels: int `[n]`, each image's cluster in `[0, num_clusters)`; n is 1 or more.
        confidences: float `[n]` in [0, 1].
        images: uint8 `[n, h, w, c]`, in memory or in files.
        title: says which run, which step and which source.
        num_clusters: K; an empty cluster has a row too.
        classes: int `[n]`, the images' true classes, for the majority's name and share at the end
            of each row; None where the data has no labels.
        class_names: one per class.
        names: of the clusters; None: their numbers.

    Returns:
        PNG bytes.
    """
    sizes = np.bincount(labels, minlength=num_clusters)
    order = np.argsort(-sizes, kind="stable")
    layout = _layout(num_clusters)
    columns = [order[start : start + layout.rows] for start in range(0, num_clusters, layout.rows)]
    shown_classes = style.names(class_names)
    ends = None if classes is None else majorities(labels, classes, shown_classes, num_clusters)
    shown_names = style.names(names or [str(cluster) for cluster in range(num_clusters)])
    starts = _starts(labels, confidences, sizes, shown_names)
    texts = max(map(len, starts)) + max(map(len, ends or [""]))
    width = len(columns) * (layout.image_inches + texts * _CHARACTER + 0.3)
    shape = images.shape[1:3]
    height = layout.rows * layout.side * shape[0] / shape[1] + 1.0
    with style.figure(max(width, 5), height) as figure:
        places = figure.subplots(1, len(columns), squeeze=False)[0]
        for axes, clusters in zip(places, columns, strict=True):
            rows = [
                representatives(labels, confidences, one, layout.most, layout.least)
                for one in clusters
            ]
            _draw_column(axes, images, rows, layout)
            _write(
                axes, [starts[one] for one in clusters], ends and [ends[one] for one in clusters]
            )
        figure.suptitle(style.heading(title, max(width, 5)), fontsize=9)
        return style.to_png(figure, dpi=120)


def _layout(num_clusters: int) -> _Layout:
    """Returns the layout of so many clusters: as large as the figure has room for."""
    for most_clusters, columns, most, least, side in (
        (12, 1, 12, 4, 0.5),
        (30, 1, 12, 4, 0.4),
        (80, 2, 8, 3, 0.36),
    ):
        if num_clusters <= most_clusters:
            return _Layout(-(-num_clusters // columns), most, least, side)
    return _Layout(-(-num_clusters // 4), 6, 2, 0.3)


def representatives(
    labels: np.ndarray, confidences: np.ndarray, cluster: int, most: int, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns which images stand for a cluster: the most confident, and the least of the others."""
    members = np.flatnonzero(labels == cluster)
    members = members[np.argsort(-confidences[members], kind="stable")]
    return members[:most], members[most:][-least:]


def _starts(
    labels: np.ndarray, confidences: np.ndarray, sizes: np.ndarray, names: Sequence[str]
) -> list[str]:
    sums = np.bincount(labels, weights=confidences, minlength=len(sizes))
    return [
        f"{name}: {size:,} ({size / len(labels):.1%}), {total / size:.2f}"
        if size
        else f"{name}: empty"
        for name, size, total in zip(names, sizes, sums, strict=True)
    ]


def majorities(
    labels: np.ndarray, classes: np.ndarray, names: Sequence[str], num_clusters: int
) -> list[str]:
    """Returns each cluster's most frequent class and its share, empty for an empty cluster."""
    table = contingency_table(labels, classes, num_clusters, len(names))
    found = zip(frequent_classes(table), frequent_shares(table), strict=True)
    return ["" if share is None else f"{names[best]} {share:.0%}" for best, share in found]


def _draw_column(
    axes: Axes,
    images: ImageArray,
    rows: Sequence[tuple[np.ndarray, np.ndarray]],
    layout: _Layout,
) -> None:
    """Shows the rows as one image: white where a cluster has no more images."""
    _, height, width, channels = images.shape
    line = max(1, height // _LINE)
    grid = np.full(
        (len(rows), layout.most + layout.least, height + line, width, channels), _WHITE, np.uint8
    )
    for place, (most, least) in enumerate(rows):
        if len(most):
            grid[place, : len(most), :height] = images[most]
        if len(least):
            grid[place, layout.most : layout.most + len(least), :height] = images[least]
    shown = style.tile(grid.reshape(-1, height + line, width, channels), len(rows))
    middle = layout.most * width
    gap = np.full((len(shown), round(_GAP * width), channels), _WHITE, np.uint8)
    style.show(axes, np.concatenate([shown[:, :middle], gap, shown[:, middle:]], axis=1))
    axes.set_xticks(
        [middle / 2, middle + gap.shape[1] + layout.least * width / 2],
        ["most confident", "least"],
        fontsize=7,
    )
    axes.set_yticks(np.arange(len(rows)) * (height + line) + height / 2)


def _write(axes: Axes, starts: Sequence[str], ends: Sequence[str] | None) -> None:
    """Writes beside the rows what they are."""
    axes.set_yticks(axes.get_yticks(), starts, fontsize=7)
    axes.tick_params(length=0)
    axes.set_title(_HEADER, fontsize=7, loc="left")
    axes.spines[:].set_visible(False)
    if ends is not None:
        right = axes.secondary_yaxis("right")
        right.set_yticks(axes.get_yticks(), ends, fontsize=7)
        right.tick_params(length=0)
        right.spines[:].set_visible(False)


def draw_cluster_count(curve: NumberCurve, title: str) -> bytes:
    """Draws three panels over the number of clusters, the recommended one marked.

    Args:
        curve: over the numbers.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    counts, recommended = curve.numbers, curve.recommended
    panels = (
        ("mutual information\nin the graph, nats", curve.mutual_information),
        ("gain per added\ncluster, nats", curve.gain),
        ("agreement", curve.agreement),
    )
    with style.figure(7, 6.5) as figure:
        places = figure.subplots(len(panels), 1, sharex=True)
        for axes, (name, values) in zip(places, panels, strict=True):
            axes.plot(counts, values, ".-", markersize=6)
            axes.axvline(recommended, color="tab:red", linewidth=1, linestyle="--")
            axes.set_ylabel(name, fontsize=8)
            axes.grid(alpha=0.3)
        places[1].axhline(0, color="gray", linewidth=0.8, linestyle=":")
        places[-1].set_xlabel("number of clusters")
        places[-1].xaxis.get_major_locator().set_params(integer=True)
        (height,) = curve.mutual_information[counts == recommended]
        places[0].plot(recommended, height, "o", color="tab:red")
        places[0].annotate(
            f"recommended: {recommended}",
            (recommended, height),
            textcoords="offset points",
            xytext=(6, -12),
            fontsize=8,
            color="tab:red",
        )
        figure.suptitle(style.heading(title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
