"""What a training logged, over its epochs: a panel for each loss and each kind of other numbers."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.scalars import kind_of

_WIDTH = 4.0  # inches: a phone's, with text that is legible there
_LEAST_SPAN = 0.01  # of a panel, as a part of its values


def draw(subject: Subject) -> bytes:
    """Draws the columns of `metrics.csv` over the epochs; their names say which and where.

    Each loss has a panel and an axis of its own, because one may be many times the others. Epochs
    at which the generator was dead are grey: NMI and ENT are no scores there.
    """
    rows, title = subject.metrics, subject.title
    shown = _panels(rows)
    dead = [int(row["epoch"]) for row in rows if health.is_dead(row.get("state"))]
    title += "\ngrey: the generator is dead or has not taken off" if dead else ""
    lines = sum(max(len(columns) - 1, 0) for columns in shown.values())
    sizes = [1.1 + 0.2 * len(columns) for columns in shown.values()] or [1.0]
    with style.figure(_WIDTH, 1.3 * len(sizes) + 0.2 * lines + 0.8) as figure:
        grid = figure.subplots(len(sizes), 1, sharex=True, squeeze=False, height_ratios=sizes)
        for axes, (heading, columns) in zip(grid[:, 0], shown.items(), strict=False):
            _draw_panel(axes, rows, columns)
            for epoch in dead:
                axes.axvspan(epoch - 0.5, epoch + 0.5, color="0.9", linewidth=0, zorder=0)
            axes.set_title(style.heading(heading, _WIDTH - 1), fontsize=10, loc="left")
        grid[-1, 0].set_xlabel("epoch")
        grid[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        figure.suptitle(style.heading(title, _WIDTH), fontsize=9)
        return style.to_png(figure, dpi=120)


def _panels(rows: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """Returns the columns of each panel by its heading; what is of no kind is in none."""
    by_kind: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for row in rows for name, value in row.items() if value):
        if kind_of(name).panel:
            by_kind.setdefault(kind_of(name).panel, []).append(name)
    panels: dict[str, list[str]] = {}
    for heading, columns in by_kind.items():
        if kind_of(columns[0]).group == "losses" or len(columns) == 1:
            panels |= {f"{heading}: {name.replace('_', ' ')}": [name] for name in columns}
        else:
            panels[heading] = columns
    return panels


def _draw_panel(axes: Axes, rows: Sequence[dict[str, str]], columns: Sequence[str]) -> None:
    size = 3 if len(rows) > 10 else 7  # a point without a line must be seen
    values: list[float] = []
    for name in columns:
        points = [(int(row["epoch"]), float(row[name])) for row in rows if row.get(name)]
        label = style.name(name.replace("_", " "))
        axes.plot(*zip(*points, strict=True), ".-", markersize=size, label=label)
        values += [value for _, value in points]
    if len(columns) > 1:
        axes.legend(fontsize=9, loc="upper left", bbox_to_anchor=(0, -0.25))
    axes.grid(alpha=0.3)
    axes.tick_params(labelsize=9)
    # Whole numbers at the ticks, not "1e-5+2.3025", and no cliff made of the last digits.
    axes.ticklabel_format(axis="y", useOffset=False)
    low, high = min(values), max(values)
    least = _LEAST_SPAN * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        axes.set_ylim((low + high - least) / 2, (low + high + least) / 2)
