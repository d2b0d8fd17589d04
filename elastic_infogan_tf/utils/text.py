r"""Text that others chose, such as the name of a folder, made fit for a file, a page or a terminal.

A name may hold anything: line breaks, control characters, signs of a page's own language, and bytes
that are no UTF-8, for which Python keeps stand-ins (surrogates) that no encoder takes.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable

NAMELESS = "(no name)"  # in the place of an empty one
_SHOWN = 100  # characters of a value that is wrong
_MARKS = re.compile(r"[\\`*<&$|~]|\](?=[(\[])")
_FORMULA = ("=", "+", "-", "@")  # with which spreadsheets let one begin
# Underscores between letters stand for themselves.
_OUTER_UNDERSCORES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF  # what stands for bytes 0x80 to 0xff
# They turn the writing around for all that follows.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    r"""Returns text in one line that can be written anywhere.

    White space of any kind and length becomes one space; a control character its escape, such as
    `\x07`; a byte that is no UTF-8 `\xff`.
    """
    return "".join(map(printable, " ".join(text.split())))


def shortened(value: object) -> str:
    """Returns a value that is shown because it is wrong: text as it is, no more than a line."""
    text = plain(str(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def did_you_mean(word: object, names: Iterable[str]) -> str:
    """Returns `; did you mean NAME?` where one of the names is near, or nothing."""
    near = difflib.get_close_matches(str(word).lower().replace("-", "_"), names, 1)
    return f"; did you mean {near[0]}?" if near else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Returns a number of things in words: `1 image`, `2 images`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def printable(character: str) -> str:
    """Returns a character, or its escape where it has no look of its own."""
    code = ord(character)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTIONS:
        return escape(character)
    return character


def escape(character: str) -> str:
    r"""Returns a character's escape as Python writes it, such as `\u4e2d`."""
    return character.encode("unicode_escape").decode("ascii")


def markdown(text: str) -> str:
    """Returns text in one line of which Markdown takes nothing for a mark of its own."""
    marked = _MARKS.sub(r"\\\g<0>", plain(text))
    return _OUTER_UNDERSCORES.sub(lambda match: r"\_" * len(match[0]), marked)


def cell(text: str) -> str:
    """Returns text in one line that no spreadsheet takes for a formula."""
    line = plain(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def path_cell(path: str) -> str:
    """Returns a relative path that no spreadsheet takes for a formula, and that is still one."""
    return f"./{path}" if path.startswith(_FORMULA) else path
