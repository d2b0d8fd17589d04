"""Charts of an evaluation, as PNG bytes."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from elastic_infogan_tf.evaluation.figures.grids import plain_text, to_png
from elastic_infogan_tf.evaluation.measures.disentanglement import UNMATCHED

_NUMBERED = 12  # more classes than this leave no room for numbers in the cells
_NAME = 30  # characters of a class's name that have room
_UNDER_IMAGE = 14  # characters of a line under an image of one inch
_MARKERS = "o^sXvDP*"  # as many times ten colours are classes that look different
_LOSSES = ("discriminator_loss", "generator_loss", "information_loss", "contrastive_loss")
_PANELS = (
    ("losses, nats", (*_LOSSES, "reconstruction_loss", "continuous_kl", "discrete_kl")),
    ("D's accuracy", ("real_accuracy", "fake_accuracy")),
    ("prior entropy, nats", ("prior_entropy",)),
    ("NMI and prior distance", ("nmi", "prior_total_variation")),
    ("ENT, nats", ("ent",)),
)


def contingency_heat_map(
    table: np.ndarray, class_names: Sequence[str], matched: np.ndarray, title: str
) -> bytes:
    """Draws generated images by code and predicted class, matched pairs along the diagonal.

    Args:
        table: int `[K, classes]`.
        class_names: one per class.
        matched: int `[K]`, each code's class or `UNMATCHED`.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    # Codes without a class come last.
    order = np.argsort(np.where(matched == UNMATCHED, table.shape[1], matched), kind="stable")
    side = max(4.5, 0.9 + 0.42 * max(table.shape)) if max(table.shape) <= _NUMBERED else 10.0
    figure = Figure(figsize=(side + 1.5, side), layout="constrained")
    axes = figure.add_subplot()
    names = [_short(name) for name in class_names]
    shown = axes.imshow(table[order], cmap="Blues", vmin=0, aspect="auto")
    figure.colorbar(shown, ax=axes, label="generated images")
    size = 8 if max(table.shape) <= _NUMBERED else 6
    axes.set_xticks(range(table.shape[1]), names, rotation=_turn(names), fontsize=size)
    axes.set_yticks(range(len(table)), [f"code {code}" for code in order], fontsize=size)
    axes.set_xlabel("class, as the classifier sees it")
    axes.set_title(_heading(title, side), fontsize=9)
    if max(table.shape) <= _NUMBERED:
        for row, code in enumerate(order):
            for column, count in enumerate(table[code]):
                if count:
                    colour = "white" if count > table.max() / 2 else "black"
                    axes.text(
                        column, row, count, ha="center", va="center", color=colour, fontsize=7
                    )
    return to_png(figure, dpi=120)


def matched_prior_chart(
    probabilities: np.ndarray,
    matched: np.ndarray,
    true_proportions: np.ndarray,
    class_names: Sequence[str],
    title: str,
) -> bytes:
    """Draws each class's true proportion beside the prior of the code that is matched to it.

    Args:
        probabilities: float `[K]`, the prior.
        matched: int `[K]`, each code's class or `UNMATCHED`; those stand at the end.
        true_proportions: float `[classes]`.
        class_names: one per class.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    classes = len(true_proportions)
    spare = np.flatnonzero(matched == UNMATCHED)
    bars = np.zeros(classes + len(spare))
    bars[classes:] = probabilities[spare]
    names = [*map(_short, class_names), *(f"code {code}" for code in spare)]
    # Two lines, with the code, are wider than a short name: beyond a dozen they stand upright.
    turn = 90 if len(bars) > _NUMBERED else _turn(names[:classes])
    for code, label in enumerate(matched):
        if label != UNMATCHED:
            bars[label] = probabilities[code]
            names[label] += f"\ncode {code}"
    width = max(8, 2.3 + 0.3 * len(bars))
    figure = Figure(figsize=(width, 3.8), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(bars))
    axes.bar(place - 0.2, bars, width=0.4, label="prior of the matched code")
    axes.bar(place[:classes] + 0.2, true_proportions, width=0.4, label="true proportion")
    axes.axhline(1 / len(matched), color="gray", linewidth=0.8, linestyle=":", label="uniform")
    axes.set_xticks(place, names, rotation=turn, fontsize=7)
    axes.set_xlim(-0.7, len(bars) - 0.3)
    axes.set_ylabel("probability")
    axes.set_title(_heading(title, width - 2.5), fontsize=9)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return to_png(figure, dpi=120)


def loss_curves(rows: Sequence[dict[str, str]], title: str) -> bytes:
    """Draws the columns of `metrics.csv` over the epochs.

    Args:
        rows: one or more, as the CSV has them; an empty cell is no point.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    panels = []
    for heading, columns in _PANELS:
        there = [name for name in columns if any(row.get(name) for row in rows)]
        if there:
            panels.append((heading, there))
    figure = Figure(figsize=(8, 2.1 * len(panels) + 0.4), layout="constrained")
    places = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    size = 3 if len(rows) > 10 else 7  # a point without a line must be seen
    for axes, (heading, columns) in zip(places, panels, strict=True):
        for name in columns:
            points = [(int(row["epoch"]), float(row[name])) for row in rows if row.get(name)]
            axes.plot(
                *zip(*points, strict=True), ".-", label=name.replace("_", " "), markersize=size
            )
        axes.set_ylabel(heading, fontsize=8)
        axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        axes.grid(alpha=0.3)
    places[-1].set_xlabel("epoch")
    places[-1].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    figure.suptitle(_heading(title, 8), fontsize=9)
    return to_png(figure, dpi=120)


