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

from elastic_infogan_tf.data.files import mending
from elastic_infogan_tf.data.files.formats import formats
from elastic_infogan_tf.data.files.rgb import scale_transparency, to_rgb, without_empty_alpha
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import MAX_IMAGE_PIXELS

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
    of several frames or pages the first one counts. Damage that touches no pixel is passed over
    (`mending`).

    Args:
        path: of the file.
        background: grey level, 0-255, behind transparent pixels.
        max_pixels: of the largest image, by its header, before anything is decoded.

    Returns:
        uint8 `[h, w, 3]`, at the file's own size.

    Raises:
        BadImageError: if the file is missing, no regular file, empty, damaged, not an image, of
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
    except Exception as error:  # damaged files fail anywhere inside Pillow's parsers
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
            for content in mending.candidates(path)
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
    # Many photographs carry damaged EXIF data; they count as upright, as in other programs.
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image
