"""Pillow's images of any mode as 8-bit RGB on a background."""

import numpy as np
from PIL import Image


def to_rgb(image: Image.Image, background: int) -> Image.Image:
    """Returns an image as its viewer would show it, in front of grey.

    Args:
        image: loaded, of any mode. 16-bit grey is scaled to 8 bits.
        background: grey level, 0-255, behind transparent pixels.

    Raises:
        ValueError: if its pixels are floating-point numbers.
    """
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, of no known range")
    if image.mode.startswith("I"):
        return _from_16_bits(image, background)
    if not image.has_transparency_data:
        return image.convert("RGB")
    behind = Image.new("RGBA", image.size, (background, background, background, 255))
    return Image.alpha_composite(behind, image.convert("RGBA")).convert("RGB")


def without_empty_alpha(image: Image.Image) -> Image.Image:
    """Returns a loaded image; a bitmap of which nothing is to be seen without its transparency.

    Programs write bitmaps of 32 bits and leave the alpha at 0.
    """
    clear = (
        image.format == "BMP" and image.mode == "RGBA" and image.getchannel("A").getbbox() is None
    )
    return image.convert("RGB") if clear else image


def scale_transparency(image: Image.Image) -> None:
    """Makes the transparent colour of a PNG of 16 bits one of the 8 bits that Pillow makes of it.

    Args:
        image: opened and not loaded, because only its tiles say how many bits there are.
    """
    colour = image.info.get("transparency")
    if (
        image.mode == "RGB"
        and isinstance(colour, tuple)
        and "16" in str(getattr(image, "tile", ()))
    ):
        image.info["transparency"] = tuple(value >> 8 for value in colour)


def _from_16_bits(image: Image.Image, background: int) -> Image.Image:
    """Returns 16-bit grey as RGB; Pillow itself would clip it at 255."""
    levels = np.asarray(image)
    grey = np.rint(np.clip(levels, 0, 65535) / 257).astype(np.uint8)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey[levels == clear] = background
    return Image.fromarray(grey).convert("RGB")
