"""What is printed of pictures in groups."""

from typing import Any

import numpy as np

from elastic_infogan_tf.run.groups import Groups
from elastic_infogan_tf.text import counted, plain

_MOST_CELLS = 400  # of a contingency table that is printed


def as_text(found: dict[str, Any], groups: Groups) -> str:
    """Returns a summary for the terminal."""
    rows: list[tuple[str, ...]] = [
        ("group", "images", "share", "95 % interval", "probability", "transforms agree")
    ]
    rows += [_line(one) for one in found["groups"]]
    agreement = found["transform_agreement"]
    lines = [
        f"sorted: {counted(found['images'], 'image')}, source: {plain(found['source'])}",
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
        classes = counted(table.shape[1], "class", "classes")
        return [f"the table of {len(table)} groups and {classes} is in summary.json"]
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
