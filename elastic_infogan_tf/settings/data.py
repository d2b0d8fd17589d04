"""Which images a run learns from, and where their files are."""

import dataclasses
import functools
import math
import os
import tempfile
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import DATA_SETS, SOURCE_KINDS, DataSet
from elastic_infogan_tf.settings.declare import FOLDER, Bounds, at_least, setting
from elastic_infogan_tf.settings.transforms import STRENGTHS, TRANSFORMS, USUAL, Augmentation

_SEPARATORS = frozenset("/\\\0")  # what makes a name a path, on any system
_setting = functools.partial(setting, group="What to train on")


@dataclasses.dataclass(frozen=True)
class DataSettings:
    """The images of a run and what is done to them.

    `class_ids` and `class_proportions`, where they are not empty, replace the published class set
    and split. `num_classes` is K, the number of codes. `image_shape` is height, width and channels
    of the images as the networks see them.
    """

    dataset: str = _setting(
        help="data set to train on; image_folder: a folder of images of your own",
        listed=DATA_SETS,
        needed=True,
    )
    image_shape: tuple[int, int, int] = _setting(
        help="height, width and channels of the images",
        flag=None,
        bounds=Bounds(
            "height, width and channels", lambda shape: len(shape) == 3 and min(shape) > 0
        ),
    )
    num_classes: int = _setting(
        help="number of codes, that is of groups to find (image_folder, npz, tfds) or of people "
        "(youtube_faces); `elastic-infogan explore` proposes one",
        bounds=at_least(2),
        common=True,
    )
    augmentation: Augmentation = _setting(
        help="kinds of transforms that leave an image what it is, or none, and their strength: "
        "stronger is for methods that learn from them alone",
        listed=(*TRANSFORMS, *STRENGTHS),
        flag="augment",
        common=True,
    )
    transforms: str = _setting(
        USUAL, help="strength of those transforms", flag=None, choices=STRENGTHS
    )
    source: str = _setting(
        "auto",
        help="source of the cars: .mat files, the synthetic cars of the package, or auto: the "
        "files of --data_dir, without one the synthetic cars",
        choices=SOURCE_KINDS,
    )
    class_set: int = _setting(1, help="number of the published class set of cars or chairs, 1-5")
    split: int = _setting(
        1, help="number of the published imbalanced split, 1-5 of cars and chairs, 1-50 of digits"
    )
    class_ids: tuple[str, ...] = _setting(
        (), help="names of classes, in place of the class set's; of shapenet WordNet ids"
    )
    class_proportions: tuple[float, ...] = _setting(
        (), help="shares of the classes in their order, in place of the split's"
    )
    bursts: str | None = _setting(
        None,
        help="what tells that images are frames of one moment: name (names that differ in a "
        "number), number (such that follow one another), time (EXIF), folder, or a CSV file of "
        "lines file,burst; for npz the name of an array",
    )
    skip_bad_images: bool = _setting(
        False, help="images that cannot be read are left out and listed, not refused"
    )


@dataclasses.dataclass(frozen=True)
class DataFiles:
    """Where the images are and how they are read: changes no number, so no part of a run."""

    data_dir: Path | None = _setting(
        None,
        help="folder of images for image_folder, file for npz; else the folder that holds the "
        "data set under its original name (mnist.npz, cars/, rendered_chairs/, ShapeNetRendering/, "
        "YouTubeFaces/)",
        common=True,
    )
    cache_dir: Path | None = _setting(
        None,
        help="folder of what is kept between runs: decoded images (12 kB each at 64x64), trained "
        "classifiers (default: ~/.cache/elastic_infogan_tf)",
        bounds=FOLDER,
    )

    @property
    def cache(self) -> Path:
        """The folder of what is kept between runs."""
        return self.cache_dir or default_cache()


def default_cache() -> Path:
    """Returns the cache in the home folder; for a user who has none, one among temporary files."""
    home = os.path.expanduser("~")
    if home == "~":
        user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # Windows keeps users apart
        return Path(tempfile.gettempdir(), f"elastic_infogan_tf{user}")
    return Path(home, ".cache", "elastic_infogan_tf")


def check_data(data: DataSettings, row: DataSet, stage_size: int) -> None:
    """Refuses numbers of splits and sets, classes, shares and stages that do not fit a data set.

    Raises:
        UsageError: for the first thing that does not fit.
    """
    for name, most in (("class_set", row.class_sets), ("split", max(row.splits, 1))):
        value = getattr(data, name)
        if not 1 <= value <= most:
            raise UsageError(
                f"--{name} must be between 1 and {most} for --dataset={data.dataset}. Received: "
                f"{value}"
            )
    ids, classes = data.class_ids, len(data.class_ids) or row.num_classes
    paths = [name for name in ids if name in ("", ".", "..") or not _SEPARATORS.isdisjoint(name)]
    if paths:
        raise UsageError(
            "--class_ids must be names of classes, without / and \\ and not .. or empty, because "
            f"they are looked for in the data folder. Received: {', '.join(map(repr, paths))}"
        )
    if len(set(ids)) < len(ids):
        raise UsageError(f"--class_ids must be different. Received: {','.join(ids)}")
    if (ids or row.gives_classes) and data.num_classes != classes:
        raise UsageError(
            f"--num_classes={data.num_classes} does not fit the {classes} classes of "
            f"--dataset={data.dataset}; name that many different ones with --class_ids, or leave "
            "--num_classes out."
        )
    if data.class_proportions:
        _check_shares(data.class_proportions, classes if ids or row.gives_classes else None)
    refused = f"--second_stage_size={stage_size} does not fit --dataset={data.dataset}"
    if stage_size and row.networks != "stackgan":
        raise UsageError(f"{refused}, whose networks have no stages; leave it out.")
    if stage_size and row.fixed_size and stage_size != row.image_shape[0]:
        height, width, _ = row.image_shape
        raise UsageError(
            f"{refused}, whose images are made at {height}x{width}; choose {height} or leave it "
            "out."
        )


def _check_shares(shares: tuple[float, ...], classes: int | None) -> None:
    if not all(0 < share < math.inf for share in shares) or abs(sum(shares) - 1) > 0.01:
        raise UsageError(
            "--class_proportions must be above 0 and sum to 1 (to within 0.01). Received: "
            f"{','.join(map(str, shares))}, sum {sum(shares):.4f}"
        )
    if classes is not None and len(shares) != classes:
        raise UsageError(
            f"--class_proportions must be {classes} numbers, one for each class. Received: "
            f"{len(shares)}"
        )
