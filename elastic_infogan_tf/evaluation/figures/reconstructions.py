"""Images beside what a model that can reconstruct makes of them."""

import numpy as np

from elastic_infogan_tf.data.batches.pixels import scale, unscale
from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style

_COLUMNS = 10
_MOST = 40


def draw(subject: Subject) -> bytes:
    """Draws the first training images in whole rows, each above its reconstructions."""
    images = subject.evidence.data.images
    columns = min(_COLUMNS, len(images))
    images = images[: min(_MOST, len(images)) // columns * columns]
    reconstructed = unscale(subject.evidence.reconstruct(scale(images))).numpy()
    rows = len(images) // columns
    pairs = np.stack(
        [part.reshape(rows, columns, *images.shape[1:]) for part in (images, reconstructed)]
    )
    grid = style.tile(pairs.swapaxes(0, 1).reshape(-1, *images.shape[1:]), 2 * rows)
    with style.figure(8, 0.7 + 7.8 * grid.shape[0] / grid.shape[1]) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        side = images.shape[1]
        places = np.arange(2 * rows) * side + side / 2
        axes.set_yticks(places, ["image", "reconstruction"] * rows, fontsize=7)
        axes.set_xticks([])
        axes.set_title(style.heading(subject.title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
