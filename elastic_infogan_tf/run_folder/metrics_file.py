"""Reading a run's `metrics.csv`, which people open and save again."""

import csv
import io
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.utils.text import shortened

_TEXTS = ("source", "state")
_COUNTS = ("epoch", "step", "steps")
_NEEDED = ("epoch", "step")
_DIGITS = 15  # of a whole number, at most
_ADVICE = "put back the file as the training wrote it, or move it away: only its rows are lost"


def read_metrics(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a `metrics.csv`, as text; none where there is no such file.

    `epoch` and `step` are whole numbers and rise, `state` is one of `health.STATES` or empty, and
    all else but `source` is a number or empty.

    Raises:
        UsageError: if it cannot be read or something in it cannot be; names line and column.
    """
    if not path.exists():
        return []
    try:
        if not path.is_file():
            raise UsageError(f"{path} is no regular file; {_ADVICE}.")
        lines = csv.reader(
            io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True
        )
        cells = [(lines.line_num, row) for row in lines if row]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; {_ADVICE}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is corrupted: it is no CSV ({error}); {_ADVICE}.") from error
    header = cells[0][1] if cells else []
    if not set(_NEEDED) <= set(header) or len(set(header)) < len(header):
        raise UsageError(
            f"{path} is corrupted: its first line must name columns, {' and '.join(_NEEDED)} among "
            f"them. Received: {shortened(','.join(header))}; {_ADVICE}."
        )
    rows, before = [], -1
    for line, row in cells[1:]:
        if len(row) != len(header):
            raise _corrupted(path, line, f"have {len(header)} cells", len(row))
        named = dict(zip(header, row, strict=True))
        for name, value in named.items():
            _check(path, line, name, value)
        if int(named["step"]) < before:
            raise _corrupted(path, line, f"have a step from {before} up", named["step"])
        before = int(named["step"])
        rows.append(named)
    return rows


def _check(path: Path, line: int, name: str, value: str) -> None:
    if name in _COUNTS:
        if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
            raise _corrupted(path, line, f"have a whole number as {name}", value)
    elif name == "state":
        if value and value not in health.STATES:
            raise _corrupted(path, line, f"have one of {', '.join(health.STATES)} as {name}", value)
    elif value and name not in _TEXTS:
        try:
            float(value)
        except ValueError as error:
            raise _corrupted(path, line, f"have a number as {shortened(name)}", value) from error


def _corrupted(path: Path, line: int, must: str, found: object) -> UsageError:
    return UsageError(
        f"{path} is corrupted: line {line} must {must}. Received: {shortened(found)}; {_ADVICE}."
    )
