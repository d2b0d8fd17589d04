"""Unpacking an archive that nobody vouches for.

Only the bytes of regular files are taken: no link, device, owner, mode or time of an archive ever
reaches the disk. What leads outside, does not fit or is there twice refuses the whole archive.
"""

import bz2
import contextlib
import functools
import gzip
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, BinaryIO, NamedTuple

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.quiet_start import progress_bar

_CHUNK = 1 << 20  # bytes; no header is longer
_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


class _Entry(NamedTuple):
    """Of an archive; its kind is `file`, `folder` or in words what else it is."""

    name: str
    kind: str
    size: int
    open: Callable[[], IO[bytes] | None]


class _RefusedError(Exception):
    """Why an archive is not unpacked."""


def extract(
    archive: Path,
    target: Path,
    wanted: Callable[[str], object],
    max_bytes: int,
    max_files: int,
    inner: str | None = None,
) -> int:
    """Unpacks the wanted files of a tar (plain, gzip, bzip2, xz) or zip file into a new folder.

    Args:
        archive: of a kind that its content tells.
        target: the folder, absent or empty; it appears when all is unpacked.
        wanted: says by a file's path, `a/b/c` below `target`, whether to unpack it.
        max_bytes: most bytes to unpack.
        max_files: most entries, wanted or not, that the archive may list.
        inner: the folder of the archive, at any depth, whose contents alone go to `target`.

    Returns:
        How many files were unpacked.

    Raises:
        UsageError: if the archive is corrupted, exceeds a limit, leads outside, has no file at a
            wanted path or nothing wanted, or if the folder cannot be written; nothing is unpacked.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            f"{target} is there already, so {archive} is not unpacked into it; delete or move it."
        )
    beside = target.with_name(f".{target.name}.unpacking")
    try:
        if beside.exists():  # of a run that was killed
            shutil.rmtree(beside)
        beside.mkdir(parents=True)
        count = _unpack(archive, beside, wanted, max_bytes, max_files, inner)
        if target.exists():
            target.rmdir()
        os.rename(beside, target)
    except _RefusedError as error:
        raise UsageError(
            f"{archive} {error}, so nothing of it was unpacked; get it again from its source."
        ) from error
    except Exception as error:  # corrupted archives fail anywhere inside of tarfile and zipfile
        if isinstance(error, OSError) and error.errno is not None:  # of the file system
            raise UsageError(
                f"{archive} cannot be unpacked into {target} ({error.strerror}); free space there "
                "or choose another --data_dir."
            ) from error
        raise UsageError(
            f"{archive} is corrupted ({str(error) or type(error).__name__}), so nothing of it was "
            "unpacked; delete it to download it again."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def _unpack(
    archive: Path,
    folder: Path,
    wanted: Callable[[str], object],
    max_bytes: int,
    max_files: int,
    inner: str | None,
) -> int:
    left, count = max_bytes, 0
    with (
        contextlib.closing(_entries(archive)) as entries,
        progress_bar(None, " files", desc=f"unpacking {archive.name}") as bar,
    ):
        for number, entry in enumerate(entries, start=1):
            if number > max_files:
                raise _RefusedError(f"lists more than the allowed {max_files} entries")
            parts = _safe_parts(entry.name)
            if inner is not None:
                parts = parts[parts.index(inner) + 1 :] if inner in parts else ()
            if entry.kind == "folder" or not parts or not wanted("/".join(parts)):
                continue
            if entry.kind != "file":
                raise _RefusedError(f"has a {entry.kind} in place of the file {entry.name}")
            if entry.size < 0:
                raise _RefusedError(f"has a file of {entry.size} bytes, {entry.name}")
            left -= entry.size
            if left < 0:
                raise _RefusedError(f"unpacks to more than the allowed {max_bytes} bytes")
            path = folder.joinpath(*parts)
            if path.exists():
                raise _RefusedError(f"has two files {entry.name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            with entry.open() as content, path.open("xb") as file:
                shutil.copyfileobj(content, file)
            count += 1
            bar.update()
    if not count:
        raise _RefusedError("has none of the files looked for")
    return count


def _safe_parts(name: str) -> tuple[str, ...]:
    """Splits an entry's path; refuses one that leads outside, in this or another system's terms."""
    path = PurePosixPath(name.replace("\\", "/"))
    has_drive = any(PureWindowsPath(part).drive for part in path.parts)
    if path.is_absolute() or ".." in path.parts or has_drive or "\0" in name:
        raise _RefusedError(f"has an entry that leads outside of it, {name!r}")
    return path.parts


def _entries(archive: Path) -> Iterator[_Entry]:
    """Yields what an archive of either kind lists; each can be opened until the next one."""
    with archive.open("rb") as file:
        start = file.read(262)
        file.seek(0)
        if zipfile.is_zipfile(file) and not start.endswith(b"ustar"):
            with zipfile.ZipFile(file) as opened:
                yield from _zip_entries(opened)
            return
        file.seek(0)
        decompress = [opener for magic, opener in _COMPRESSED.items() if start.startswith(magic)]
        content = decompress[0](file, "rb") if decompress else file
        with _open_tar(content) as tar:
            yield from _tar_entries(tar)
        while content.read(_CHUNK):  # compressed files have their checksum at their end
            pass


def _open_tar(file: BinaryIO) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=_ShortReads(file), mode="r:")
    except tarfile.ReadError as error:
        raise _RefusedError("is neither a tar nor a zip file") from error


class _ShortReads:
    """A file whose entries have no endless names or headers: tarfile reads those as a whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        """Returns as many bytes, or fewer at the end; refuses to read many at once."""
        if not 0 <= size <= _CHUNK:
            raise _RefusedError(f"has an entry whose name or headers take {size:,} bytes")
        return self._file.read(size)


def _tar_entries(archive: tarfile.TarFile) -> Iterator[_Entry]:
    while (info := archive.next()) is not None:
        kind = "file" if info.isreg() else "folder" if info.isdir() else "link or device"
        if info.issparse():  # its parts may be larger than the file that it says it is
            kind = "sparse file"
        yield _Entry(info.name, kind, info.size, functools.partial(archive.extractfile, info))
        archive.members.clear()  # it would keep a record of every entry, gigabytes for millions


def _zip_entries(archive: zipfile.ZipFile) -> Iterator[_Entry]:
    for info in archive.infolist():
        mode = stat.S_IFMT(info.external_attr >> 16)  # 0: written by a system without modes
        kind = "file" if mode in (0, stat.S_IFREG) else "link or device"
        if info.filename.endswith("/"):  # `is_dir` takes no empty name
            kind = "folder"
        yield _Entry(info.filename, kind, info.file_size, functools.partial(archive.open, info))
