"""What is written of images in groups: a table of files, a summary, figures."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.evaluation.figures import image_grids, thumbnails
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters
from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.groups.assign import TRANSFORMS
from elastic_infogan_tf.groups.groups import LEVEL, RESAMPLES, Groups
from elastic_infogan_tf.groups.outliers import UNUSUAL
from elastic_infogan_tf.utils.text import cell, counted, path_cell, plain

COLUMNS = ("file", "group", "probability", "second_group", "margin", "outlier_score")
_SHOWN = image_grids.GALLERY_COLUMNS * image_grids.GALLERY_ROWS


def to_csv(groups: Groups) -> str:
    """Returns a line per image, sorted by file; probabilities and scores with 4 decimals."""
    text, found, names = io.StringIO(), groups.sorting, groups.names.names
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows: Sequence[int] = range(len(found.groups))
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
        "images": len(found.groups),
        "left_out": list(groups.left_out),
        "unsure": {
            "min_probability": groups.min_probability,
            "images": int(groups.is_unsure.sum()),
        },
        "groups": [_group(groups, int(one)) for one in np.argsort(-groups.counts, kind="stable")],
        "share_interval": {
            "level": LEVEL,
            "method": "percentile bootstrap over images",
            "resamples": RESAMPLES,
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
        "share": count / len(found.groups),
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
        "ari": adjusted_rand_score(groups.data.labels, groups.sorting.groups),
        "groups": list(groups.names.names),
        "classes": list(groups.data.class_names),
        "contingency": table.tolist(),
    }


def draw(groups: Groups, title: str) -> dict[str, bytes]:
    """Returns the figures as PNG bytes by name; only the images that are shown are read.

    Args:
        groups: what to draw.
        title: says which run and which source.
    """
    found, data = groups.sorting, groups.data
    drawn = {
        "groups": draw_clusters(
            data,
            found.groups,
            found.probabilities,
            len(groups.names.names),
            f"{title}\nreal images by group",
            groups.names.names,
        )
    }
    for name, (heading, text, rows, captions) in _worth_a_look(groups).items():
        if captions:
            images = data.images[rows[:_SHOWN]]
            drawn[name] = image_grids.draw_gallery(images, captions, f"{title}\n{heading}: {text}")
    return drawn


def sheets(groups: Groups) -> list[thumbnails.Sheet]:
    """Returns the images that are worth a look as a run's page shows them."""
    found = []
    for name, (heading, text, rows, captions) in _worth_a_look(groups).items():
        shown = []
        if captions:
            strip = thumbnails.strip("", groups.data.images[rows[:_SHOWN]], captions)
            share = f"{len(rows):,} of {len(groups.files):,}"
            shown.append(thumbnails.Group(title=share, text="", strips=[strip]))
        words = f"{text[0].upper()}{text[1:]}." if shown else "None."
        found.append(thumbnails.Sheet(replaces=[name], title=heading, text=words, groups=shown))
    return found


def _worth_a_look(groups: Groups) -> dict[str, tuple[str, str, np.ndarray, list[str]]]:
    """Returns by figure its heading, which images it shows, their rows, captions of the first."""
    found, names = groups.sorting, groups.names.names
    unsure, unlike = groups.least_certain, groups.outliers
    unsure_captions = [
        f"{_file(groups, row)}\n{names[found.groups[row]]} {found.probabilities[row]:.2f}\n"
        f"{names[found.second_groups[row]]} {found.second_probabilities[row]:.2f}"
        for row in unsure[:_SHOWN]
    ]
    unlike_captions = [
        f"{_file(groups, row)}\n{names[found.groups[row]]}\n{found.outlier_scores[row]:.2f}"
        for row in unlike[:_SHOWN]
    ]
    unsure_text = (
        "with a second group at least half as likely as the first, least certain first: file, "
        "group and second group with their probabilities"
    )
    unlike_text = (
        f"with an outlier score of {UNUSUAL} or more (1 is usual), most unusual first: file, "
        "group, score"
    )
    return {
        "least_certain": ("Least certain images", unsure_text, unsure, unsure_captions),
        "outliers": ("Images unlike all others", unlike_text, unlike, unlike_captions),
    }


def _file(groups: Groups, row: int) -> str:
    return groups.files[row].rpartition("/")[2]


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
        f"{agreement['share']:.1%} of the transforms of {counted(agreement['images'], 'image')} "
        "are in the group of their image (near 100 % is good)",
    ]
    if found["labels"]:
        metrics = (
            f"{name} {found['labels'][name.lower()]:.4f}" for name in ("purity", "NMI", "ARI")
        )
        lines += [f"with the labels: {', '.join(metrics)}", *_contingency_lines(groups)]
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
