"""Unpacking an archive that nobody vouches for.

Only regular files are taken, and of them only the bytes: no link, device, owner or mode of an
archive ever reaches the disk. Python's own modules write them, tarfile with its filter "data"; what
they would let pass or quietly mend is refused here before.
"""

import bz2
import contextlib
import copy
import functools
import gzip
import lzma
import os
import platform
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, NamedTuple

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.progress_bar import progress_bar

_CHUNK = 1 << 20  # bytes
_LONGEST_HEADER = 1 << 20  # bytes
_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


class _Member(NamedTuple):
    """An entry of an archive.

    Attributes:
        name: its path in the archive.
        kind: `file`, `folder` or what else it is.
        size: bytes that it unpacks to at most, whatever the archive holds.
        write: writes it, below a folder, under another path.
    """

    name: str
    kind: str
    size: int
    write: Callable[[Path, str], object]


class _RefusedError(Exception):
    """Why an archive is not unpacked."""


def require_filters(instead: str) -> None:
    """Refuses a Python whose tarfile has no filters, before an archive is downloaded for it.

    Args:
        instead: what to unpack by hand, and where it is looked for.

    Raises:
        UsageError: if it has none.
    """
    if not hasattr(tarfile, "data_filter"):
        raise UsageError(
            f"Python {platform.python_version()} cannot unpack tar files safely, as 3.11.4 and "
            f"later can; use one of those, or unpack {instead}."
        )


def extract(
    archive: Path,
    target: Path,
    wanted: Callable[[str], bool],
    max_bytes: int,
    max_files: int,
    inner: str | None = None,
) -> int:
    """Unpacks the wanted files of a tar (plain, gzip, bzip2, xz) or zip file into a new folder.

    The folder appears when all is unpacked, and not at all if anything is wrong.

    Args:
        archive: of a kind that its content tells.
        target: the folder; it must not exist or must be empty.
        wanted: says by a file's path, `a/b/c` below `target`, whether to unpack it.
        max_bytes: most bytes to unpack.
        max_files: most entries, wanted or not, that the archive may list.
        inner: the folder of the archive, at any depth, whose contents go to `target`; what is
            outside of it is not wanted. None takes paths as they are.

    Returns:
        How many files were unpacked.

    Raises:
        UsageError: if the archive is damaged, exceeds a limit, names a path outside of itself,
            has something else than a file at a wanted path, or has nothing wanted; or if the folder
            cannot be written.
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
    except Exception as error:  # damaged archives fail anywhere inside of tarfile and zipfile
        if isinstance(error, OSError) and error.errno is not None:  # of the file system
            raise UsageError(
                f"{archive} cannot be unpacked into {target} ({error.strerror}); free space there "
                "or choose another --data_dir."
            ) from error
        raise UsageError(
            f"{archive} is damaged ({str(error) or type(error).__name__}), so nothing of it was "
            "unpacked; delete it to download it again."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def _unpack(
    archive: Path,
    folder: Path,
    wanted: Callable[[str], bool],
    max_bytes: int,
    max_files: int,
    inner: str | None,
) -> int:
    room, count = max_bytes, 0
    with (
        _members(archive) as members,
        progress_bar(None, " files", desc=f"unpacking {archive.name}") as bar,
    ):
        for number, member in enumerate(members, start=1):
            if number > max_files:
                raise _RefusedError(f"lists more than the allowed {max_files} entries")
            path = _below(_safe_parts(member.name), inner)
            if member.kind == "folder" or not path or not wanted("/".join(path)):
                continue
            if member.kind != "file":
                raise _RefusedError(f"has a {member.kind} in place of the file {member.name}")
            if member.size < 0:
                raise _RefusedError(f"has a file of {member.size} bytes, {member.name}")
            room -= member.size
            if room < 0:
                raise _RefusedError(f"unpacks to more than the allowed {max_bytes} bytes")
            if folder.joinpath(*path).exists():
                raise _RefusedError(f"has two files {member.name}")
            member.write(folder, "/".join(path))
            count += 1
            bar.update()
    if not count:
        raise _RefusedError("has none of the files looked for")
    return count


def _safe_parts(name: str) -> tuple[str, ...]:
    """Splits an entry's path; refuses one that leads outside, in this or another system's terms."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or "\0" in name:
        raise _RefusedError(f"has an entry that leads outside of it, {name!r}")
    return path.parts


def _below(parts: tuple[str, ...], inner: str | None) -> tuple[str, ...]:
    """Returns the path below the first folder named `inner`, empty if it is not in there."""
    if inner is None:
        return parts
    return parts[parts.index(inner) + 1 :] if inner in parts else ()


@contextlib.contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    """Opens an archive of either kind."""
    if zipfile.is_zipfile(archive) and not _is_tar(archive):
        with zipfile.ZipFile(archive) as opened:
            yield _zip_members(opened)
        return
    with _unpacked(archive) as file, _open_tar(file) as opened:
        yield _tar_members(opened)


def _open_tar(file: BinaryIO) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=_ShortReads(file), mode="r:")
    except tarfile.ReadError as error:
        raise _RefusedError("is neither a tar nor a zip file") from error


def _is_tar(archive: Path) -> bool:
    with archive.open("rb") as file:
        file.seek(257)
        return file.read(5) == b"ustar"


@contextlib.contextmanager
def _unpacked(archive: Path) -> Iterator[BinaryIO]:
    """Opens a file as it is or, if its first bytes say that it is compressed, unpacked."""
    with archive.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        for magic, unpacked in _COMPRESSED.items():
            if start.startswith(magic):
                with unpacked(file, "rb") as inner:
                    yield inner
                return
        yield file


class _ShortReads:
    """A file that nobody reads much of at once.

    `tarfile` takes the long name of an entry, or its further headers, into memory at the length
    that the archive says; the contents of files it reads in small parts.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        """Returns as many bytes, or fewer at the end."""
        if not 0 <= size <= _LONGEST_HEADER:
            raise _RefusedError(f"has an entry whose name or headers take {size:,} bytes")
        return self._file.read(size)


def _tar_members(archive: tarfile.TarFile) -> Iterator[_Member]:
    def write(info: tarfile.TarInfo, folder: Path, path: str) -> None:
        bare = info.replace(name=path, mode=None, mtime=None, deep=False)
        archive.extract(bare, folder, filter="data")

    while (info := archive.next()) is not None:
        kind = "file" if info.isreg() else "folder" if info.isdir() else "link or device"
        if info.issparse():  # its parts may be larger than the file that it says it is
            kind = "sparse file"
        yield _Member(info.name, kind, info.size, functools.partial(write, info))
        archive.members.clear()  # it would keep a record of every entry, gigabytes for millions
    while archive.fileobj.read(_CHUNK):  # compressed files have their checksum at their end
        pass


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    def write(info: zipfile.ZipInfo, folder: Path, path: str) -> None:
        renamed = copy.copy(info)
        renamed.filename = path
        archive.extract(renamed, folder)

    for info in archive.infolist():
        mode = stat.S_IFMT(info.external_attr >> 16)
        plain = mode in (0, stat.S_IFREG)  # 0: written by a system without modes
        kind = "file" if plain else "link or device"
        if info.filename.endswith("/"):  # `is_dir` takes no empty name
            kind = "folder"
        yield _Member(info.filename, kind, info.file_size, functools.partial(write, info))
