r"""How figures look, and the one way in which text gets into them.

Names of folders and classes are drawn as they are: nothing in them is a formula, and what no font
has becomes its escape, such as `\u4e2d`, instead of an empty box. For other scripts than DejaVu's
the fonts of the system are taken where it has some.
"""

import contextlib
import functools
import io
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from elastic_infogan_tf.utils.text import NAMELESS, escape, printable

_NAME = 30  # characters of a class's name that have room
_MOST_LINES = 5  # of a title; more would leave no room for the figure
_PER_INCH = 12.5  # characters of 9 points
_FONT = "DejaVu Sans"  # comes with Matplotlib
# Usual ones with Chinese, Japanese and Korean, then ones with pictograms and rare scripts.
FALLBACKS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Source Han Sans",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "IPAexGothic",
    "IPAGothic",
    "Arial Unicode MS",
    "Noto Emoji",
    "Segoe UI Symbol",
    "Symbola",
    "Unifont",
    "Unifont Upper",
)
WHITE = 255


@contextlib.contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """Gives a figure of so many inches; draw on it, and call `to_png`, before the context ends."""
    # Text remembers at its making whether it is read for formulas; ticks are made while drawing.
    settings = {
        "text.parse_math": False,
        "text.usetex": False,
        "axes.formatter.use_mathtext": False,
        "font.family": list(_fonts()),
    }
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever a matplotlibrc says
        matplotlib.rcParams.update(settings)
        yield Figure(figsize=(width, height), layout="constrained")


def to_png(drawn: Figure, dpi: int) -> bytes:
    """Returns a figure as PNG bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def name(text: str, width: int = _NAME) -> str:
    """Returns a name in lines of so many characters, its middle left out where it is long.

    The middle, because names of one kind ("Chevrolet ... 2012") often differ at their end.
    """
    text = " ".join(text.split()) or NAMELESS
    if _width(text) > _NAME:
        half = (_NAME - 1) // 2
        end = _head(text[::-1], half)[::-1]
        text = f"{_head(text, half)}\u2026{end}"
    return "\n".join(_fold(text, width))


def names(texts: Sequence[str]) -> list[str]:
    """Returns each name in one line, as `name` does."""
    return [name(text) for text in texts]


def turn(shown: Sequence[str]) -> int:
    """Returns the angle at which names fit side by side below an axis, degrees."""
    return 90 if max(map(len, shown)) > 3 else 0


def heading(text: str, inches: float) -> str:
    """Returns a title of 9 points in lines that fit, the middle ones left out where they are many.

    Line breaks stay. The end stays too: it says which step.
    """
    lines = paragraph(text, int(_PER_INCH * inches)).split("\n")
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines = [*lines[:half], "\u2026", *lines[-half:]]
    return "\n".join(lines)


def paragraph(text: str, width: int) -> str:
    """Returns text in lines of at most so many characters; line breaks stay."""
    return "\n".join(part for line in text.split("\n") for part in _fold(line, width))


def _fold(text: str, width: int) -> list[str]:
    """Breaks one line after spaces and hyphens; only words longer than a line are broken up."""
    lines, line, used = [], "", 0
    for word in re.findall(r"\s+|[^\s-]+-*|-+", text):
        word = " " if word.isspace() else word
        if used and used + _width(word) > width:
            lines.append(line.rstrip())
            line, used = "", 0
        if word == " " and not used:
            continue
        for character in word:
            size = _width(character)
            if used and used + size > width:
                lines.append(line)
                line, used = "", 0
            line += _shown(character)
            used += size
    return [*lines, line.rstrip()] if line else lines


def _head(text: str, width: int) -> str:
    """Returns the beginning of a text that fits a width."""
    used = itertools.accumulate(map(_width, text))
    return text[: sum(size <= width for size in used)]


def _width(text: str) -> int:
    """Returns the columns that a text takes; Chinese, Japanese and Korean signs take two."""
    shown = "".join(map(_shown, text))
    return len(shown) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in shown)


def _shown(character: str) -> str:
    """Returns a character, or its escape where no font has it."""
    fonts = _fonts().values()
    return "".join(
        sign if any(ord(sign) in signs for signs in fonts) else escape(sign)
        for sign in printable(character)
    )


@functools.cache
def _fonts() -> dict[str, frozenset[int]]:
    """Returns by name of each font that figures use the characters that it has."""
    fonts = {}
    for family in (_FONT, *FALLBACKS):
        # The list of fonts may be older than the fonts: one of it may be gone or corrupted.
        with contextlib.suppress(ValueError, OSError, RuntimeError):
            path = font_manager.findfont(family, fallback_to_default=False)
            fonts[family] = frozenset(font_manager.get_font(path).get_charmap())
    return fonts


def blank(count: int, height: int, width: int, channels: int) -> np.ndarray:
    """Returns white images, uint8 `[count, height, width, channels]`."""
    return np.full((count, height, width, channels), WHITE, np.uint8)


def tile(images: np.ndarray, rows: int) -> np.ndarray:
    """Tiles uint8 images `[rows * columns, h, w, c]`, row by row, into `[H, W, c]`."""
    count, height, width, channels = images.shape
    columns = count // rows
    grid = images.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def show(axes: Axes, image: np.ndarray) -> None:
    """Shows one image, uint8 `[h, w, 1 or 3]`, as its pixels are: neither blurred nor stretched."""
    axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
