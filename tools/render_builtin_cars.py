"""Renders the built-in cars, the data set that the demo trains on without a download.

Ten parametric cars are ray-cast from 24 azimuths and 4 elevations onto a white background. The
result depends on nothing but this code, so two runs give the same pixels.

Needs the packages of the extra `render`. Run it from the root of the project:

    python -m tools.render_builtin_cars --contact_sheet=docs/builtin_cars.png
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from absl import app, flags, logging
from numpy.typing import NDArray

from elastic_infogan_tf.progress_bar import progress_bar

from .builtin_cars.models import CARS
from .builtin_cars.scene import build_scene
from .builtin_cars.shading import (
    AZIMUTHS_DEGREES,
    ELEVATIONS_DEGREES,
    IMAGE_SIZE,
    fit_cameras,
    render,
)
from .builtin_cars.sheet import contact_sheet
from .builtin_cars.storage import save

ROOT = Path(__file__).resolve().parents[1]
DATA_PATH = ROOT / "elastic_infogan_tf" / "data" / "sets" / "builtin_cars.npz"

_OUTPUT = flags.DEFINE_string(
    "output", None, "Where to write the pictures; by default the package's own data file."
)
_CONTACT_SHEET = flags.DEFINE_string(
    "contact_sheet", None, "Where to write an overview as PNG; by default none is written."
)


def render_all() -> NDArray[np.uint8]:
    """Renders all views of all cars.

    Returns:
        The pictures by car, azimuth and elevation, [10, 24, 4, 64, 64, 3].
    """
    views = (len(CARS), len(AZIMUTHS_DEGREES), len(ELEVATIONS_DEGREES))
    images = np.empty((*views, IMAGE_SIZE, IMAGE_SIZE, 3), dtype=np.uint8)
    with progress_bar(int(np.prod(views)), "picture") as progress:
        for number, car in enumerate(CARS):
            progress.set_description(car.name)
            scene = build_scene(car)
            for azimuth, row in enumerate(fit_cameras(scene)):
                for elevation, camera in enumerate(row):
                    images[number, azimuth, elevation] = render(scene, camera)
                    progress.update()
    return images


def main(argv: Sequence[str]) -> None:
    """Renders the cars and writes the files asked for."""
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    names = [car.name for car in CARS]
    images = render_all()
    output = Path(_OUTPUT.value) if _OUTPUT.value else DATA_PATH
    save(output, images, names)
    logging.info("Wrote %s, %.1f MB.", output, output.stat().st_size / 1e6)
    if _CONTACT_SHEET.value:
        sheet_path = Path(_CONTACT_SHEET.value)
        sheet_path.parent.mkdir(parents=True, exist_ok=True)
        contact_sheet(images, names).save(sheet_path, optimize=True)
        logging.info("Wrote %s.", sheet_path)


if __name__ == "__main__":
    app.run(main)
