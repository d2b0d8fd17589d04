"""Checksums of files, and records of those that are not known beforehand."""

import contextlib
import hashlib
from pathlib import Path

from elastic_infogan_tf.errors import UsageError


def verify(path: Path, sha256: str | None = None) -> str:
    """Checks a file's checksum, or records it where it is unknown.

    Args:
        path: of the file.
        sha256: what it must be; None to compare with the record `<path>.sha256`, in the format of
            the program sha256sum, which is written where there is none.

    Returns:
        The SHA-256 of the file.

    Raises:
        UsageError: if it is another one.
    """
    found, expected = digest(path), sha256 or recorded(path)
    if expected not in (None, found):
        raise UsageError(
            f"{path} has the SHA-256 {found} instead of {expected}; delete it and run this again"
            f"{about_record(path, sha256)}."
        )
    if expected is None:
        with contextlib.suppress(OSError):  # a data folder that others own may be read-only
            record(path, found)
    return found


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record(path: Path, sha256: str) -> None:
    """Writes down what a file's SHA-256 is, beside it."""
    _record_of(path).write_text(f"{sha256}  {path.name}\n", encoding="utf-8")


def recorded(path: Path) -> str | None:
    """Returns the SHA-256 that was written down for a file; None if none was."""
    place = _record_of(path)
    if not place.is_file():
        return None
    return place.read_text(encoding="utf-8", errors="replace").partition(" ")[0].strip()


def about_record(path: Path, sha256: str | None) -> str:
    """Returns what else to do where a checksum that was not known beforehand does not fit."""
    if sha256 is not None:
        return ""
    return f", or delete {_record_of(path)}, too, if there is a new version of the file"


def _record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
