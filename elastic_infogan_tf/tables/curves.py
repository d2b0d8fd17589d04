"""Metrics over a run's epochs: from the evaluations of its checkpoints to a table and a chart."""

import dataclasses
import operator
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics import metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import Metric
from elastic_infogan_tf.tables.cells import ORIGINAL, Column, differences, group_by
from elastic_infogan_tf.tables.published_results import (
    REFERENCE_CURVES,
    REFERENCE_DATASET,
    REFERENCE_SPLIT,
)
from elastic_infogan_tf.tables.run_results import RunResults
from elastic_infogan_tf.tables.table_text import markdown_table
from elastic_infogan_tf.utils.text import markdown, plain

# How runs are told apart, as far as they differ.
_LABEL_FIELDS = ("class_set", "split", "seed", "trunk_updates", "base_channels")
_COLOURS = 10
_LINES = ("-", ":", "-.")
_LEGEND = 70  # characters of a line of the legend


@dataclasses.dataclass(frozen=True)
class Curve:
    """One line of each panel.

    Attributes:
        label: tells it apart from the others.
        points: by metric, the value at each epoch, epochs rising; only what was measured, and
            no scores of a dead generator.
        dead: the epochs at which the generator was dead.
        is_reference: whether it is the authors' and not ours.
    """

    label: str
    points: Mapping[Metric, Mapping[float, float]]
    dead: frozenset[float] = frozenset()
    is_reference: bool = False


def make_curves(runs: Sequence[Sequence[RunResults]]) -> list[Curve]:
    """Makes a curve of each run from the evaluations of its checkpoints, in any order.

    Raises:
        UsageError: if the evaluations of a run do not fit together.
    """
    labels = _labels([run[0] for run in runs])
    return [
        Curve(label, _points(run), frozenset(results.epoch for results in run if results.is_dead))
        for label, run in zip(labels, runs, strict=True)
    ]


def reference_curve(runs: Sequence[Sequence[RunResults]]) -> Curve:
    """Returns the curve of the authors' code; a UsageError if no run is on its images."""
    name = f"{REFERENCE_DATASET} split {REFERENCE_SPLIT}"
    images = (Column(REFERENCE_DATASET, ORIGINAL), REFERENCE_SPLIT)
    if all((Column.of(run), run.config["split"]) != images for run, *_ in runs):
        raise UsageError(
            f"--reference is the authors' curve on the original {name}, and none of these runs is; "
            "leave it out or add such a run."
        )
    points = {metric_table.named(name): curve for name, curve in REFERENCE_CURVES.items()}
    return Curve(f"the authors' code, {name}", points, is_reference=True)


def title_of(runs: Sequence[Sequence[RunResults]]) -> str:
    """Returns which data the runs are on, and where it came from."""
    names = dict.fromkeys(f"{run.dataset}, source: {run.source}" for run, *_ in runs)
    return plain("; ".join(names))


def curves_table(curves: Sequence[Curve]) -> str:
    """Returns the curves' numbers and labels, and a Markdown table with a row per epoch."""
    numbered = list(enumerate(curves, start=1))
    columns = [
        (number, curve, metric)
        for number, curve in numbered
        for metric in metric_table.curves()
        if not curve.is_reference or metric in curve.points
    ]
    epochs = {epoch for curve in curves for line in curve.points.values() for epoch in line}
    rows = [
        [f"{epoch:g}", *(_shown(curve, metric, epoch) for _, curve, metric in columns)]
        for epoch in sorted(epochs.union(*(curve.dead for curve in curves)))
    ]
    header = [f"{metric.title} [{number}]" for number, _, metric in columns]
    legend = "".join(f"- [{number}] {markdown(curve.label)}\n" for number, curve in numbered)
    return f"{legend}\n{markdown_table(['epoch', *header], rows)}"


def _shown(curve: Curve, metric: Metric, epoch: float) -> str:
    if metric.needs_life and epoch in curve.dead:
        return "dead"
    return metric.show(curve.points.get(metric, {}).get(epoch))


