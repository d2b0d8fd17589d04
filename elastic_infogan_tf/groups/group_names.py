"""What people call the groups of a run: a file with a name for some codes (`--names`)."""

import csv
import dataclasses
import io
from pathlib import Path

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import plain, shortened

_DIGITS = 9  # of a group's number, at most
_HEADER = ["group", "name"]


@dataclasses.dataclass(frozen=True, eq=False)
class GroupNames:
    """Groups of codes and what they are called.

    Attributes:
        names: of the G groups, all different, in the order of their first codes.
        of_codes: int64 `[K]` in [0, G), the group of each code.
    """

    names: tuple[str, ...]
    of_codes: np.ndarray

    def codes(self, group: int) -> list[int]:
        """Returns the codes of a group, ascending."""
        return np.flatnonzero(self.of_codes == group).tolist()


def numbers(num_codes: int) -> GroupNames:
    """Returns a group for each code, called by its number."""
    return _joined([str(code) for code in range(num_codes)])


def read_names(path: Path, num_codes: int) -> GroupNames:
    """Reads names of codes; codes of one name are one group.

    Args:
        path: of a CSV file in UTF-8, a line `group,name` for each code that has a name; the first
            line may be just these words. Codes without a line are called by their number.
        num_codes: K.

    Raises:
        UsageError: if it cannot be read, a line is something else, a code is named twice, or all
            codes would be one group.
    """
    of_codes = [str(code) for code in range(num_codes)]
    named: set[int] = set()
    for line, row in _rows(path):
        code, name = _code_and_name(path, line, row, num_codes)
        if code in named:
            raise UsageError(f"{path} names group {code} a second time in line {line}; choose one.")
        named.add(code)
        of_codes[code] = name
    if len(set(of_codes)) == 1:
        raise UsageError(
            f"{path} joins all {num_codes} groups into one; leave at least two names apart."
        )
    return _joined(of_codes)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Returns the lines that say something, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # as spreadsheets write it
        reader = csv.reader(io.StringIO(text, newline=""))
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"--names={path} cannot be read ({error}); give a CSV file in UTF-8 with lines like "
            "`3,a name`."
        ) from error
    rows = [(line, row) for line, row in rows if any(row)]
    is_header = bool(rows) and [cell.lower() for cell in rows[0][1]] == _HEADER
    return rows[is_header:]


def _code_and_name(path: Path, line: int, row: list[str], num_codes: int) -> tuple[int, str]:
    is_line = len(row) == 2 and row[0].isdecimal() and len(row[0]) <= _DIGITS and plain(row[1])
    if not is_line or int(row[0]) >= num_codes:
        raise UsageError(
            f"{path}, line {line}, must be `group,name` with a group from 0 to {num_codes - 1} and "
            f"a name. Received: {shortened(','.join(row))}"
        )
    return int(row[0]), plain(row[1])


def _joined(of_codes: list[str]) -> GroupNames:
    names = tuple(dict.fromkeys(of_codes))
    return GroupNames(names, np.array([names.index(name) for name in of_codes], np.int64))
