"""Image files of any kind into arrays: reading one, resizing it, decoding many at once."""

import contextlib
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from elastic_infogan_tf.data.files.formats import formats
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.progress_bar import progress_bar

_BLOCK = 1024  # files that wait for a thread at once, so that a million need little memory


class BadImageError(UsageError):
    """A file that should be an image and cannot be used as one."""


def bad_image(path: Path, problem: str) -> BadImageError:
    """Returns the error for a file of which `problem` is true, such as `is empty`."""
    return BadImageError(
        f"{path} {problem}; replace the file, or leave bad images out with --skip_bad_images."
    )


def read_image(path: Path, background: int = 255) -> np.ndarray:
    """Reads an image file of one of the `formats`, by its content, as its viewer would show it.

    Grey, palette, CMYK and 16-bit files become 8-bit RGB; a camera's orientation (EXIF) is applied;
    of several frames or pages the first one counts.

    Args:
        path: of the file.
        background: grey level, 0-255, behind transparent pixels.

    Returns:
        uint8 `[h, w, 3]`, at the file's own size.

    Raises:
        BadImageError: if the file is missing, empty, damaged, not an image, of floating-point
            numbers, or so large (Pillow's limit, 89 million pixels) that it may be an attack on
            memory.
    """
    try:
        with Image.open(path, formats=formats().names) as image:
            # Pillow only warns between once and twice its limit. Nothing is decoded before load.
            if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
                raise Image.DecompressionBombError(f"{image.width} x {image.height}")
            image.load()
            return np.array(_to_rgb(_upright(image), background))
    except Image.DecompressionBombError as error:
        raise bad_image(path, f"is too large to be a training image ({error})") from error
    except UnidentifiedImageError as error:
        empty = path.stat().st_size == 0
        problem = "is empty (0 bytes)" if empty else f"is no image in {', '.join(formats().names)}"
        raise bad_image(path, problem) from error
    except Exception as error:  # damaged files fail anywhere inside Pillow's parsers
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise bad_image(path, f"cannot be read ({said})") from error


def _upright(image: Image.Image) -> Image.Image:
    # Many photographs carry damaged EXIF data; they count as upright, as in other programs.
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def _to_rgb(image: Image.Image, background: int) -> Image.Image:
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, of no known range")
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip at 255
        grey = np.rint(np.clip(np.asarray(image), 0, 65535) / 257).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    behind = Image.new("RGBA", image.size, (background, background, background, 255))
    return Image.alpha_composite(behind, image.convert("RGBA")).convert("RGB")


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
    picture = Image.fromarray(image)
    if old_height % height == 0 and old_width % width == 0:
        return np.array(picture.reduce((old_width // width, old_height // height)))
    shrinks = height <= old_height and width <= old_width
    method = Image.Resampling.HAMMING if shrinks else Image.Resampling.BILINEAR
    return np.array(picture.resize((width, height), method))


def centre_square(image: np.ndarray) -> np.ndarray:
    """Returns the largest centred square of `[h, w, c]`, a view `[side, side, c]`."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def decode_all(
    paths: Sequence[Path], decode: Callable[[Path], np.ndarray], skip_bad: bool, what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Decodes files in several threads, with a progress bar on stderr.

    Args:
        paths: of the files.
        decode: from a path to an array, of one shape and dtype for all paths (for images uint8
            `[h, w, c]`); raises BadImageError for a file that cannot be used.
        skip_bad: leave bad files out, with a line on stderr, instead of raising.
        what: the files in words, plural, for the bar and the messages.

    Returns:
        The arrays, `[m, ...]`, in the order of `paths`, and the indices of their paths, int64
        `[m]`, ascending.

    Raises:
        BadImageError: without `skip_bad`, the error of the first bad path.
        UsageError: if there is no path or no good file.
        ValueError: if `decode` returns arrays of different shapes.
    """
    arrays: np.ndarray | None = None
    kept: list[int] = []
    bad: list[tuple[Path, BadImageError]] = []
    with contextlib.closing(_results(paths, decode, what)) as results:
        for place, result in enumerate(results):
            if isinstance(result, BadImageError):
                if not skip_bad:
                    raise result
                bad.append((paths[place], result))
                continue
            if arrays is None:
                arrays = np.empty((len(paths), *result.shape), result.dtype)
            if result.shape != arrays.shape[1:]:
                raise ValueError(
                    "decode must return arrays of one shape. "
                    f"Received: {list(result.shape)} after {list(arrays.shape[1:])}"
                )
            arrays[len(kept)] = result
            kept.append(place)
    if arrays is None:
        reason = f"; the first: {bad[0][1]}" if bad else ": there are none."
        raise UsageError(f"none of {len(paths)} {what} can be used{reason}")
    if bad:
        names = first_of([str(path) for path, _ in bad], 20)
        note(f"skipped {len(bad)} of {len(paths)} {what} that cannot be used: {names}")
    return arrays[: len(kept)], np.asarray(kept, np.int64)


def _results(
    paths: Sequence[Path], decode: Callable[[Path], np.ndarray], what: str
) -> Generator[np.ndarray | BadImageError, None, None]:
    """Yields what became of each path, in order, and moves the progress bar."""

    def attempt(path: Path) -> np.ndarray | BadImageError:
        try:
            return decode(path)
        except BadImageError as error:
            return error

    pool = ThreadPoolExecutor()
    with progress_bar(len(paths), "file", desc=what) as bar:
        try:
            for start in range(0, len(paths), _BLOCK):
                for result in pool.map(attempt, paths[start : start + _BLOCK]):
                    bar.update()
                    yield result
        finally:
            pool.shutdown(cancel_futures=True)  # after an error or Ctrl-C the rest is not needed


def first_of(names: Sequence[str], limit: int) -> str:
    """Returns names joined by commas; how many more there are instead of those past the limit."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def note(text: str) -> None:
    """Says something on stderr that the user should know and that is no error."""
    print(text, file=sys.stderr, flush=True)
