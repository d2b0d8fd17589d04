"""Reading a run's `metrics.csv`, which people open and save again."""

import csv
import io
from pathlib import Path

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.utils.text import shortened

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
    if not path.is_file():
        raise UsageError(f"{path} is no regular file; {_ADVICE}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
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
    rows: list[dict[str, str]] = []
    for line, values in cells[1:]:
        if len(values) != len(header):
            raise _corrupted(path, line, f"have {len(header)} cells", len(values))
        row = dict(zip(header, values, strict=True))
        for name, value in row.items():
            must = _refusal(name, value)
            if must:
                raise _corrupted(path, line, f"have {must} as {shortened(name)}", value)
        before = rows[-1]["step"] if rows else "0"
        if int(row["step"]) < int(before):
            raise _corrupted(path, line, f"have a step from {before} up", row["step"])
        rows.append(row)
    return rows


def _refusal(name: str, value: str) -> str | None:
    """Returns what a cell of a column must be, where it is not."""
    if name in _COUNTS:
        is_count = value.isascii() and value.isdigit() and len(value) <= _DIGITS
        return None if is_count else "a whole number"
    if name == "state":
        is_known = value in ("", *health.STATES)
        return None if is_known else f"one of {', '.join(health.STATES)}"
    try:
        float(value if value and name != "source" else 0)
    except ValueError:
        return "a number"
    return None


def _corrupted(path: Path, line: int, must: str, value: object) -> UsageError:
    return UsageError(
        f"{path} is corrupted: line {line} must {must}. Received: {shortened(value)}; {_ADVICE}."
    )
