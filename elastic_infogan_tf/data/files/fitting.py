"""Any picture in the shape that the networks take."""

import numpy as np
from PIL import Image

from elastic_infogan_tf.data.files.images_on_disk import centre_square, resize


def fit(image: np.ndarray, image_shape: tuple[int, int, int]) -> np.ndarray:
    """Cuts out the centred square, resizes it by area averages and makes it grey or RGB.

    Args:
        image: uint8 `[h, w, 3]` (RGB) or `[h, w, 1]` (grey).
        image_shape: height and width (equal) and channels (3: RGB, 1: grey) of the result.

    Returns:
        uint8 `image_shape`; the image itself where it has that shape already.

    Raises:
        ValueError: if `image_shape` is not square or has another number of channels.
    """
    height, width, channels = image_shape
    if height != width or channels not in (1, 3):
        raise ValueError(
            f"image_shape must be (side, side, 1 or 3). Received: {tuple(image_shape)}"
        )
    if image.shape == tuple(image_shape):
        return image
    square = centre_square(image)
    rgb = square if square.shape[2] == 3 else np.repeat(square, 3, axis=2)
    resized = resize(rgb, height, width)
    if channels == 3:
        return resized
    # Rec. 601 luma; of three equal channels it is exactly their value.
    return np.array(Image.fromarray(resized).convert("L"))[..., np.newaxis]
