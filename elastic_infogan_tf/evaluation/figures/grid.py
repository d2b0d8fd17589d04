"""The code x noise grid: what the generator makes of each code."""

import numpy as np

from elastic_infogan_tf.evaluation.evidence import Subject
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.inference import generate_grid

_READING = "a row per code; all images of a column are made of the same noise"


def draw(subject: Subject) -> bytes:
    """Draws a row per code, a column per noise vector, the same ones for every code and time."""
    probabilities = subject.evidence.probabilities
    codes = len(probabilities)
    images = generate_grid(subject.evidence.model)
    grid = style.tile(images, codes)
    height, width = grid.shape[:2]
    with style.figure(8, 0.7 + 7 * height / width) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        side = height // codes
        labels = [f"code {code}  p={p:.3f}" for code, p in enumerate(probabilities)]
        axes.set_yticks(np.arange(codes) * side + side / 2, labels, fontsize=8)
        axes.set_xticks([])
        axes.set_xlabel(_READING, fontsize=8)
        axes.tick_params(length=0)
        axes.set_title(style.heading(subject.title, 7), fontsize=9)
        return style.to_png(figure, dpi=120)
