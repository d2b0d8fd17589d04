"""Renders the built-in cars, the data set that the demo trains on without a download.

Ten parametric cars are ray-cast from 24 azimuths and 4 elevations onto a white background. The
result depends on nothing but this code, so two runs give the same pixels.

Needs the packages of the extra `render`. Run it from the root of the project:

    python -m tools.render_builtin_cars --contact_sheet=docs/builtin_cars.png
"""

import dataclasses
import functools
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from absl import flags
from numpy.typing import NDArray
from PIL import Image

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.settings.declare import PNG, setting
from elastic_infogan_tf.utils.files import require_writable, write_atomically
from elastic_infogan_tf.utils.quiet_start import progress_bar

from .builtin_cars.models import CARS
from .builtin_cars.scene import build_scene
from .builtin_cars.shading import (
    AZIMUTHS_DEGREES,
    ELEVATIONS_DEGREES,
    IMAGE_SIZE,
    fit_cameras,
    render,
)

ROOT = Path(__file__).resolve().parents[1]
DATA_PATH = ROOT / "elastic_infogan_tf" / "data" / "sets" / "builtin_cars.npz"

# Azimuth and elevation numbers of the contact sheet's columns: one turn, at alternating heights.
_SHOWN = tuple((2 * column, (1, 2, 1, 3)[column % 4]) for column in range(12))
_SUMMARY = "Renders the built-in cars, the data set that the demo trains on without a download."
_setting = functools.partial(setting, group="Output")


@dataclasses.dataclass(frozen=True)
class RenderSettings:
    """Where the images go."""

    out: Path = _setting(DATA_PATH, help="file to write, by default the package's own data file")
    contact_sheet: Path | None = _setting(None, help="overview to write, a .png file", bounds=PNG)


def render_all() -> NDArray[np.uint8]:
    """Renders all views of all cars.

    Returns:
        The images by car, azimuth and elevation, [10, 24, 4, 64, 64, 3].
    """
    views = (len(CARS), len(AZIMUTHS_DEGREES), len(ELEVATIONS_DEGREES))
    images = np.empty((*views, IMAGE_SIZE, IMAGE_SIZE, 3), dtype=np.uint8)
    with progress_bar(int(np.prod(views)), "image") as progress:
        for number, car in enumerate(CARS):
            progress.set_description(car.name)
            scene = build_scene(car)
            for azimuth, row in enumerate(fit_cameras(scene)):
                for elevation, camera in enumerate(row):
                    images[number, azimuth, elevation] = render(scene, camera)
                    progress.update()
    return images


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, RenderSettings)
    require_writable(settings.out.parent, "--out")
    images = render_all()
    names = np.array([car.name for car in CARS])
    archive = io.BytesIO()
    np.savez_compressed(archive, images=images, names=names)
    write_atomically(settings.out, archive.getvalue(), "--out")
    print(f"wrote {settings.out}, {settings.out.stat().st_size / 1e6:.1f} MB")
    if settings.contact_sheet is not None:
        rows = images[:, *np.transpose(_SHOWN)]  # [cars, views, size, size, 3]
        page = rows.transpose(0, 2, 1, 3, 4).reshape(len(rows) * IMAGE_SIZE, -1, 3)
        image = io.BytesIO()
        Image.fromarray(page).save(image, "PNG", optimize=True)
        write_atomically(settings.contact_sheet, image.getvalue(), flag="--contact_sheet")
        print(f"wrote {settings.contact_sheet}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.render_builtin_cars",
        _SUMMARY,
        lambda values: setting_flags.define(values, RenderSettings),
        _command,
        argv,
    )


if __name__ == "__main__":
    sys.exit(main())
