"""All figures of a run: what draws them and when, what they need, what its page says of them."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import tensorflow as tf

from elastic_infogan_tf.evaluation.evidence import Subject, part
from elastic_infogan_tf.evaluation.figures import clusters, codes, features, image_grids, losses
from elastic_infogan_tf.utils.files import write_atomically

# Sections of a run's page.
GROUPS, GENERATED, SHARES, CURVES, CLOSER = "groups", "generated", "shares", "curves", "closer"


@dataclasses.dataclass(frozen=True)
class Figure:
    """One row."""

    name: str  # of its file, without `.png`, and in TensorBoard
    section: str = CLOSER  # of the run's page
    title: str = ""  # above it on the page; its name if not given
    text: str = ""  # below it: what is to be seen, and how to read it
    draw: Callable[[Subject], bytes] | None = None  # as PNG; None: what it is a part of draws it
    in_training: bool = False  # whether a training draws it every so often, not evaluations alone
    needs: tuple[str, ...] = ()  # parts of a `Subject`; where one is None it is left out
    is_kept: bool = False  # whether a training keeps the one of each time beside the newest
    is_of: tuple[str, ...] = ()  # figures that show the same and, if they are there, replace it
    is_narrow: bool = False  # whether it is drawn for the width of a phone

    def __post_init__(self) -> None:
        if not self.title:
            object.__setattr__(self, "title", self.name.replace("_", " "))


# In the order of the page.
FIGURES = (
    Figure(
        "groups",
        GROUPS,
        "Groups of real images",
        "A row of real images per group, the largest group on top.",
    ),
    Figure(
        "least_certain",
        GROUPS,
        "The least certain images of each group",
        "If some do not belong, look at their second group in groups.csv.",
    ),
    Figure(
        "outliers",
        GROUPS,
        "Images unlike all others",
        "Often corrupted, or of a kind that is not there otherwise.",
    ),
    Figure(
        "clusters",
        GROUPS,
        "Real images by their code",
        "A row per code, the largest on top: its share of the images, and how sure Q is of them.",
        is_of=("groups",),
        draw=clusters.draw,
    ),
    Figure(
        "clusters_at_switch",
        GROUPS,
        "What the codes were made of",
        "Clusters of real images in the middle of the training, before the generator learned them.",
        is_of=("groups", "clusters"),
    ),
    Figure(
        "cluster_count",
        GROUPS,
        "How many groups there may be",
        "A proposal: where the curves change little between two numbers, either may be right.",
    ),
    Figure(
        "grid",
        GENERATED,
        "What the generator makes of each code",
        "A row per code, p is its prior; a column per noise. Good rows: one kind, various images.",
        draw=image_grids.draw_grid,
        in_training=True,
        is_kept=True,
    ),
    Figure(
        "prior",
        SHARES,
        "The prior beside the shares of real images",
        "Both bars of a code are of that code. The true proportions, if known, are by rank alone.",
        draw=codes.draw_prior,
        in_training=True,
    ),
    Figure(
        "prior_matched",
        SHARES,
        "The prior beside the truth, class by class",
        "A code stands with the class that most of its real images are of.",
        draw=codes.draw_matched,
        needs=("evidence.frequent_classes",),
    ),
    Figure(
        "losses",
        CURVES,
        "The training, epoch by epoch",
        "A GAN's losses do not fall to 0, nor tell a good run; the signs of life say if it works.",
        is_narrow=True,
        draw=losses.draw,
        in_training=True,
        needs=("metrics",),
    ),
    Figure(
        "embedding",
        CLOSER,
        "Real images by Q's features",
        "A dot is an image, near dots look alike to Q. Distances between far groups mean little.",
        draw=features.draw_embedding,
    ),
    Figure(
        "neighbours",
        CLOSER,
        "Nearest neighbours",
        "The real images that look most alike to Q. Names in red are of another class.",
        draw=image_grids.draw_neighbours,
    ),
    Figure(
        "contingency",
        CLOSER,
        "Generated images by code and class",
        "A good table has one dark cell a row and a column. Shares: of the most frequent class.",
        draw=codes.draw_contingency,
        needs=("evidence.contingency",),
    ),
    Figure(
        "reconstructions",
        CLOSER,
        "Images and their reconstructions",
        draw=image_grids.draw_reconstructions,
        needs=("evidence.reconstruct",),
    ),
)


def draw(subject: Subject, in_training: bool = False) -> dict[str, bytes]:
    """Draws every figure, or those of a training, whose needs are there: PNG bytes by name."""
    return {
        figure.name: figure.draw(subject)
        for figure in FIGURES
        if figure.draw is not None
        and (figure.in_training or not in_training)
        and all(part(subject, path) is not None for path in figure.needs)
    }


def publish(
    drawn: Mapping[str, bytes], folder: Path, writer: tf.summary.SummaryWriter | None, step: int
) -> None:
    """Writes each figure as `NAME.png` and, where there is a writer, as `figures/NAME` of the step.

    Raises:
        UsageError: if a file cannot be written.
    """
    for name, png in drawn.items():
        write_atomically(folder / f"{name}.png", png)
    if writer is None:
        return
    with writer.as_default(step=step):
        for name, png in drawn.items():
            tf.summary.image(f"figures/{name}", tf.io.decode_png(png, channels=3)[tf.newaxis])
    writer.flush()
