"""Draws images of a data set beside their identity-preserving transforms, to look at.

    elastic-infogan sheet --dataset=cars --augment=rotation,flip --out=sheet.png

NT-Xent ties an image to its transforms, so the transforms decide what counts as one identity: in
every row there should be one, whole, on a background without seams.
"""

import dataclasses
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.declare import PNG, at_least, setting
from elastic_infogan_tf.settings.transforms import NO_TRANSFORM, Augmentation, choose
from elastic_infogan_tf.utils.files import require_place, write_atomically
from elastic_infogan_tf.utils.quiet_start import quiet_start
from elastic_infogan_tf.utils.text import plain

_setting = functools.partial(setting, group="Sheet", common=True)
_SUMMARY = (
    "Draws images of a data set's training set, a row each: the image at the left and its "
    "identity-preserving transforms beside it."
)
_TITLE = 130  # characters of a line of the title
_MARGINS = ((0, 0), (1, 1), (1, 1), (0, 0))
_LINE = 128  # grey of the lines between images, which is neither black nor white


def in_words(augmentation: Augmentation) -> str:
    """Returns the strengths of an augmentation by their names in `Augmentation`."""
    still = dataclasses.asdict(choose(augmentation, [NO_TRANSFORM]))
    strengths = dataclasses.asdict(augmentation).items()
    parts = [f"{name}={value}" for name, value in strengths if value != still[name]]
    background = augmentation.background
    outside = "its edge repeated" if background is None else f"grey level {background}"
    return f"{', '.join(parts) or 'no transform'}; outside the image: {outside}"


def draw(images: np.ndarray, augmentation: Augmentation, columns: int, seed: int) -> np.ndarray:
    """Transforms every image `columns` times.

    Args:
        images: uint8 `[n, h, w, c]`.
        augmentation: strengths of the transforms.
        columns: transforms of each image.
        seed: of the transforms.

    Returns:
        uint8 `[n * (1 + columns), h, w, c]`: each image, then its transforms.
    """
    with quiet_start():
        from elastic_infogan_tf.data.batches.augmentation import augment
        from elastic_infogan_tf.data.batches.pipeline import scale, unscale

    repeated = np.repeat(images, columns, axis=0)
    # Through the networks' range and back, as in training.
    moved = unscale(scale(augment(repeated, augmentation, [seed, 0]))).numpy()
    rows = moved.reshape(len(images), columns, *images.shape[1:])
    return np.concatenate([images[:, np.newaxis], rows], axis=1).reshape(-1, *images.shape[1:])


def sheet(drawn: np.ndarray, rows: int, title: str) -> bytes:
    """Draws a row per image, with lines between images.

    Args:
        drawn: uint8 `[rows * (1 + columns), h, w, c]`, as `draw` returns them.
        rows: images.
        title: may have several lines; long ones are wrapped.

    Returns:
        PNG bytes.
    """
    from elastic_infogan_tf.evaluation.figures import style

    grid = style.tile(np.pad(drawn, _MARGINS, constant_values=_LINE), rows)
    height, width = grid.shape[:2]
    title = style.paragraph(title, _TITLE)
    above = 0.4 + 0.17 * len(title.splitlines())
    with style.figure(9, above + 9 * height / width) as figure:
        axes = figure.add_subplot()
        style.show(axes, grid)
        side = width * rows / len(drawn)
        axes.set_xticks([side / 2, (width + side) / 2], ["image", "its transforms"])
        axes.set_yticks([])
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
        axes.set_title(title, fontsize=9)
        return style.to_png(figure, dpi=120)


@dataclasses.dataclass(frozen=True)
class SheetSettings:
    """How many images and transforms there are on a sheet, and where it goes."""

    images: int = _setting(8, help="number of images, a row each", bounds=at_least(1))
    columns: int = _setting(8, help="number of transforms of each image", bounds=at_least(1))
    seed: int = _setting(0, help="seed of the images and the transforms", bounds=at_least(0))
    out: Path | None = _setting(None, help="image to write, a .png file", bounds=PNG, needed=True)


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define_data(values)
    setting_flags.define(values, SheetSettings)


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, SheetSettings)
    config = setting_flags.config(values)
    files = setting_flags.read(values, DataFiles)
    setting_flags.require_data(config, files)
    require_place(settings.out, "--out")
    # Imported late: a wrong flag is answered before TensorFlow has started.
    from elastic_infogan_tf.data import catalogue

    data = catalogue.load(config, files)
    # Not all data sets come shuffled.
    order = np.random.default_rng(config.schedule.seed).permutation(len(data.images))
    images = data.images[order[: settings.images]]
    strengths = in_words(config.data.augmentation)
    title = f"{config.data.dataset}, source: {data.source}\n{strengths}"
    drawn = draw(images, config.data.augmentation, settings.columns, config.schedule.seed)
    write_atomically(settings.out, sheet(drawn, len(images), title), flag="--out")
    print(f"wrote {settings.out}: {len(images)} images, source: {plain(data.source)}; {strengths}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan sheet",
        _SUMMARY,
        _define_flags,
        _command,
        argv,
        example="--dataset=cars --augment=rotation,flip --out=sheet.png",
    )


if __name__ == "__main__":
    sys.exit(main())
