"""What is written of images in groups: a table of files, a summary, figures."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.evaluation.figures import image_grids, thumbnails
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters
from elastic_infogan_tf.evaluation.metrics import disentanglement
from elastic_infogan_tf.groups.assign import TRANSFORMS
from elastic_infogan_tf.groups.groups import LEVEL, RESAMPLES, UNUSUAL, Groups
from elastic_infogan_tf.utils.text import cell, counted, path_cell, plain

COLUMNS = ("file", "group", "probability", "second_group", "margin", "outlier_score")
_SHOWN = image_grids.GALLERY_COLUMNS * image_grids.GALLERY_ROWS
_MOST_CELLS = 400  # of a contingency table that is printed


def to_csv(groups: Groups) -> str:
    """Returns a line per image, sorted by file; probabilities and scores with 4 decimals."""
    text, sorting, names = io.StringIO(), groups.sorting, groups.names.names
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows: Sequence[int] = range(len(sorting.groups))
    if groups.data.files is not None:
        rows = sorted(rows, key=groups.files.__getitem__)
    margins = sorting.margins
    for row in rows:
        writer.writerow(
            [
                path_cell(groups.files[row]),
                cell(names[sorting.groups[row]]),
                f"{sorting.probabilities[row]:.4f}",
                cell(names[sorting.second_groups[row]]),
                f"{margins[row]:.4f}",
                f"{sorting.outlier_scores[row]:.4f}",
            ]
        )
    return text.getvalue()


def summary(groups: Groups) -> dict[str, Any]:
    """Returns what is known of the groups, JSON types, the largest group first."""
    order = np.argsort(-groups.counts, kind="stable").tolist()
    return {
        "source": groups.data.source,
        "images": len(groups.files),
        "left_out": list(groups.left_out),
        "unsure": {
            "min_probability": groups.min_probability,
            "images": int(groups.is_unsure.sum()),
        },
        "groups": [_summary_of_group(groups, group) for group in order],
        "share_interval": {
            "level": LEVEL,
            "method": "percentile bootstrap over images",
            "resamples": RESAMPLES,
        },
        "transform_agreement": {
            "share": groups.agreement(),
            "images": len(groups.sorting.sample),
            "transforms_each": TRANSFORMS,
        },
        "labels": None if groups.data.labels is None else _comparison(groups),
    }


def _summary_of_group(groups: Groups, group: int) -> dict[str, Any]:
    count = int(groups.counts[group])
    low, high = groups.intervals[group].tolist()
    probabilities = groups.sorting.probabilities[groups.sorting.groups == group]
    return {
        "group": groups.names.names[group],
        "codes": groups.names.codes(group),
        "images": count,
        "share": count / len(groups.files),
        "share_low": low,
        "share_high": high,
        "mean_probability": float(probabilities.mean()) if count else None,
        "transform_agreement": groups.agreement(group),
    }


def _comparison(groups: Groups) -> dict[str, Any]:
    """Returns how the groups compare with the labels."""
    names, data, labels = groups.names.names, groups.data, groups.sorting.groups
    shape = len(names), len(data.class_names)
    table = disentanglement.contingency_table(labels, data.labels, *shape)
    return {
        "purity": disentanglement.purity(table),
        "nmi": disentanglement.nmi(table),
        "ari": adjusted_rand_score(data.labels, labels),
        "groups": list(names),
        "classes": list(data.class_names),
        "contingency": table.tolist(),
    }


def draw(groups: Groups, title: str) -> dict[str, bytes]:
    """Returns the figures as PNG bytes by name; only the images that are shown are read.

    `title` says which run and which source.
    """
    data, names = groups.data, groups.names.names
    figures = {
        "groups": draw_clusters(
            data,
            groups.sorting.groups,
            groups.sorting.probabilities,
            len(names),
            f"{title}\nreal images by group",
            names,
        )
    }
    for name, heading, text, rows, captions in _galleries(groups):
        if captions:
            images = data.images[rows[:_SHOWN]]
            figures[name] = image_grids.draw_gallery(
                images, captions, f"{title}\n{heading}: {text}"
            )
    return figures


def sheets(groups: Groups) -> list[thumbnails.Sheet]:
    """Returns the images that are worth a look as a run's page shows them."""
    pages = []
    for name, heading, text, rows, captions in _galleries(groups):
        shown, text = [], f"{text[0].upper()}{text[1:]}." if captions else "None."
        if captions:
            strip = thumbnails.strip("", groups.data.images[rows[:_SHOWN]], captions)
            share = f"{len(rows):,} of {len(groups.files):,}"
            shown.append(thumbnails.Group(title=share, text="", strips=[strip]))
        pages.append(thumbnails.Sheet(replaces=[name], title=heading, text=text, groups=shown))
    return pages


