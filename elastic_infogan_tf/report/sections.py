"""The figures of a run's page by section."""

import base64
import dataclasses
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from elastic_infogan_tf.evaluation.figures import figure_table
from elastic_infogan_tf.evaluation.figures.figure_table import Figure


@dataclasses.dataclass(frozen=True)
class Shown:
    """A figure that is there, and its pixels as a data URI."""

    figure: Figure
    source: Markup


def find(*folders: Path, without: Collection[str] = ()) -> dict[str, list[Shown]]:
    """Returns the figures of folders by section, in their order, none of which shows the same.

    One that is in no row, as a figure of your own, comes at the end. Older ones of a training,
    `NAME-STEP.png`, are left out.

    Args:
        *folders: of figures; they need not be there.
        without: names of those that are left out.
    """
    found: dict[str, list[Shown]] = {}
    for figure, path in _files(folders, without):
        source = base64.b64encode(path.read_bytes()).decode("ascii")
        shown = Shown(figure, Markup(f"data:image/png;base64,{source}"))
        found.setdefault(figure.section, []).append(shown)
    return found


def _files(folders: Iterable[Path], without: Collection[str]) -> Iterator[tuple[Figure, Path]]:
    there = {path.stem: path for folder in folders for path in sorted(folder.glob("*.png"))}
    rows = {figure.name: figure for figure in figure_table.FIGURES}
    for name in (*rows, *sorted(there.keys() - rows)):
        figure = rows.get(name) or Figure(name)
        is_older = name.rpartition("-")[2].isdecimal()
        is_twin = name in without or not there.keys().isdisjoint(figure.is_of)
        if name in there and not is_older and not is_twin:
            yield figure, there[name]
