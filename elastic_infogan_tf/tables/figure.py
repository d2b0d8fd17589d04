"""The paper's tables as a figure: ours with error bars, the published numbers beside them."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.metric_table import PAPER, Metric, in_table
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.tables.cells import Column, Tables, published
from elastic_infogan_tf.tables.published_results import RANDOM_Q

_ROWS = (*METHODS, RANDOM_Q)
_BESIDE_PANELS = 30  # characters of a line
_OFFSET = 0.17  # of a row, ours above its middle and published below


def draw_tables(tables: Tables) -> bytes:
    """Draws a row of panels per data set and source, one per metric; returns PNG bytes."""
    metrics = in_table(PAPER)
    with style.figure(4 * len(metrics), 0.9 + 2.7 * len(tables.columns)) as figure:
        grid = figure.subplots(len(tables.columns), len(metrics), sharey=True, squeeze=False)
        for panels, column in zip(grid, tables.columns, strict=True):
            for axes, metric in zip(panels, metrics, strict=True):
                _draw_panel(axes, tables, metric, column)
            source = "" if column.is_original else f"\n({column.source})"
            name = style.paragraph(column.dataset + source, _BESIDE_PANELS)
            panels[0].set_ylabel(name, fontsize=10, fontweight="bold")
        grid[0, 0].set_yticks(range(len(_ROWS)), _ROWS)
        grid[0, 0].set_ylim(len(_ROWS) - 0.5, -0.5)
        handles = {
            label: handle
            for axes in grid.flat
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        if any(cell.notes for cell in tables.cells.values()):
            figure.supxlabel("* with a note in the table", fontsize=8, x=0.99, ha="right")
        figure.legend(handles.values(), handles, loc="outside lower center", ncols=2, fontsize=9)
        return style.to_png(figure, dpi=120)


def _draw_panel(axes: Axes, tables: Tables, metric: Metric, column: Column) -> None:
    ours, theirs = [], []
    for row, method in enumerate(_ROWS):
        cell = tables.cells.get((metric, method, column))
        score = published(metric, method, column)
        if cell and cell.mean is not None:
            ours.append((row - _OFFSET, cell.mean, cell.std or 0.0))
        if cell:
            dead = f", {cell.dead} dead" if cell.dead else ""
            text = f"n={cell.runs}{dead}{'*' if cell.notes else ''}"
            beside = axes.get_yaxis_transform()  # the panel, at the row's height
            look: dict[str, Any] = {"va": "center", "fontsize": 7, "color": "C0"}
            axes.text(1.01, row - _OFFSET, text, transform=beside, **look)
        if score:
            theirs.append((row + _OFFSET, *score))
    for points, colour, fill, label in (
        (ours, "C0", "C0", "ours: mean ± sample standard deviation over n runs"),
        (theirs, "0.45", "white", "published: mean ± standard deviation"),
    ):
        if points:
            rows, means, deviations = np.transpose(points)
            look = {"fmt": "o", "color": colour, "markerfacecolor": fill, "markersize": 5}
            axes.errorbar(means, rows, xerr=deviations, capsize=2, label=label, **look)
    axes.set_title(f"{metric.title} ({metric.reading})", fontsize=9)
    axes.set_xlim(0, None if metric.most is None else 1.02 * metric.most)
    axes.tick_params(labelsize=8)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
