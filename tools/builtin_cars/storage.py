"""The data file of the built-in cars."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from elastic_infogan_tf.files import write_atomically


def save(path: Path, images: NDArray[np.uint8], names: list[str]) -> None:
    """Writes the data file, all or nothing.

    Args:
        path: where to.
        images: the pictures, [cars, azimuths, elevations, height, width, 3].
        names: names of the cars.

    Raises:
        UsageError: if it cannot be written.
    """
    file = io.BytesIO()
    np.savez_compressed(file, images=images, names=np.array(names))
    write_atomically(path, file.getvalue())
