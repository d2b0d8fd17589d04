"""Which images a run learns from, and where their files are."""

import dataclasses
import functools
import os
import tempfile
from pathlib import Path
from typing import Any

from elastic_infogan_tf.settings.data_sets import DATA_SETS, SOURCE_KINDS
from elastic_infogan_tf.settings.declare import Bounds, between, setting
from elastic_infogan_tf.settings.transforms import STRENGTHS, TRANSFORMS, Augmentation

AUTO = 0  # number of codes that a training is to choose by its images
MAX_IMAGE_PIXELS = 64_000_000  # 8000 squared: more than cameras of phones make
_PILLOWS_LIMIT = 178_000_000  # pixels; it opens nothing larger
_setting = functools.partial(setting, group="What to train on")


def max_image_pixels_setting(group: str) -> Any:
    """Declares how large an image file may be, which more than one command asks for."""
    return setting(
        MAX_IMAGE_PIXELS,
        help="width times height of the largest picture that is decoded; larger ones are refused "
        "by their headers",
        group=group,
        bounds=between(1, _PILLOWS_LIMIT),
    )


def cache_dir_setting(group: str) -> Any:
    """Declares where things are kept between runs, which more than one command asks for."""
    return setting(
        None,
        help="folder of what is kept between runs: decoded images (12 kB each at 64x64), trained "
        "classifiers; default: ~/.cache/elastic_infogan_tf",
        group=group,
    )


def default_cache() -> Path:
    """Returns the cache in the home folder; for a user who has none, one among temporary files."""
    home = os.path.expanduser("~")
    if home == "~":
        return Path(tempfile.gettempdir(), f"elastic_infogan_tf-{os.getuid()}")
    return Path(home, ".cache", "elastic_infogan_tf")


@dataclasses.dataclass(frozen=True)
class DataSettings:
    """The images of a run and what is done to them.

    `class_ids` and `class_proportions`, where they are not empty, replace the published class set
    and split. `num_classes` is K, the number of codes; `AUTO`: not known yet. `image_shape` is
    height, width and channels of the images as the networks see them.
    """

    dataset: str = _setting(help="the images; needed", listed=DATA_SETS)
    image_shape: tuple[int, int, int] = _setting(
        help="of the images",
        flag=None,
        bounds=Bounds(
            "height, width and channels", lambda shape: len(shape) == 3 and min(shape) > 0
        ),
    )
    num_classes: int = _setting(
        help="K, the number of codes; image_folder, npz, tfds, youtube_faces; `auto`: as many as "
        "clusters of the images suit best, with clustered_infogan on image_folder, npz, tfds",
        bounds=Bounds("2 or more, or auto", lambda number: number == AUTO or number >= 2),
        words={"auto": AUTO},
    )
    augmentation: Augmentation = _setting(
        help="transforms that keep the identity, or none; look at them with `python -m "
        "tools.augmentation_sheet`",
        listed=TRANSFORMS,
        flag="augment",
    )
    transforms: str = _setting(
        "usual",
        help="how strong those transforms are: the data set's usual ones, or stronger ones, for "
        "methods that learn from them alone",
        choices=STRENGTHS,
    )
    source: str = _setting(
        "auto",
        help="cars: `original` .mat files, the `builtin` synthetic cars, or `auto`: the files "
        "of --data_dir, or without one the built-in cars",
        choices=SOURCE_KINDS,
    )
    class_set: int = _setting(1, help="cars and chairs: published class set, 1-5")
    split: int = _setting(
        1, help="published imbalanced split; cars and chairs 1-5, mnist and digits 1-50"
    )
    class_ids: tuple[str, ...] = _setting((), help="classes instead of the published class set's")
    class_proportions: tuple[float, ...] = _setting(
        (), help="of the classes in their order, instead of the split's"
    )
    skip_bad_images: bool = _setting(
        False, help="leave out images that cannot be read, and list them"
    )


@dataclasses.dataclass(frozen=True)
class DataFiles:
    """Where the images are and how they are read: changes no number, so no part of a run."""

    data_dir: Path | None = _setting(
        None,
        help="folder with every data set under its original name (mnist.npz, cars/*.mat, "
        "rendered_chairs/, ShapeNetRendering/, YouTubeFaces/); image_folder: the folder of "
        "pictures; npz: the file",
    )
    max_image_pixels: int = max_image_pixels_setting("What to train on")
    cache_dir: Path | None = cache_dir_setting("What to train on")

    @property
    def cache(self) -> Path:
        """The folder of what is kept between runs."""
        return self.cache_dir or default_cache()
