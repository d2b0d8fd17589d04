"""One image file of any kind as an array: only what is one is opened, headers first."""

import contextlib
import io
import stat
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.files.search import formats

_MOST_PIXELS = 100_000_000  # of an image: 10,000 squared, more than most cameras make
_PIXELS_AT_ONCE = 128_000_000  # of all threads; each takes about 11 bytes
_LARGEST = 2**28  # bytes of a corrupted file that is looked into
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
# Nothing that decodes to a pixel may come of what stands in the place of a missing end.
_FILLINGS = (bytes(64), b"\xaa" * 64)
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_KEPT_IF_WHOLE = (b"tRNS", b"eXIf")  # transparency, orientation
_TRANSPARENCY_SIZES = {0: (2,), 2: (6,), 3: range(1, 257)}  # bytes, by the kind of colours


def bad_image(path: Path, problem: str) -> BadImageError:
    """Returns the error for a file of which `problem` is true, such as `is empty`."""
    return BadImageError(
        f"{path} {problem}; replace the file, or leave bad images out with --skip_bad_images."
    )


def read_image(path: Path, background: int = 255) -> np.ndarray:
    """Reads an image file of one of the `formats`, by its content, as its viewer would show it.

    Grey, palette, CMYK and 16-bit files become 8-bit RGB; a camera's orientation (EXIF) is applied;
    of several frames or pages the first one counts. Corruption that touches no pixel is passed
    over.

    Transparent pixels have the grey level `background`, 0-255, behind them. An image of more than
    100 million pixels is refused by its header, before anything is decoded.

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
        try:
            return _decode(path, path, background)
        except (BadImageError, Image.DecompressionBombError):
            raise
        except Exception:
            contents = _mended(path) if status.st_size <= _LARGEST else ()
            images = [_decode(path, io.BytesIO(data), background) for data in contents]
            if not images or not all(np.array_equal(images[0], image) for image in images):
                raise
            return images[0]
    except BadImageError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(path, str(error)) from error
    except UnidentifiedImageError as error:
        empty = status.st_size == 0
        problem = "is empty (0 bytes)" if empty else f"is no image in {', '.join(formats().names)}"
        raise bad_image(path, problem) from error
    except Exception as error:  # corrupted files fail anywhere inside Pillow's parsers
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise bad_image(path, f"cannot be read ({reason})") from error


def _too_large(path: Path, size: str) -> BadImageError:
    return BadImageError(
        f"{path} is too large ({size}): more than {_MOST_PIXELS:,} pixels, so make it smaller, or "
        "leave bad images out with --skip_bad_images."
    )


def _decode(path: Path, source: Path | BinaryIO, background: int) -> np.ndarray:
    with Image.open(source, formats=formats().names) as image:
        pixels = image.width * image.height
        if not pixels:
            raise bad_image(path, f"has no pixels ({image.width} x {image.height})")
        if pixels > _MOST_PIXELS:
            raise _too_large(path, f"{image.width} x {image.height} pixels")
        with _ROOM.for_pixels(pixels):
            # Of a PNG of 16 bits Pillow makes 8, but not of its transparent colour. Only the tiles
            # say how many bits there are, and they are gone when it is loaded.
            colour = image.info.get("transparency")
            is_deep = "16" in str(getattr(image, "tile", ()))
            if image.mode == "RGB" and isinstance(colour, tuple) and is_deep:
                image.info["transparency"] = tuple(value >> 8 for value in colour)
            image.load()
            return np.array(to_rgb(_upright(image), background))


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
    # Programs write bitmaps of 32 bits and leave the alpha at 0: nothing would be seen.
    if image.format == "BMP" and image.mode == "RGBA" and not image.getchannel("A").getbbox():
        image = image.convert("RGB")
    # Many photographs carry corrupted EXIF data; they count as upright, as in other programs.
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def to_rgb(image: Image.Image, background: int) -> Image.Image:
    """Returns a loaded image of any mode in front of grey, 0-255; 16-bit grey becomes 8 bits.

    Raises:
        ValueError: if its pixels are floating-point numbers.
    """
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, of no known range")
    if image.mode.startswith("I"):  # 16 bits; Pillow itself would clip them at 255
        levels = np.asarray(image)
        grey = np.rint(np.clip(levels, 0, 65535) / 257).astype(np.uint8)
        clear = image.info.get("transparency")
        if isinstance(clear, int):
            grey[levels == clear] = background
        return Image.fromarray(grey).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    behind = Image.new("RGBA", image.size, (background, background, background, 255))
    return Image.alpha_composite(behind, image.convert("RGBA")).convert("RGB")


def _mended(path: Path) -> tuple[bytes, ...]:
    """Returns a corrupted file without what cannot be read of it; nothing if that is no help.

    Of a PNG: without text, profiles and other chunks that are no pixels. Of a JPEG that lacks its
    end: with one, in two ways. They are the same image if no pixel is missing.
    """
    content = path.read_bytes()
    if content.startswith(_PNG):
        whole = _PNG + b"".join(_needed(content))
        return (whole,) if whole != content else ()
    if content.startswith(_JPEG) and not content.endswith(_JPEG_END):
        body = content.removesuffix(_JPEG_END[:1])  # half of the end mark may be there
        return tuple(body + filling + _JPEG_END for filling in _FILLINGS)
    return ()


def _needed(content: bytes) -> Iterator[bytes]:
    """Yields a PNG's chunks that say what its pixels are, as they stand in the file."""
    start, colours = len(_PNG), 0
    while start + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, start)
        chunk = content[start : start + size + 12]
        data = chunk[8:-4]
        if kind == b"IHDR" and len(data) > 9:
            colours = data[9]
        is_whole = len(chunk) >= 12 and zlib.crc32(kind + data) == int.from_bytes(chunk[-4:])
        fits = kind != b"tRNS" or len(data) in _TRANSPARENCY_SIZES.get(colours, ())
        if kind in _PIXEL_CHUNKS or (kind in _KEPT_IF_WHOLE and is_whole and fits):
            yield chunk
        start += size + 12


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes uint8 `[h, w, 3]` without keeping the aspect, by averages over areas.

    Shrinking by whole numbers takes the mean of each block. Other factors take Pillow's Hamming
    window, the nearest to an area average that has no uneven blocks. Enlarging is bilinear.
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

    From uint8 `[h, w, 3]` (RGB) or `[h, w, 1]` (grey) to uint8 `image_shape`, likewise; an image
    that has that shape is returned as it is.

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
