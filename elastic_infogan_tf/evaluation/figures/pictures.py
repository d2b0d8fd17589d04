"""All figures of an evaluation."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.evaluator import Evaluation
from elastic_infogan_tf.evaluation.figures import charts
from elastic_infogan_tf.evaluation.figures.embedding import embed

_QUERIES = 10
_EMBEDDED = 1000


def draw(
    evaluation: Evaluation,
    data: LabelledImages,
    seed: int,
    metrics: Sequence[dict[str, str]],
    title: str,
) -> dict[str, bytes]:
    """Draws an evaluation.

    Args:
        evaluation: what to draw.
        data: the training set that it measured.
        seed: of the embedding.
        metrics: rows of `metrics.csv`, or none.
        title: says which run, which step and which source.

    Returns:
        PNG bytes by name: `neighbours`, `embedding`, with labels `contingency` and
        `prior_matched`, with metrics `losses`.
    """
    pictures = {
        "neighbours": _neighbours(evaluation, data, title),
        "embedding": _embedding(evaluation, data, seed, title),
    }
    if evaluation.table is not None:
        prior = evaluation.measures["prior"]
        pictures["contingency"] = charts.contingency_heat_map(
            evaluation.table, data.class_names, evaluation.matched, title
        )
        pictures["prior_matched"] = charts.matched_prior_chart(
            np.asarray(prior["probabilities"]),
            evaluation.matched,
            np.asarray(prior["true_proportions"]),
            data.class_names,
            title,
        )
    if metrics:
        pictures["losses"] = charts.loss_curves(list(metrics), title)
    return pictures


def _neighbours(evaluation: Evaluation, data: LabelledImages, title: str) -> bytes:
    """Draws queries of as many classes as there is room for."""
    found = evaluation.neighbours
    if data.labels is None:
        chosen = np.arange(min(_QUERIES, len(found.queries)))
    else:
        classes, first = np.unique(data.labels[found.queries], return_index=True)
        chosen = first[np.linspace(0, len(classes) - 1, min(_QUERIES, len(classes))).astype(int)]
    queries, neighbours = found.queries[chosen], found.neighbours[chosen]
    names = neighbour_names = None
    if data.labels is not None:
        names = [data.class_names[label] for label in data.labels[queries]]
        neighbour_names = [
            [data.class_names[label] for label in data.labels[row]] for row in neighbours
        ]
    shown = data.images[neighbours.ravel()].reshape(*neighbours.shape, *data.images.shape[1:])
    return charts.neighbour_figure(data.images[queries], names, shown, neighbour_names, title)


def _embedding(evaluation: Evaluation, data: LabelledImages, seed: int, title: str) -> bytes:
    """Draws the first images' features; the training set is shuffled."""
    points, method = embed(evaluation.features[:_EMBEDDED], seed)
    labels = None if data.labels is None else data.labels[:_EMBEDDED]
    return charts.embedding_chart(points, labels, data.class_names, method, title)
