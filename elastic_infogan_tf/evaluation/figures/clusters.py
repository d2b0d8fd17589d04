"""Real images by their code, and what each number of clusters explains."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.clustering.cluster import NumberCurve
from elastic_infogan_tf.data.labelled_images import ImageArray, LabelledImages
from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import (
    contingency_table,
    frequent_classes,
    frequent_shares,
)

_GAP = 0.5  # of an image, between the most and the least confident ones
_LINE = 16  # of an image's height, a part of this is left white between two rows
_CHARACTER = 0.06  # inches of one of 7 points


class _Layout(NamedTuple):
    """What is shown of so many clusters: as much as the figure has room for."""

    clusters: float  # at most
    columns: int
    most: int  # the most confident images of a cluster
    least: int  # the least confident ones
    side: float  # of an image, inches


_LAYOUTS = (
    _Layout(12, 1, 12, 4, 0.5),
    _Layout(30, 1, 12, 4, 0.4),
    _Layout(80, 2, 8, 3, 0.36),
    _Layout(np.inf, 4, 6, 2, 0.3),
)


def draw(subject: Subject) -> bytes:
    """Draws the training images by Q's codes."""
    evidence = subject.evidence
    title = f"{subject.title}\nreal images by Q's code"
    encoded, count = evidence.encoded, len(evidence.probabilities)
    return draw_clusters(evidence.data, encoded.codes, encoded.confidences, count, title)


def draw_clusters(
    data: LabelledImages,
    clusters: np.ndarray,
    confidences: np.ndarray,
    num_clusters: int,
    title: str,
    names: Sequence[str] | None = None,
) -> bytes:
    """Draws a row of real images per cluster, the largest cluster on top.

    A row begins with the cluster's name, how many images and which share of them it has and its
    mean confidence. Its most confident images come first, and apart from them on the right the
    least confident ones of the others, the least confident last. With labels the row ends with the
    most frequent class and its share. Of many clusters fewer images each are shown, in several
    columns.

    Args:
        data: n images, 1 or more; only what is shown is read.
        clusters: int `[n]`, each image's in `[0, num_clusters)`.
        confidences: float `[n]` in [0, 1].
        num_clusters: K; an empty cluster has a row too.
        title: says which run, which step and which source.
        names: of the clusters; None: their numbers.

    Returns:
        PNG bytes.
    """
    layout = next(layout for layout in _LAYOUTS if num_clusters <= layout.clusters)
    rows = -(-num_clusters // layout.columns)
    sizes = np.bincount(clusters, minlength=num_clusters)
    order = np.argsort(-sizes, kind="stable")
    columns = [order[start : start + rows] for start in range(0, num_clusters, rows)]
    names = style.names(names or [str(cluster) for cluster in range(num_clusters)])
    sums = np.bincount(clusters, weights=confidences, minlength=num_clusters)
    starts = [
        f"{name}: {size:,} ({size / len(clusters):.1%}), {total / size:.2f}"
        if size
        else f"{name}: empty"
        for name, size, total in zip(names, sizes, sums, strict=True)
    ]
    ends = majorities(data, style.names(data.class_names), clusters, num_clusters)
    texts = max(map(len, starts)) + max(map(len, ends))
    inches = (layout.most + layout.least + _GAP) * layout.side + texts * _CHARACTER + 0.3
    width = max(len(columns) * inches, 5)
    shape = data.images.shape[1:3]
    height = rows * layout.side * shape[0] / shape[1] + 1.0
    with style.figure(width, height) as figure:
        panels = figure.subplots(1, len(columns), squeeze=False)[0]
        for axes, shown in zip(panels, columns, strict=True):
            chosen = [
                representatives(clusters, confidences, cluster, layout.most, layout.least)
                for cluster in shown
            ]
            middles = _draw_column(axes, data.images, chosen, layout)
            _name_rows(axes, middles, [starts[cluster] for cluster in shown])
            if data.labels is not None:
                right = axes.secondary_yaxis("right")
                _name_rows(right, middles, [ends[cluster] for cluster in shown])
        figure.suptitle(style.heading(title, width), fontsize=9)
        return style.to_png(figure, dpi=120)


def representatives(
    clusters: np.ndarray, confidences: np.ndarray, cluster: int, most: int, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns which images stand for a cluster: the most confident, and the least of the others."""
    members = np.flatnonzero(clusters == cluster)
    members = members[np.argsort(-confidences[members], kind="stable")]
    return members[:most], members[most:][-least:]


def majorities(
    data: LabelledImages, names: Sequence[str], clusters: np.ndarray, num_clusters: int
) -> list[str]:
    """Returns each cluster's most frequent class and its share; empty for none, without labels."""
    if data.labels is None:
        return [""] * num_clusters
    table = contingency_table(clusters, data.labels, num_clusters, len(names))
    pairs = zip(frequent_classes(table), frequent_shares(table), strict=True)
    return ["" if share is None else f"{names[best]} {share:.0%}" for best, share in pairs]


def _draw_column(
    axes: Axes, images: ImageArray, rows: Sequence[tuple[np.ndarray, np.ndarray]], layout: _Layout
) -> np.ndarray:
    """Shows the rows as one image, white where there are no more; returns the rows' middles."""
    _, height, width, channels = images.shape
    line = max(1, height // _LINE)
    count = layout.most + layout.least
    grid = style.blank(len(rows) * count, height + line, width, channels)
    for row, (most, least) in enumerate(rows):
        for start, chosen in ((row * count, most), (row * count + layout.most, least)):
            if len(chosen):
                grid[start : start + len(chosen), :height] = images[chosen]
    end, gap = layout.most * width, round(_GAP * width)
    style.show(axes, np.insert(style.tile(grid, len(rows)), [end] * gap, style.WHITE, axis=1))
    ticks = [end / 2, end + gap + layout.least * width / 2]
    axes.set_xticks(ticks, ["most confident", "least"], fontsize=7)
    axes.set_title("images (share), mean confidence", fontsize=7, loc="left")
    return np.arange(len(rows)) * (height + line) + height / 2


def _name_rows(axes: Axes, middles: np.ndarray, texts: Sequence[str]) -> None:
    axes.set_yticks(middles, texts, fontsize=7)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def draw_cluster_count(curve: NumberCurve, title: str) -> bytes:
    """Draws three panels over the number of clusters, the recommended one marked, as PNG bytes."""
    counts, recommended = curve.numbers, curve.recommended
    panels = (
        ("mutual information\nin the graph, nats", curve.mutual_information),
        ("gain per added\ncluster, nats", curve.gain),
        ("agreement", curve.agreement),
    )
    with style.figure(7, 6.5) as figure:
        rows = figure.subplots(len(panels), 1, sharex=True)
        for axes, (name, values) in zip(rows, panels, strict=True):
            axes.plot(counts, values, ".-", markersize=6)
            axes.axvline(recommended, color="tab:red", linewidth=1, linestyle="--")
            axes.set_ylabel(name, fontsize=8)
            axes.grid(alpha=0.3)
        rows[1].axhline(0, color="gray", linewidth=0.8, linestyle=":")
        rows[-1].set_xlabel("number of clusters")
        rows[-1].xaxis.get_major_locator().set_params(integer=True)
        (height,) = curve.mutual_information[counts == recommended]
        rows[0].plot(recommended, height, "o", color="tab:red")
        rows[0].annotate(
            f"recommended: {recommended}",
            (recommended, height),
            (6, -12),
            textcoords="offset points",
            fontsize=8,
            color="tab:red",
        )
        figure.suptitle(style.heading(title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
