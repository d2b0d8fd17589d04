"""Which pictures a run's page shows, in which order, and what a person is told of each."""

import base64
import dataclasses
from collections.abc import Collection, Iterable, Iterator
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
        is_of: other pictures that show the same and are shown instead where they are there.
        is_narrow: whether it is drawn for the width of a phone.
    """

    section: str
    name: str
    title: str
    text: str = ""
    is_of: tuple[str, ...] = ()
    is_narrow: bool = False


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
        "is of them.",
        is_of=("groups",),
    ),
    Picture(
        GROUPS,
        "clusters_at_switch",
        "What the codes were made of",
        "Clusters of real images in the middle of the training, before the generator learned them.",
        is_of=("groups", "clusters"),
    ),
    Picture(
        GROUPS,
        "cluster_count",
        "How many groups there may be",
        "The recommended number is a proposal: where the curves change little between two numbers, "
        "either may be right.",
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
        "The prior beside the truth, class by class",
        "A code stands with the class that most of its real images are of.",
    ),
    Picture(
        CURVES,
        "losses",
        "The training, epoch by epoch",
        "Losses of a GAN do not fall towards 0, and their size does not tell a good run. The signs "
        "of life say whether the generator works.",
        is_narrow=True,
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
        "A good table has one dark cell in each row and in each column. Beside a code stands the "
        "share of its most frequent class.",
    ),
    Picture(CLOSER, "reconstructions", "Images and their reconstructions"),
)


@dataclasses.dataclass(frozen=True)
class Shown:
    """A picture that is there, and its pixels as a data URI."""

    picture: Picture
    source: Markup


def find(*folders: Path, without: Collection[str] = ()) -> dict[str, list[Shown]]:
    """Returns the pictures of folders by section, in their order, none of which shows the same.

    One that is in no row, as a figure of your own, comes at the end. Older ones of a training,
    `NAME-STEP.png`, are left out.

    Args:
        *folders: of figures; they need not be there.
        without: names of pictures that are left out.
    """
    found: dict[str, list[Shown]] = {}
    for picture, path in _files(folders, without):
        source = base64.b64encode(path.read_bytes()).decode("ascii")
        shown = Shown(picture, Markup(f"data:image/png;base64,{source}"))
        found.setdefault(picture.section, []).append(shown)
    return found


def _files(folders: Iterable[Path], without: Collection[str]) -> Iterator[tuple[Picture, Path]]:
    there = {path.stem: path for folder in folders for path in sorted(folder.glob("*.png"))}
    rows = {picture.name: picture for picture in PICTURES}
    for name in (*rows, *sorted(there.keys() - rows)):
        picture = rows.get(name) or Picture(CLOSER, name, name.replace("_", " "))
        is_older = name.rpartition("-")[2].isdecimal()
        is_twin = name in without or not there.keys().isdisjoint(picture.is_of)
        if name in there and not is_older and not is_twin:
            yield picture, there[name]