def curves_chart(curves: Sequence[Curve], title: str) -> bytes:
    """Draws one or more curves, a panel per metric; returns PNG bytes."""
    shown = metric_table.curves()
    rows, legend_rows = -(-len(shown) // 2), (len(curves) + 1) // 2
    with style.figure(11, 3.75 * rows + 0.2 * legend_rows) as figure:
        panels = figure.subplots(rows, 2, sharex=True, squeeze=False)
        lines: dict[str, Line2D] = {}  # one of each curve, wherever it is drawn
        for axes, metric in zip(panels.flat, shown, strict=False):
            lines |= _draw_panel(axes, curves, metric)
        for axes in panels.flat[len(shown) :]:
            axes.axis("off")
        for axes in panels[-1]:
            axes.set_xlabel("epoch")
        panels[0, 0].set_xlim(left=0)
        figure.suptitle(style.heading(title, 10), fontsize=10)
        # The handles are given: a label that starts with "_" would be left out otherwise.
        figure.legend(
            list(lines.values()),
            [style.paragraph(label, _LEGEND) for label in lines],
            loc="outside lower center",
            ncols=2,
            fontsize=9,
        )
        return style.to_png(figure, dpi=120)


def _draw_panel(axes: Axes, curves: Sequence[Curve], metric: Metric) -> dict[str, Line2D]:
    """Draws the curves that have the metric; returns their lines by label."""
    lines = {}
    for number, curve in enumerate(curves):
        line = curve.points.get(metric, {})
        dead = sorted(curve.dead) if metric.needs_life else []
        if not line and not dead:
            continue
        look: dict[str, Any] = {
            "color": f"C{number % _COLOURS}",
            "linestyle": _LINES[number // _COLOURS % len(_LINES)],
            "marker": "o",
        }
        if curve.is_reference:
            look = {"color": "black", "linestyle": "--", "marker": "s", "markerfacecolor": "white"}
        (lines[curve.label],) = axes.plot(list(line), list(line.values()), markersize=4, **look)
        if dead:  # along the lower edge: there is no value
            edge = axes.get_xaxis_transform()
            axes.plot(dead, [0.03] * len(dead), "x", color=look["color"], transform=edge)
    if not lines:
        axes.text(0.5, 0.5, "not measured", ha="center", va="center", transform=axes.transAxes)
    is_dead = metric.needs_life and any(curve.dead for curve in curves)
    reading = f"{metric.reading}, x: dead" if is_dead else metric.reading
    axes.set_title(f"{metric.title} ({reading})", fontsize=10)
    axes.grid(color="0.9")
    return lines


def _labels(runs: Sequence[RunResults]) -> list[str]:
    """Returns what tells runs apart; a single run is called by its method and seed."""
    is_single = len(runs) == 1
    fields = [
        ([str(Column.of(run)) for run in runs], False),
        ([run.method for run in runs], is_single),
        *(
            ([f"{name} {run.config.get(name)}" for run in runs], is_single and name == "seed")
            for name in _LABEL_FIELDS
        ),
    ]
    shown = [texts for texts, always in fields if always or len(set(texts)) > 1]
    labels = [", ".join(parts) for parts in zip(*shown, strict=True)]
    if len(set(labels)) < len(runs):
        shown.append([str(run.folder) for run in runs])
    return [", ".join(parts) for parts in zip(*shown, strict=True)]


def _points(run: Sequence[RunResults]) -> dict[Metric, dict[float, float]]:
    """Returns the values of one run's evaluations, after checking that they belong together."""
    _check_one_run(run)
    points: dict[Metric, dict[float, float]] = {metric: {} for metric in metric_table.curves()}
    epoch_of = operator.attrgetter("epoch")
    by_epoch = group_by(sorted(run, key=epoch_of), epoch_of)
    for epoch, (first, *others) in by_epoch.items():
        values = {metric: first.score(metric) for metric in points}
        for other in others:
            if values != {metric: other.score(metric) for metric in points}:
                raise UsageError(
                    f"{first.file} and {other.file} are both of epoch {epoch:g} and hold different "
                    "numbers; remove the older one."
                )
        for metric, value in values.items():
            if value is not None:
                points[metric][epoch] = value
    return points


def _check_one_run(run: Sequence[RunResults]) -> None:
    # A resumed run may ask for more epochs than before.
    differing = differences(run, lambda name: name not in ("epoch", "epochs", "steps", "trained"))
    for name, ((value, first), (other_value, other), *_) in differing.items():
        raise UsageError(
            f"{name} is {value} in {first.file} and {other_value} in {other.file}, so they make no "
            "curve; evaluate all checkpoints alike: elastic-infogan evaluate "
            f"--model_dir={first.folder} --checkpoint=all"
        )
