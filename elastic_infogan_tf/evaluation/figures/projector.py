"""Q's features in TensorBoard's embedding projector, with the images as sprites."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.decomposition import PCA
from tensorboard.plugins.projector import ProjectorConfig

from elastic_infogan_tf.evaluation.evidence import Evidence
from elastic_infogan_tf.evaluation.figures.style import tile
from elastic_infogan_tf.utils.files import unwritable, write_atomically
from elastic_infogan_tf.utils.text import NAMELESS, plain

_CONFIG = "projector_config.pbtxt"  # the name that TensorBoard looks for
_TENSOR, _METADATA, _SPRITE = "features.tsv", "features_metadata.tsv", "features_sprite.png"
_MOST_DIMENSIONS = 100
_SPRITE_SIDE = 8192  # the largest that TensorBoard shows
_MOST_IMAGE_SIDE = 64
_PROJECTED = 1000  # images: enough for a map, and a second's work


def project(evidence: Evidence, folder: Path) -> None:
    """Writes what TensorBoard's projector shows of a model: the first training images.

    The training set is shuffled, so that they are images of all kinds. Each has its file (or its
    number), its group (the likeliest code), the probability of that, and its class where there are
    labels; group and probability are left out while there are no codes yet.

    Args:
        evidence: of the model.
        folder: of the run's event files.

    Raises:
        UsageError: if the files cannot be written.
    """
    encoded, labels = evidence.counted, evidence.data.labels
    count = min(_PROJECTED, len(encoded.features))
    columns: dict[str, Iterable[object]] = {"file": (evidence.data.files or range(count))[:count]}
    if evidence.has_codes:
        columns["group"] = encoded.codes[:count]
        columns["probability"] = [f"{one:.4f}" for one in encoded.confidences[:count]]
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
    """Writes what TensorBoard's projector shows for a log folder.

    A TensorBoard that runs looks at the files again when there is a newer checkpoint, and at the
    features when they have another name. So a checkpoint of the step alone comes last.

    Args:
        folder: of the run's event files.
        features: float `[n, d]`; more than 100 dimensions are reduced by PCA, as the projector
            itself would.
        images: uint8 `[n, h, w, c]`.
        columns: by name, what is known of each image: `[n]` of anything, one or more.
        step: train steps behind the features.

    Raises:
        UsageError: if the files cannot be written.
    """
    if features.shape[1] > _MOST_DIMENSIONS:
        size = min(_MOST_DIMENSIONS, len(features))
        features = PCA(size, svd_solver="full").fit_transform(features)
    sprite, side = _sprite(images)
    config = ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = f"Q's features, step {step}"
    embedding.tensor_path = _TENSOR
    embedding.metadata_path = _METADATA
    embedding.sprite.image_path = _SPRITE
    embedding.sprite.single_image_dim.extend([side, side])
    write_atomically(folder / _TENSOR, _to_tsv(features))
    write_atomically(folder / _METADATA, _metadata(columns))
    write_atomically(folder / _SPRITE, sprite)
    write_atomically(folder / _CONFIG, str(config))
    _announce(folder, step)


def _announce(folder: Path, step: int) -> None:
    """Makes a running TensorBoard look at the files again."""
    checkpoint = tf.train.Checkpoint(step=tf.Variable(step, dtype=tf.int64))
    try:
        manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)
        manager.save(checkpoint_number=step)
    except (OSError, tf.errors.OpError) as error:
        raise unwritable(folder, error) from error


def _to_tsv(features: np.ndarray) -> str:
    text = io.StringIO()
    np.savetxt(text, features, fmt="%.5g", delimiter="\t")
    return text.getvalue()


def _metadata(columns: Mapping[str, Iterable[object]]) -> str:
    """Returns a line for each image, a heading before them where there are several columns.

    TensorBoard reads a single column's every line as a label. A tab in a name would make columns,
    and it skips blank lines, so that every later name would be one image off.
    """
    lines = zip(*columns.values(), strict=True)
    rows = ["\t".join(columns)] if len(columns) > 1 else []
    rows += ["\t".join(plain(str(one)) or NAMELESS for one in line) for line in lines]
    return "".join(f"{row}\n" for row in rows)


def _sprite(images: np.ndarray) -> tuple[bytes, int]:
    """Returns a square of the images, row by row, as a PNG, and an image's side in it."""
    columns = int(np.ceil(np.sqrt(len(images))))
    side = min(images.shape[1], _MOST_IMAGE_SIDE, _SPRITE_SIDE // columns)
    blank = np.full((columns**2, side, side, images.shape[3]), 255, np.uint8)
    for place, image in enumerate(images):
        small = Image.fromarray(image.squeeze()).resize((side, side), Image.Resampling.BOX)
        blank[place] = np.asarray(small).reshape(side, side, -1)
    buffer = io.BytesIO()
    Image.fromarray(tile(blank, columns).squeeze()).save(buffer, "PNG")
    return buffer.getvalue(), side
