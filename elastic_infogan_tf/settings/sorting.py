"""What is asked of the command that sorts pictures by a trained run."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import cache_dir_setting, max_image_pixels_setting
from elastic_infogan_tf.settings.declare import FILE, FOLDER, SHARE, THERE, at_least, setting
from elastic_infogan_tf.settings.finished import TrainedRun

_setting = functools.partial(setting, group="Sorting")


@dataclasses.dataclass(frozen=True)
class SortSettings(TrainedRun):
    """Which pictures, and what is made of them."""

    data_dir: Path | None = _setting(
        None,
        help="folder of pictures, or one picture (default: what the run was trained on)",
        bounds=THERE,
    )
    out: Path | None = _setting(
        None,
        help="folder of the results, a new one or one of a sorting before",
        needed=True,
        bounds=FOLDER,
    )
    names: Path | None = _setting(
        None,
        help="CSV file of lines `group,name`; equal names join groups, and groups without a line "
        "keep their number",
        bounds=FILE,
    )
    link: bool = _setting(
        False, help="folder pictures/ in --out, with links to the pictures of each group"
    )
    copy: bool = _setting(False, help="the same folder with copies; the pictures themselves stay")
    min_probability: float = _setting(
        0.0,
        help="least probability of a picture's group; pictures below count as unsure, and go to "
        "unsure/ with --link or --copy",
        bounds=SHARE,
    )
    seed: int = _setting(
        0, help="seed of the sample, its transforms and the bootstrap", bounds=at_least(0)
    )
    max_image_pixels: int = max_image_pixels_setting("Sorting")
    cache_dir: Path | None = cache_dir_setting("Sorting")

    def check_together(self) -> None:
        """Refuses settings that do not go with one another.

        Raises:
            UsageError: if there are such.
        """
        if self.link and self.copy:
            raise UsageError("--link and --copy exclude each other; give one of them.")
