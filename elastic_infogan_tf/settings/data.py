"""Which images a run learns from, and where their files are."""

import dataclasses
import functools
import os
import tempfile
from pathlib import Path
from typing import Any

from elastic_infogan_tf.settings.data_sets import DATA_SETS, SOURCE_KINDS
from elastic_infogan_tf.settings.declare import FOLDER, Bounds, at_least, between, setting
from elastic_infogan_tf.settings.transforms import STRENGTHS, TRANSFORMS, USUAL, Augmentation
from elastic_infogan_tf.utils.system import user

MAX_IMAGE_PIXELS = 64_000_000  # 8000 squared: more than cameras of phones make
_PILLOWS_LIMIT = 178_000_000  # pixels; it opens nothing larger
_setting = functools.partial(setting, group="What to train on")


def max_image_pixels_setting(group: str) -> Any:
    """Declares how large an image file may be, which more than one command asks for."""
    return setting(
        MAX_IMAGE_PIXELS,
        help="pixels (width times height) of the largest image that is decoded",
        group=group,
        bounds=between(1, _PILLOWS_LIMIT),
    )


def cache_dir_setting(group: str) -> Any:
    """Declares where things are kept between runs, which more than one command asks for."""
    return setting(
        None,
        help="folder of what is kept between runs: decoded images (12 kB each at 64x64), trained "
        "classifiers (default: ~/.cache/elastic_infogan_tf)",
        group=group,
        bounds=FOLDER,
    )


def default_cache() -> Path:
    """Returns the cache in the home folder; for a user who has none, one among temporary files."""
    home = os.path.expanduser("~")
    if home == "~":
        return Path(tempfile.gettempdir(), f"elastic_infogan_tf{user()}")
    return Path(home, ".cache", "elastic_infogan_tf")


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
    max_image_pixels: int = max_image_pixels_setting("What to train on")
    cache_dir: Path | None = cache_dir_setting("What to train on")

    @property
    def cache(self) -> Path:
        """The folder of what is kept between runs."""
        return self.cache_dir or default_cache()
