"""Charts of an evaluation, as PNG bytes."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from elastic_infogan_tf.evaluation.disentanglement import UNMATCHED
from elastic_infogan_tf.evaluation.figures import to_png

_NUMBERED = 12  # more classes than this leave no room for numbers in the cells
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
    shown = axes.imshow(table[order], cmap="Blues", vmin=0, aspect="auto")
    figure.colorbar(shown, ax=axes, label="generated images")
    size = 8 if max(table.shape) <= _NUMBERED else 6
    axes.set_xticks(range(table.shape[1]), class_names, rotation=_turn(class_names), fontsize=size)
    axes.set_yticks(range(len(table)), [f"code {code}" for code in order], fontsize=size)
    axes.set_xlabel("class, as the classifier sees it")
    axes.set_title(title, fontsize=9)
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
    names = [*class_names, *(f"code {code}" for code in spare)]
    for code, label in enumerate(matched):
        if label != UNMATCHED:
            bars[label] = probabilities[code]
            names[label] = f"{class_names[label]}\ncode {code}"
    figure = Figure(figsize=(max(8, 0.45 * len(bars)), 3.8), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(bars))
    axes.bar(place - 0.2, bars, width=0.4, label="prior of the matched code")
    axes.bar(place[:classes] + 0.2, true_proportions, width=0.4, label="true proportion")
    axes.axhline(1 / len(matched), color="gray", linewidth=0.8, linestyle=":", label="uniform")
    axes.set_xticks(place, names, rotation=_turn(class_names), fontsize=7)
    axes.set_ylabel("probability")
    axes.set_title(title, fontsize=9)
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
    for axes, (heading, columns) in zip(places, panels, strict=True):
        for name in columns:
            points = [(int(row["epoch"]), float(row[name])) for row in rows if row.get(name)]
            axes.plot(*zip(*points, strict=True), ".-", label=name.replace("_", " "), markersize=3)
        axes.set_ylabel(heading, fontsize=8)
        axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        axes.grid(alpha=0.3)
    places[-1].set_xlabel("epoch")
    figure.suptitle(title, fontsize=9)
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
    label_room = 0.0 if query_labels is None else 0.22
    figure = Figure(figsize=(nearest + 1.6, count * (1.0 + label_room) + 0.7), layout="constrained")
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
    figure.suptitle(title, fontsize=9)
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
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.add_subplot()
    if labels is None:
        axes.scatter(*points.T, s=8, color="tab:blue")
    else:
        colours = colormaps["tab10" if len(class_names) <= 10 else "gist_ncar"]
        for label, name in enumerate(class_names):
            chosen = points[labels == label]
            shade = colours(label if len(class_names) <= 10 else label / len(class_names))
            marker = "o^sv"[label % 4] if len(class_names) > 10 else "o"
            axes.scatter(*chosen.T, s=10, color=[shade], marker=marker, label=name)
        axes.legend(
            fontsize=7, loc="upper left", bbox_to_anchor=(1, 1), ncols=1 + len(class_names) // 25
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"{title}\n{method} of Q's features of {len(points)} real images", fontsize=9)
    return to_png(figure, dpi=120)


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
        axes.set_xlabel(label, fontsize=7, color=colour, labelpad=2)
