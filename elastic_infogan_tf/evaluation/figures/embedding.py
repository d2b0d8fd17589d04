"""Where Q puts images: its features in the plane, and the contingency of codes and classes."""

import numpy as np
from matplotlib import colormaps
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics.disentanglement import frequent_classes, frequent_shares

_EMBEDDED = 500
_COLOURS = 10
_MARKERS = "o^sXvDP*"  # as many times the colours are classes that look different
_FEWEST_FOR_TSNE = 20
_PERPLEXITY = 30.0


def draw_embedding(subject: Subject) -> bytes:
    """Draws features of the first training images in two dimensions; the set is shuffled.

    They are coloured by class, or by code where there are no labels. Of more than look different
    the largest ones have a look of their own, and the rest is grey.
    """
    evidence = subject.evidence
    points, method = embed(evidence.encoded.features[:_EMBEDDED], evidence.reference.seed)
    labels, class_names = evidence.data.labels, evidence.data.class_names
    if labels is None and evidence.code_counts is not None:
        labels = evidence.encoded.codes
        class_names = tuple(f"code {code}" for code in range(len(evidence.code_counts)))
        method = f"coloured by Q's code: {method}"
    labels = None if labels is None else labels[:_EMBEDDED]
    sizes = np.bincount([] if labels is None else labels, minlength=len(class_names))
    largest = np.argsort(-sizes, kind="stable")[: len(_MARKERS) * _COLOURS]
    shown = [label for label in np.sort(largest) if sizes[label]]
    names = style.names([class_names[label] for label in shown])
    if sizes.sum() > sizes[shown].sum():
        names.append("others")
    columns = 1 + len(names) // 32
    legend_width = columns * (0.5 + 0.065 * max(map(len, names), default=0))  # inches
    with style.figure(7.2 + (0.0 if labels is None else legend_width), 6) as figure:
        axes = figure.add_subplot()
        if labels is None:
            axes.scatter(points[:, 0], points[:, 1], s=8, color="tab:blue")
        else:
            parts = [
                axes.scatter(
                    points[labels == label, 0],
                    points[labels == label, 1],
                    s=12,
                    color=colormaps["tab10"](place % _COLOURS),
                    marker=_MARKERS[place // _COLOURS],
                )
                for place, label in enumerate(shown)
            ]
            if len(names) > len(shown):
                others = points[~np.isin(labels, shown)]
                parts.append(axes.scatter(others[:, 0], others[:, 1], s=4, color="0.7"))
            # The handles are given: a name that starts with "_" would be left out otherwise.
            axes.legend(
                parts, names, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1), ncols=columns
            )
        axes.set_xticks([])
        axes.set_yticks([])
        heading = f"{subject.title}\n{method} of Q's features of {len(points)} real images"
        axes.set_title(style.heading(heading, 7), fontsize=9)
        return style.to_png(figure, dpi=120)


def embed(features: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    """Maps features to the plane: by t-SNE, or by PCA where t-SNE has too little to work on.

    Args:
        features: float `[n, d]`, n is 1 or more.
        seed: of t-SNE.

    Returns:
        float `[n, 2]` and the method's name.
    """
    rows = np.asarray(features, np.float64)
    distinct = len(np.unique(rows, axis=0))
    if distinct == 1:
        return np.zeros((len(rows), 2)), "PCA"
    if distinct < _FEWEST_FOR_TSNE or rows.shape[1] < 2:
        points = PCA(min(2, *rows.shape), svd_solver="full").fit_transform(rows)
        return np.pad(points, ((0, 0), (0, 2 - points.shape[1]))), "PCA"
    # t-SNE works in float32, where squares of very small or large distances are 0 or infinite:
    # it would crash or put all points in one place. The map does not depend on the scale.
    rows = rows - rows.mean(axis=0)
    rows /= np.abs(rows).max()
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", random_state=seed)
    # Its thousand short parallel loops wait for each other: with two threads, and other work on the
    # cores, 500 points took ten times as long as with one.
    with threadpool_limits(1, "openmp"):
        return tsne.fit_transform(rows).astype(np.float64), "t-SNE"


_NUMBERED = 12  # more classes than this leave no room for numbers in the cells


def draw_contingency(subject: Subject) -> bytes:
    """Draws generated images by code and predicted class, codes in the order of their classes.

    A code's class is its most frequent one; beside the code stands which share of its row that is.
    Codes that no real image has stand for no class.
    """
    evidence = subject.evidence
    table, empty = evidence.contingency, evidence.empty_codes
    classes, shares = frequent_classes(table), frequent_shares(table)
    classes[empty] = table.shape[1]  # the last ones
    order = np.argsort(classes, kind="stable")
    numbered = max(table.shape) <= _NUMBERED
    side = max(4.5, 0.9 + 0.42 * max(table.shape)) if numbered else 10.0

    def _name(code: int) -> str:
        return f"code {code}: " + ("empty" if code in empty else f"{shares[code]:.1%}")

    with style.figure(side + 1.5, side) as figure:
        axes = figure.add_subplot()
        names = style.names(evidence.data.class_names)
        shown = axes.imshow(table[order], cmap="Blues", vmin=0, aspect="auto")
        figure.colorbar(shown, ax=axes, label="generated images")
        size = 8 if numbered else 6
        axes.set_xticks(range(len(names)), names, rotation=style.turn(names), fontsize=size)
        axes.set_yticks(range(len(table)), [_name(code) for code in order], fontsize=size)
        axes.set_xlabel("class, as the classifier sees it")
        axes.set_ylabel("code, and its images of its most frequent class", fontsize=8)
        axes.set_title(style.heading(subject.title, side), fontsize=9)
        for (row, column), count in np.ndenumerate(table[order]):
            if numbered and count:
                colour = "white" if count > table.max() / 2 else "black"
                axes.text(column, row, count, ha="center", va="center", color=colour, fontsize=7)
        return style.to_png(figure, dpi=120)
