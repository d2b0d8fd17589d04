"""What the archives of the data sets have inside, and how much of it is unpacked."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

_GIGABYTE = 10**9


@dataclasses.dataclass(frozen=True)
class Archive:
    """The archive of one data set.

    What is inside its folder `place` (see `Source`), wherever that is in there, is unpacked.

    Attributes:
        file_name: what the archive is called, in the data folder.
        wanted: regular expression that the path below `place` of a file to unpack matches.
        max_bytes: most bytes to unpack, some times what is expected.
        max_files: most entries that the archive may list, some times what is expected.
        count: pattern below `place` of what is counted as found.
        unit: what is counted, plural.
        total: how many of them the original has in words, empty where unknown.
    """

    file_name: str
    wanted: str
    max_bytes: int
    max_files: int
    count: str
    unit: str
    total: str = ""

    def wants(self, path: str) -> bool:
        """Whether a file of the archive, by its path below `place`, is to be unpacked."""
        return re.fullmatch(self.wanted, path) is not None

    def found(self, folder: Path) -> int:
        """How many `unit` there are in the folder of the data set."""
        return sum(1 for _ in folder.glob(self.count)) if folder.is_dir() else 0


# By data set; where they come from stands in `DATA_SETS`.
ARCHIVES: Mapping[str, Archive] = {
    # Not verified. As public code reads it, the cars are data/cars/car_NNN_mesh.mat beside other
    # data sets, and list.txt there names 183 of them, though 199 are published.
    "cars": Archive(
        file_name="nips2015-analogy-data.tar.gz",
        wanted=r"car_\d+_mesh\.mat",
        max_bytes=5 * _GIGABYTE,
        max_files=100_000,
        count="*.mat",
        unit="car models",
        total="199",
    ),
    "chairs": Archive(
        file_name="rendered_chairs.tar",
        wanted=r"[^/]+/renders/[^/]+\.png",
        max_bytes=30 * _GIGABYTE,
        max_files=500_000,
        count="*/renders",
        unit="chair models",
        total="1393",
    ),
    "shapenet": Archive(
        file_name="ShapeNetRendering.tgz",
        wanted=r"\d{8}/[^/]+/rendering/\d\d\.png",
        max_bytes=60 * _GIGABYTE,
        max_files=5_000_000,
        count="*/*/rendering",
        unit="models",
    ),
    "youtube_faces": Archive(
        file_name="YouTubeFaces.tar",
        wanted=r"frame_images_DB/.+\.(jpg|txt)",
        max_bytes=100 * _GIGABYTE,
        max_files=5_000_000,
        count="frame_images_DB/*.labeled_faces.txt",
        unit="people",
        total="1595",
    ),
}
