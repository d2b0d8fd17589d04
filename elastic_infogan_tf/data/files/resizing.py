"""Images at the size that the networks take."""

import numpy as np
from PIL import Image


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes to `[height, width]` without keeping the aspect, by averages over areas.

    Shrinking by whole numbers takes the mean of each block. Other factors take Pillow's Hamming
    window, the nearest to an area average that has no uneven blocks. Enlarging is bilinear.

    Args:
        image: uint8 `[h, w, 3]`.
        height: new height, pixels.
        width: new width, pixels.

    Returns:
        uint8 `[height, width, 3]`.
    """
    old_height, old_width = image.shape[:2]
    pillow = Image.fromarray(image)
    if old_height % height == 0 and old_width % width == 0:
        return np.array(pillow.reduce((old_width // width, old_height // height)))
    shrinks = height <= old_height and width <= old_width
    method = Image.Resampling.HAMMING if shrinks else Image.Resampling.BILINEAR
    return np.array(pillow.resize((width, height), method))


def centre_square(image: np.ndarray) -> np.ndarray:
    """Returns the largest centred square of `[h, w, c]`, a view `[side, side, c]`."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


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
