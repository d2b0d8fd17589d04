"""Writing files so that nobody ever meets half of one, and so that one process writes at a time."""

import contextlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from elastic_infogan_tf.errors import UnwritableError, UsageError
from elastic_infogan_tf.utils.text import shortened


def write_atomically(path: Path, content: str | bytes, flag: str = "--model_dir") -> None:
    """Writes a file beside its place and renames it into it; its folder is made.

    Args:
        path: the file.
        content: text becomes UTF-8; what no encoder takes (bytes of names) becomes its escape.
        flag: which flag chose the place, for the error.

    Raises:
        UnwritableError: if it cannot be written (a full disk, no permission).
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        sync(beside)
        os.replace(beside, path)
        sync(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # not there, or nowhere: its folder is a file
            beside.unlink()
        raise unwritable(path, error, flag) from error


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk.

    Raises:
        OSError: if a file cannot be written there after all. Of a folder some systems cannot tell.
    """
    is_folder = path.is_dir()
    # Windows opens no folder, and waits only for what could be written.
    with contextlib.suppress(*[OSError] if is_folder else []):
        handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_folder(new: Path, folder: Path) -> None:
    """Puts the finished folder `new` where `folder` is, which goes away."""
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def only_process(
    lock: Path,
    what: str,
    wait: bool = False,
    flag: str = "--model_dir",
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator:
    """Holds a lock file, which the system lets go of when the process ends, however it does.

    Args:
        lock: the file, in a folder that exists.
        what: that is locked, for the error.
        wait: until another process lets go of it, instead of failing.
        flag: which flag chose the place, for the error.
        meanwhile: called each second of that waiting; may raise, to give up.

    Raises:
        UsageError: if another process holds it, or it cannot be written.
    """
    held = filelock.FileLock(lock, timeout=1 if wait else 0)
    try:
        while not held.is_locked:
            try:
                held.acquire()
            except filelock.Timeout as error:
                if not wait:
                    raise UsageError(
                        f"{what} is in use by another process{_holder(lock)}; wait for its end or "
                        f"choose another {flag}."
                    ) from error
                meanwhile()
    except OSError as error:
        raise unwritable(lock, error, flag) from error
    with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
        lock.write_text(f"process {os.getpid()} of {socket.gethostname()}")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()  # before its release: whoever waits for it finds out and makes a new one
        held.release()


def _holder(lock: Path) -> str:
    try:
        holder = lock.read_text()
    except (OSError, ValueError):
        return ""
    return f" ({holder})" if re.fullmatch(r"process \d+ of [\w.-]+", holder) else ""


def require_writable(folder: Path, flag: str = "--model_dir") -> None:
    """Makes a folder and tries to write there, before long work whose results go into it.

    Raises:
        UsageError: if it cannot be made or written; it names the flag that chose it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise unwritable(folder, error, flag) from error


def require_place(path: Path, flag: str = "--model_dir") -> Path:
    """Refuses a place where nothing can be written, and makes nothing.

    Args:
        path: of a file or folder; there need be nothing.
        flag: which flag chose it, for the error.

    Returns:
        The nearest folder that is there: itself or one above.

    Raises:
        UsageError: if a file is in the way, or the folder may not be written.
    """
    absolute = path.absolute()
    above = next(part for part in (absolute, *absolute.parents) if os.path.exists(part))
    if not above.is_dir():
        raise unwritable(path, f"{above} is a file", flag)
    if not os.access(above, os.W_OK | os.X_OK):
        raise unwritable(path, f"{above} may not be written", flag)
    return above


def path_of(text: str, flag: str) -> Path:
    """Returns the path that someone named by a flag, `~` being their home folder.

    There need be nothing there.

    Raises:
        UsageError: if the system takes no such path, or nobody knows the home folder.
    """
    try:
        path = Path(text).expanduser()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.stat()
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{flag}={shortened(text)} is no path that can be used here: {reason}; give another "
            "one."
        ) from error
    return path


def unwritable(path: Path, reason: Exception | str, flag: str = "--model_dir") -> UnwritableError:
    """Returns the error for a file or folder that cannot be written; `flag` chose its place."""
    words = getattr(reason, "strerror", None) or str(reason).splitlines()[0]
    # TensorFlow wraps what the file system said in the names of its graph and operation.
    words = re.sub(r"\{\{.*?\}\}\s*|\s*\[Op:.*?\]", "", words)
    return UnwritableError(
        f"cannot write {path}: {words}; free space there or choose another place with {flag}."
    )