def _galleries(groups: Groups) -> Iterator[tuple[str, str, str, np.ndarray, list[str]]]:
    """Yields a figure's name, its heading, which images it has, their rows, the first captions."""
    sorting, names = groups.sorting, groups.names.names
    files = [file.rpartition("/")[2] for file in groups.files]
    rows = groups.least_certain
    text = (
        "with a second group at least half as likely as the first, least certain first: file, "
        "group and second group with their probabilities"
    )
    captions = [
        f"{files[row]}\n{names[sorting.groups[row]]} {sorting.probabilities[row]:.2f}\n"
        f"{names[sorting.second_groups[row]]} {sorting.second_probabilities[row]:.2f}"
        for row in rows[:_SHOWN]
    ]
    yield "least_certain", "Least certain images", text, rows, captions
    rows = groups.outliers
    text = (
        f"with an outlier score of {UNUSUAL} or more (1 is usual), most unusual first: file, "
        "group, score"
    )
    captions = [
        f"{files[row]}\n{names[sorting.groups[row]]}\n{sorting.outlier_scores[row]:.2f}"
        for row in rows[:_SHOWN]
    ]
    yield "outliers", "Images unlike all others", text, rows, captions


def as_text(content: dict[str, Any]) -> str:
    """Returns a summary, as `summary` made it, for the terminal."""
    rows = [("group", "images", "share", "95 % interval", "probability", "transforms agree")]
    rows += [
        (
            plain(group["group"]),
            str(group["images"]),
            f"{group['share']:.1%}",
            f"{group['share_low']:.1%} to {group['share_high']:.1%}",
            f"{group['mean_probability']:.3f}" if group["images"] else "-",
            "-" if group["transform_agreement"] is None else f"{group['transform_agreement']:.1%}",
        )
        for group in content["groups"]
    ]
    agreement, labels = content["transform_agreement"], content["labels"]
    lines = [
        f"sorted: {counted(content['images'], 'image')}, source: {plain(content['source'])}",
        *_columns(rows),
        f"{agreement['share']:.1%} of the transforms of {counted(agreement['images'], 'image')} "
        "are in the group of their image (near 100 % is good)",
    ]
    if labels:
        metrics = [f"{name} {labels[name.lower()]:.4f}" for name in ("purity", "NMI", "ARI")]
        lines += [f"with the labels: {', '.join(metrics)}", *_contingency_lines(labels)]
    return "\n".join(lines)


def _contingency_lines(labels: dict[str, Any]) -> list[str]:
    table = np.array(labels["contingency"])
    if table.size > _MOST_CELLS:
        classes = counted(table.shape[1], "class", "classes")
        return [f"the table of {len(table)} groups and {classes} is in summary.json"]
    rows = [("images", *map(plain, labels["classes"]))]
    for group in np.argsort(-table.sum(axis=1), kind="stable"):
        rows.append((plain(labels["groups"][group]), *map(str, table[group])))
    return _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Returns rows as lines, the first column to the left and the others to the right."""
    first, *others = ([len(text) for text in column] for column in zip(*rows, strict=True))
    form = "  ".join([f"{{:<{max(first)}}}", *(f"{{:>{max(widths)}}}" for widths in others)])
    return [form.format(*row).rstrip() for row in rows]