def neighbour_figure(
    queries: np.ndarray,
    query_labels: Sequence[str] | None,
    neighbours: np.ndarray,
    neighbour_labels: Sequence[Sequence[str]] | None,
    title: str,
) -> bytes:
    """Draws a row per query: the query, then its nearest neighbours by Q's features.

    Args:
        queries: uint8 `[q, h, w, c]`.
        query_labels: `q` class names, or None where the data has no labels.
        neighbours: uint8 `[q, k, h, w, c]`, nearest first.
        neighbour_labels: `q` rows of `k` class names, or None.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    count, nearest = neighbours.shape[:2]
    lines = 0
    if query_labels is not None:
        shown = [*query_labels, *(name for row in neighbour_labels for name in row)]
        lines = max(_short(name, _UNDER_IMAGE).count("\n") + 1 for name in shown)
    width = max(nearest + 1.6, 4)
    figure = Figure(figsize=(width, count * (1.08 + 0.14 * lines) + 0.7), layout="constrained")
    places = figure.subplots(count, nearest + 1, squeeze=False)
    for row in range(count):
        label = None if query_labels is None else query_labels[row]
        _image(places[row, 0], queries[row], label, "black")
        for column in range(nearest):
            found = None if neighbour_labels is None else neighbour_labels[row][column]
            colour = "gray" if found is None else "tab:green" if found == label else "tab:red"
            _image(places[row, column + 1], neighbours[row, column], found, colour)
    places[0, 0].set_title("query", fontsize=8)
    places[0, 1].set_title("nearest", fontsize=8)
    figure.suptitle(_heading(title, width), fontsize=9)
    return to_png(figure, dpi=100)


def embedding_chart(
    points: np.ndarray,
    labels: np.ndarray | None,
    class_names: Sequence[str],
    method: str,
    title: str,
) -> bytes:
    """Draws Q's features in two dimensions, coloured by class.

    Args:
        points: float `[n, 2]`.
        labels: int `[n]`, or None where the data has no labels.
        class_names: one per class.
        method: how the features became points.
        title: says which run, which step and which source.

    Returns:
        PNG bytes.
    """
    names = [_short(name) for name in class_names]
    columns = 1 + len(names) // 32
    legend_width = columns * (0.5 + 0.065 * max(map(len, names), default=0))  # inches
    width = 7.2 + (0.0 if labels is None else legend_width)
    figure = Figure(figsize=(width, 6), layout="constrained")
    axes = figure.add_subplot()
    if labels is None:
        axes.scatter(*points.T, s=8, color="tab:blue")
    else:
        parts = []
        for label in range(len(names)):
            shade = colormaps["tab10"](label % 10)
            marker = _MARKERS[label // 10 % len(_MARKERS)]
            parts.append(axes.scatter(*points[labels == label].T, s=12, color=shade, marker=marker))
        # The handles are given: a name that starts with "_" would be left out otherwise.
        axes.legend(
            parts, names, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1), ncols=columns
        )
    axes.set_xticks([])
    axes.set_yticks([])
    heading = f"{title}\n{method} of Q's features of {len(points)} real images"
    axes.set_title(_heading(heading, 7), fontsize=9)
    return to_png(figure, dpi=120)


def _short(name: str, width: int = _NAME) -> str:
    """Returns a class's name in lines of a width, its middle left out where it is long.

    The middle, because names of one kind ("Chevrolet ... 2012") often differ at their end.
    """
    name = " ".join(name.split())
    if len(name) > _NAME:
        half = (_NAME - 1) // 2
        name = f"{name[:half]}\u2026{name[-half:]}"
    return _wrapped(name, width)


def _wrapped(text: str, width: int) -> str:
    """Returns text in lines of at most so many characters, and no `$` of it starts a formula."""
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width)]
    return plain_text("\n".join(lines))


def _heading(title: str, inches: float) -> str:
    """Returns a title of 9 points in lines that fit."""
    return _wrapped(title, int(12.5 * inches))


def _turn(names: Sequence[str]) -> int:
    """Returns the angle at which names fit below an axis, degrees."""
    return 90 if max(map(len, names)) > 3 else 0


def _image(axes: Axes, image: np.ndarray, label: str | None, colour: str) -> None:
    axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=2)
    if label is not None:
        axes.set_xlabel(_short(label, _UNDER_IMAGE), fontsize=7, color=colour, labelpad=2)
