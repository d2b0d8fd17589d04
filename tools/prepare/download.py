"""Downloads that resume, are checked, and get their name only when they are complete."""

import contextlib
import http.client
import json
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from elastic_infogan_tf.data.files.images_on_disk import note
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import only_process, unwritable
from elastic_infogan_tf.json_files import TEXT, read_json
from elastic_infogan_tf.progress_bar import progress_bar

from .checksums import about_record, digest, record, recorded, verify

_CHUNK = 1 << 16  # bytes
_STATE_SCHEMA = {
    "type": "object",
    "required": ["url", "version"],
    "properties": {"url": TEXT, "version": TEXT},
}
_TEMPORARY_STATUS = (408, 425, 429)  # beside all from 500 up


class _TransferError(Exception):
    """What went wrong on the way; `final` where trying again would not help."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def fetch(
    url: str,
    target: Path,
    sha256: str | None = None,
    *,
    timeout: float = 30.0,
    retries: int = 4,
    pause: float = 1.0,
) -> str:
    """Downloads a file, unless it is there, and checks it.

    An unfinished download stays as `<target>.part`, with what identifies the version of the file it
    is a part of in `<target>.part.json`, and is resumed by the next call; where the server cannot
    continue, or has another version by now, it starts again.

    Args:
        url: of the file, http or https.
        target: where it goes.
        sha256: its checksum, 64 hexadecimal digits; None to `verify` it against its record.
        timeout: seconds without any answer after which a connection counts as lost.
        retries: how often to try again after the connection was lost.
        pause: seconds before the first retry, doubled before each further one.

    Returns:
        The SHA-256 of the file.

    Raises:
        UsageError: if it cannot be downloaded or written, or has another checksum.
    """
    if target.is_file():
        return verify(target, sha256)
    with _only_download(target):
        if target.is_file():  # another process has brought it
            return verify(target, sha256)
        return _fetch(url, target, sha256, timeout, retries, pause)


@contextlib.contextmanager
def _only_download(target: Path) -> Iterator[None]:
    """Waits while another process downloads the same file."""
    lock = target.with_name(f".{target.name}.lock")
    missing = [folder for folder in target.absolute().parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(_part_of(target), error, "--data_dir") from error
    try:
        with only_process(lock, str(target), wait=True, flag="--data_dir"):
            yield
    finally:
        with contextlib.suppress(OSError):  # something has come into them
            for folder in missing:
                folder.rmdir()


def _fetch(
    url: str,
    target: Path,
    sha256: str | None,
    timeout: float,
    retries: int,
    pause: float,
) -> str:
    part = _part_of(target)
    try:
        _transfer(url, part, timeout, retries, pause)
        found, expected = digest(part), sha256 or recorded(target)
        if expected not in (None, found):
            _discard(part)
            raise UsageError(
                f"{url} was downloaded but has the SHA-256 {found} instead of {expected}, so it "
                f"was deleted; run this again{about_record(target, sha256)}."
            )
        if sha256 is None:
            record(target, found)
        os.replace(part, target)
        _discard(part)
    except _TransferError as error:
        raise UsageError(
            f"{url} could not be downloaded ({error}); run this again to resume, or download it "
            f"yourself and put it as {target}."
        ) from error
    except OSError as error:
        raise unwritable(part, error, "--data_dir") from error
    return found


def _part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _state_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _state_of(part).unlink(missing_ok=True)


def _transfer(url: str, part: Path, timeout: float, retries: int, pause: float) -> None:
    """Brings `part` to the whole file, in several attempts if need be."""
    for attempt in range(retries + 1):
        try:
            return _attempt(url, part, timeout)
        except _TransferError as error:
            if error.final or attempt == retries:
                raise
            seconds = pause * 2**attempt
            note(f"{url}: {error}; trying again in {seconds:g} s")
            time.sleep(seconds)


def _attempt(url: str, part: Path, timeout: float) -> None:
    start, version = _resumable(url, part)
    headers = {"User-Agent": "elastic_infogan_tf", "Accept-Encoding": "identity"}
    if start:
        # If the file is another version by now, If-Range makes the server send it from the start.
        headers |= {"Range": f"bytes={start}-", "If-Range": version}
    try:
        request = urllib.request.Request(url, headers=headers)
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            if error.headers.get("Content-Range") == f"bytes */{start}":
                return  # it was complete already
            _discard(part)
            raise _TransferError("the server refused to resume") from error
        temporary = error.code >= 500 or error.code in _TEMPORARY_STATUS
        raise _TransferError(f"HTTP {error.code} {error.reason}", not temporary) from error
    except (OSError, http.client.HTTPException) as error:
        raise _lost(error) from error
    with response:
        _receive(url, response, part, start, version)


def _receive(url: str, response: Any, part: Path, start: int, version: str) -> None:
    """Appends the response to the `start` bytes of `part`, or starts again, as it says."""
    if response.headers.get_content_type() == "text/html":
        raise _TransferError("the address answers with a web page instead of the file", final=True)
    if response.status == http.HTTPStatus.PARTIAL_CONTENT:
        fits = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        if not fits or _version(response) not in ("", version):
            _discard(part)
            raise _TransferError("the server resumed another version or place of the file")
    else:
        start = 0
        part.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        state = json.dumps({"url": url, "version": _version(response)})
        _state_of(part).write_text(state, encoding="utf-8")
    total = None if response.length is None else start + response.length
    with (
        part.open("ab") as file,
        progress_bar(
            total,
            "B",
            desc=part.name.removesuffix(".part"),
            initial=start,
            unit_scale=True,
            unit_divisor=1024,
        ) as bar,
    ):
        while chunk := _read(response):
            file.write(chunk)
            bar.update(len(chunk))
    size = part.stat().st_size
    if total is not None and size != total:
        raise _TransferError(f"the connection broke off after {size} of {total} bytes")


def _read(response: Any) -> bytes:
    try:
        return response.read(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _lost(error) from error


def _lost(error: Exception) -> _TransferError:
    reason = getattr(error, "reason", None) or error
    # Without a name server or with a false certificate, the next attempt would end like this one.
    final = isinstance(reason, ssl.SSLCertVerificationError | socket.gaierror)
    return _TransferError(str(reason) or type(reason).__name__, final)


def _resumable(url: str, part: Path) -> tuple[int, str]:
    """Returns the size of an unfinished download of `url` and its version; 0 to start again."""
    with contextlib.suppress(OSError, UsageError):
        state = read_json(_state_of(part), _STATE_SCHEMA, "the download begins again")
        if state["url"] == url and state["version"]:
            return part.stat().st_size, state["version"]
    return 0, ""


def _version(response: Any) -> str:
    """Returns what If-Range may name: a strong ETag, else the time of change, else nothing."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified", "")
