"""An example metric and an example figure."""

import io

import numpy as np
from PIL import Image

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures.figure_table import SHARES, Figure
from elastic_infogan_tf.evaluation.metrics.metric_table import OTHER, SCORE, Metric


def real_brightness(images: np.ndarray) -> float:
    """Returns the mean of the real images' pixels over 255, in [0, 1]."""
    return float(np.mean(images[:]) / 255)


METRIC = Metric(
    "real.brightness",
    ("data.images",),
    real_brightness,
    title="brightness of the real images",
    note="0 is black",
    most=1.0,
    line="real images",
    table=OTHER,
    taken=SCORE,
)


def draw(subject: Subject) -> bytes:
    """Draws the first real image, as PNG bytes."""
    buffer = io.BytesIO()
    Image.fromarray(subject.evidence.data.images[:1][0].squeeze()).save(buffer, "PNG")
    return buffer.getvalue()


FIGURE = Figure(
    "first_image",
    SHARES,
    "The first real image",
    "Its brightness is that of all.",
    draw=draw,
    in_training=True,
    needs=("evidence.data.images",),
)
