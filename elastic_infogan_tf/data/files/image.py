"""One image file of any kind as an array: only what is one is opened, headers first."""

import contextlib
import io
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from elastic_infogan_tf.data.files.formats import candidates, formats
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS


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


_PIXELS_AT_ONCE = 2 * MAX_IMAGE_PIXELS  # of all threads; each takes about 11 bytes


class BadImageError(UsageError):
    """A file that should be an image and cannot be used as one."""


def bad_image(path: Path, problem: str) -> BadImageError:
    """Returns the error for a file of which `problem` is true, such as `is empty`."""
    return BadImageError(
        f"{path} {problem}; replace the file, or leave bad images out with --skip_bad_images."
    )


def read_image(path: Path, background: int = 255, max_pixels: int = MAX_IMAGE_PIXELS) -> np.ndarray:
    """Reads an image file of one of the `formats`, by its content, as its viewer would show it.

    Grey, palette, CMYK and 16-bit files become 8-bit RGB; a camera's orientation (EXIF) is applied;
    of several frames or pages the first one counts. Corruption that touches no pixel is passed over
    (`mending`).

    Args:
        path: of the file.
        background: grey level, 0-255, behind transparent pixels.
        max_pixels: of the largest image, by its header, before anything is decoded.

    Returns:
        uint8 `[h, w, 3]`, at the file's own size.

    Raises:
        BadImageError: if the file is missing, no regular file, empty, corrupted, not an image, of
            floating-point numbers, or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would never end
            raise bad_image(path, "is no regular file")
        return _read_mended(path, background, max_pixels)
    except BadImageError:
        raise
    except Image.DecompressionBombError as error:
        raise too_large(path, str(error), max_pixels) from error
    except UnidentifiedImageError as error:
        empty = status.st_size == 0
        problem = "is empty (0 bytes)" if empty else f"is no image in {', '.join(formats().names)}"
        raise bad_image(path, problem) from error
    except Exception as error:  # corrupted files fail anywhere inside Pillow's parsers
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise bad_image(path, f"cannot be read ({said})") from error


def too_large(path: Path, found: str, max_pixels: int) -> BadImageError:
    """Returns the error for an image that is `found` large."""
    return BadImageError(
        f"{path} is too large ({found}): more than --max_image_pixels={max_pixels}, so give it "
        "more, make the image smaller, or leave bad images out with --skip_bad_images."
    )


def _read_mended(path: Path, background: int, max_pixels: int) -> np.ndarray:
    try:
        return _decode(path, path, background, max_pixels)
    except (BadImageError, Image.DecompressionBombError):
        raise
    except Exception:
        found = [
            _decode(path, io.BytesIO(content), background, max_pixels)
            for content in candidates(path)
        ]
        if not found or any(not np.array_equal(found[0], other) for other in found[1:]):
            raise
        return found[0]


def _decode(path: Path, source: Path | BinaryIO, background: int, max_pixels: int) -> np.ndarray:
    with Image.open(source, formats=formats().names) as image:
        pixels = image.width * image.height
        if not pixels:
            raise bad_image(path, f"has no pixels ({image.width} x {image.height})")
        if pixels > max_pixels:
            raise too_large(path, f"{image.width} x {image.height} pixels", max_pixels)
        with _ROOM.for_pixels(pixels):
            scale_transparency(image)
            image.load()
            return np.array(to_rgb(_upright(without_empty_alpha(image)), background))


class _Room:
    """Lets so many pixels be decoded at once, by any number of threads; one image in any case."""

    def __init__(self, pixels: int) -> None:
        self._free = self._all = pixels
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def for_pixels(self, pixels: int) -> Iterator[None]:
        """Waits until there is room, and holds it."""
        pixels = min(pixels, self._all)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= pixels)
            self._free -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._free += pixels
                self._changed.notify_all()


_ROOM = _Room(_PIXELS_AT_ONCE)


def _upright(image: Image.Image) -> Image.Image:
    # Many photographs carry corrupted EXIF data; they count as upright, as in other programs.
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


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
