"""Which pictures a run's page shows, in which order, and what a person is told of each."""

import base64
import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

GROUPS, GENERATED, SHARES, CURVES, CLOSER = "groups", "generated", "shares", "curves", "closer"


@dataclasses.dataclass(frozen=True)
class Picture:
    """One row.

    Attributes:
        section: of the page, one of the above.
        name: of its file, without `.png`.
        title: above it.
        text: below it: what is to be seen, and how to read it.
    """

    section: str
    name: str
    title: str
    text: str = ""


PICTURES = (
    Picture(
        GROUPS,
        "groups",
        "Groups of real images",
        "A row of real images per group, the largest group on top.",
    ),
    Picture(
        GROUPS,
        "least_certain",
        "The least certain images of each group",
        "If some do not belong, look at their second group in groups.csv.",
    ),
    Picture(
        GROUPS,
        "outliers",
        "Images unlike all others",
        "Often damaged, or of a kind that is not there otherwise.",
    ),
    Picture(
        GROUPS,
        "clusters",
        "Real images by their code",
        "A row per code, the code with most images on top: its share of the images, and how sure Q "
        "is of them. Good rows hold one kind of thing; look at the least confident images on the "
        "right first.",
    ),
    Picture(
        GROUPS,
        "clusters_at_switch",
        "What the codes were made of",
        "Clusters of real images in the middle of the training, before the generator learned them.",
    ),
    Picture(
        GROUPS,
        "cluster_count",
        "How many groups there may be",
        "The recommended number is a proposal: where the curves change little between two numbers, "
        "either may be right.",
    ),
    Picture(
        GROUPS,
        "number_of_codes",
        "How the number of codes was chosen",
        "The recommended number was taken.",
    ),
    Picture(
        GENERATED,
        "grid",
        "What the generator makes of each code",
        "A row per code, p is its prior. All images of a column are made of the same noise. Good "
        "rows hold one kind of thing, and different images of it.",
    ),
    Picture(
        SHARES,
        "prior",
        "The prior beside the shares of real images",
        "Both bars of a code are of that code. The line of true proportions, where they are known, "
        "is by rank alone.",
    ),
    Picture(
        SHARES,
        "prior_matched",
        "The prior beside the truth, code by class",
        "Codes are matched to classes one to one by generated images, as the classifier sees them. "
        "A match of a low percentage is a match in name only.",
    ),
    Picture(
        CURVES,
        "losses",
        "The training, epoch by epoch",
        "Losses of a GAN do not fall towards 0, and their size does not tell a good run. The signs "
        "of life say whether the generator works.",
    ),
    Picture(
        CLOSER,
        "embedding",
        "Real images by Q's features",
        "A dot is an image, near dots look alike to Q. Distances between far groups mean little.",
    ),
    Picture(
        CLOSER,
        "neighbours",
        "Nearest neighbours",
        "The real images that look most alike to Q. Names in red are of another class.",
    ),
    Picture(
        CLOSER,
        "contingency",
        "Generated images by code and class",
        "A good table has one dark cell in each row and in each column.",
    ),
    Picture(CLOSER, "reconstructions", "Images and their reconstructions"),
)


@dataclasses.dataclass(frozen=True)
class Shown:
    """A picture that is there, and its pixels as a data URI."""

    picture: Picture
    source: Markup


def find(*folders: Path) -> dict[str, list[Shown]]:
    """Returns the pictures of folders by section, in their order.

    One that is in no row, as a figure of your own, comes at the end. Older ones of a training,
    `NAME-STEP.png`, are left out.

    Args:
        *folders: of figures; they need not be there.
    """
    found: dict[str, list[Shown]] = {}
    for picture, path in _files(folders):
        source = base64.b64encode(path.read_bytes()).decode("ascii")
        shown = Shown(picture, Markup(f"data:image/png;base64,{source}"))
        found.setdefault(picture.section, []).append(shown)
    return found


def _files(folders: Iterable[Path]) -> Iterator[tuple[Picture, Path]]:
    there = {path.stem: path for folder in folders for path in sorted(folder.glob("*.png"))}
    for picture in PICTURES:
        if picture.name in there:
            yield picture, there.pop(picture.name)
    for name, path in there.items():
        if not name.rpartition("-")[2].isdecimal():
            yield Picture(CLOSER, name, name.replace("_", " ")), path
