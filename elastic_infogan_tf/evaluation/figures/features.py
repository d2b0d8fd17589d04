"""Q's features of real images as a map: a figure, and TensorBoard's embedding projector."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from matplotlib import colormaps
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from tensorboard.plugins.projector import ProjectorConfig
from threadpoolctl import threadpool_limits

from elastic_infogan_tf.evaluation.evidence import Evidence, Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.utils.files import unwritable, write_atomically
from elastic_infogan_tf.utils.text import NAMELESS, plain

_EMBEDDED = 500
_COLOURS = 10
_MARKERS = "o^sXvDP*"  # as many times the colours are classes that look different
_FEWEST_FOR_TSNE = 20
_PERPLEXITY = 30.0

_CONFIG = "projector_config.pbtxt"  # the name that TensorBoard looks for
_TENSOR, _METADATA, _SPRITE = "features.tsv", "features_metadata.tsv", "features_sprite.png"
_PROJECTED = 1000  # images: enough for a map, and a second's work
_MOST_DIMENSIONS = 100
_SPRITE_SIDE = 8192  # the largest that TensorBoard shows
_MOST_IMAGE_SIDE = 64


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
    has_legend = labels is not None
    if labels is None:
        labels, class_names = np.zeros(len(points), int), ("",)
    labels = labels[:_EMBEDDED]
    sizes = np.bincount(labels, minlength=len(class_names))
    largest = np.argsort(-sizes, kind="stable")[: len(_MARKERS) * _COLOURS]
    shown = [label for label in np.sort(largest) if sizes[label]]
    others = ~np.isin(labels, shown)
    names = style.names([class_names[label] for label in shown]) + ["others"] * int(others.any())
    columns = 1 + len(names) // 32
    legend_width = columns * (0.5 + 0.065 * max(map(len, names)))  # inches
    with style.figure(7.2 + (legend_width if has_legend else 0.0), 6) as figure:
        axes = figure.add_subplot()
        x, y = points.T
        parts = []
        for index, label in enumerate(shown):
            rows = labels == label
            look = colormaps["tab10"](index % _COLOURS), _MARKERS[index // _COLOURS]
            parts.append(axes.scatter(x[rows], y[rows], s=12, color=look[0], marker=look[1]))
        if others.any():
            parts.append(axes.scatter(x[others], y[others], s=4, color="0.7"))
        if has_legend:
            # The handles are given: a name that starts with "_" would be left out otherwise.
            corner = {"loc": "upper left", "bbox_to_anchor": (1, 1)}
            axes.legend(parts, names, fontsize=7, ncols=columns, **corner)
        axes.set_xticks([])
        axes.set_yticks([])
        heading = f"{subject.title}\n{method} of Q's features of {len(points)} real images"
        axes.set_title(style.heading(heading, 7), fontsize=9)
        return style.to_png(figure, dpi=120)


def embed(features: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    """Maps features, float `[n, d]`, n is 1 or more, to float `[n, 2]`; says by which method.

    That is t-SNE, or PCA where t-SNE has too little to work on.
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


def project(evidence: Evidence, folder: Path) -> None:
    """Writes what TensorBoard's projector shows of a model: the first training images.

    The training set is shuffled, so that they are images of all kinds. Each has its file (or its
    number), its group (the likeliest code), the probability of that, and its class where there are
    labels; group and probability are left out while there are no codes yet. The folder is that of
    the run's event files.

    Raises:
        UsageError: if the files cannot be written.
    """
    encoded, labels = evidence.counted, evidence.data.labels
    count = min(_PROJECTED, len(encoded.features))
    columns: dict[str, Iterable[object]] = {"file": (evidence.data.files or range(count))[:count]}
    if evidence.has_codes:
        columns["group"] = encoded.codes[:count]
        columns["probability"] = [f"{share:.4f}" for share in encoded.confidences[:count]]
    if labels is not None:
        columns["class"] = [evidence.data.class_names[label] for label in labels[:count]]
    features, images = encoded.features[:count], evidence.data.images[:count]
    write_projector(folder, features, images, columns, evidence.model.step)


def write_projector(
    folder: Path,
    features: np.ndarray,
    images: np.ndarray,
    columns: Mapping[str, Iterable[object]],
    step: int,
) -> None:
    """Writes what TensorBoard's projector shows for a log folder; raises as `project`.

    Args:
        folder: of the run's event files.
        features: float `[n, d]`; more than 100 dimensions are reduced by PCA, as the projector
            itself would.
        images: uint8 `[n, h, w, c]`.
        columns: by name, what is known of each image: `[n]` of anything, one or more.
        step: train steps behind the features.
    """
    if features.shape[1] > _MOST_DIMENSIONS:
        size = min(_MOST_DIMENSIONS, len(features))
        features = PCA(size, svd_solver="full").fit_transform(features)
    table, (sprite, side) = io.StringIO(), _sprite(images)
    np.savetxt(table, features, fmt="%.5g", delimiter="\t")
    config = ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = f"Q's features, step {step}"
    embedding.tensor_path = _TENSOR
    embedding.metadata_path = _METADATA
    embedding.sprite.image_path = _SPRITE
    embedding.sprite.single_image_dim.extend([side, side])
    write_atomically(folder / _TENSOR, table.getvalue())
    write_atomically(folder / _METADATA, _metadata(columns))
    write_atomically(folder / _SPRITE, sprite)
    write_atomically(folder / _CONFIG, str(config))
    # A TensorBoard that runs looks at the files again when there is a newer checkpoint, and at the
    # features when they have another name. So a checkpoint of the step alone comes last.
    checkpoint = tf.train.Checkpoint(step=tf.Variable(step, dtype=tf.int64))
    try:
        manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)
        manager.save(checkpoint_number=step)
    except (OSError, tf.errors.OpError) as error:
        raise unwritable(folder, error) from error


def _metadata(columns: Mapping[str, Iterable[object]]) -> str:
    """Returns a line for each image, a heading before them where there are several columns.

    TensorBoard reads a single column's every line as a label. A tab in a name would make columns,
    and it skips blank lines, so that every later name would be one image off.
    """
    rows = ["\t".join(columns)] if len(columns) > 1 else []
    for values in zip(*columns.values(), strict=True):
        rows.append("\t".join(plain(str(value)) or NAMELESS for value in values))
    return "".join(f"{row}\n" for row in rows)


def _sprite(images: np.ndarray) -> tuple[bytes, int]:
    """Returns a square of the images, row by row, as a PNG, and an image's side in it."""
    columns = int(np.ceil(np.sqrt(len(images))))
    side = min(images.shape[1], _MOST_IMAGE_SIDE, _SPRITE_SIDE // columns)
    small = style.blank(columns**2, side, side, images.shape[3])
    for index, image in enumerate(images):
        resized = Image.fromarray(image.squeeze()).resize((side, side), Image.Resampling.BOX)
        small[index] = np.asarray(resized).reshape(side, side, -1)
    buffer = io.BytesIO()
    Image.fromarray(style.tile(small, columns).squeeze()).save(buffer, "PNG")
    return buffer.getvalue(), side
