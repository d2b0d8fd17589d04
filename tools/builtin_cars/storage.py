"""The data file of the built-in cars."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save(path: Path, images: NDArray[np.uint8], names: list[str]) -> None:
    """Writes the data file, all or nothing.

    Args:
        path: where to.
        images: the pictures, [cars, azimuths, elevations, height, width, 3].
        names: names of the cars.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, images=images, names=np.array(names))
    os.replace(partial, path)
