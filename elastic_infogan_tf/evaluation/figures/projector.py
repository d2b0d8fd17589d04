"""Q's features in TensorBoard's embedding projector, with the images as sprites."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA
from tensorboard.plugins.projector import ProjectorConfig

from elastic_infogan_tf.evaluation.figures.tiles import tile
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.text import NAMELESS, plain

_CONFIG = "projector_config.pbtxt"  # the name that TensorBoard looks for
_TENSOR, _METADATA, _SPRITE = "features.tsv", "features_metadata.tsv", "features_sprite.png"
_MOST_DIMENSIONS = 100
_SPRITE_SIDE = 8192  # the largest that TensorBoard shows
_MOST_IMAGE_SIDE = 64


def write_projector(
    folder: Path,
    features: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray | None,
    class_names: Sequence[str],
) -> None:
    """Writes what TensorBoard's projector shows for a log folder.

    Args:
        folder: of the run's event files.
        features: float `[n, d]`; more than 100 dimensions are reduced by PCA, as the projector
            itself would.
        images: uint8 `[n, h, w, c]`.
        labels: int `[n]`, or None where the data has no labels.
        class_names: one per class.

    Raises:
        UsageError: if the files cannot be written.
    """
    if features.shape[1] > _MOST_DIMENSIONS:
        size = min(_MOST_DIMENSIONS, len(features))
        features = PCA(size, svd_solver="full").fit_transform(features)
    sprite, side = _sprite(images)
    config = ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "Q's features"
    embedding.tensor_path = _TENSOR
    embedding.sprite.image_path = _SPRITE
    embedding.sprite.single_image_dim.extend([side, side])
    write_atomically(folder / _TENSOR, _to_tsv(features))
    write_atomically(folder / _SPRITE, sprite)
    if labels is not None:
        embedding.metadata_path = _METADATA
        # One column, so no heading: TensorBoard reads every line as a label. A tab would make
        # columns, and it skips blank lines, so that every later name would be one image off.
        names = [plain(name) or NAMELESS for name in class_names]
        write_atomically(folder / _METADATA, "".join(f"{names[label]}\n" for label in labels))
    write_atomically(folder / _CONFIG, str(config))


def _to_tsv(features: np.ndarray) -> str:
    text = io.StringIO()
    np.savetxt(text, features, fmt="%.5g", delimiter="\t")
    return text.getvalue()


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
