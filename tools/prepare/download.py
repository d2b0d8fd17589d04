"""Downloads that resume, are checked, and get their name only when they are whole."""

import hashlib
import http.client
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from elastic_infogan_tf.data.files.decoding import note
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.files import only_process, unwritable
from elastic_infogan_tf.utils.quiet_start import progress_bar

_CHUNK = 1 << 16  # bytes
_TIMEOUT = 30.0  # seconds without any answer, after which a connection counts as lost
_RETRIES = 4  # after the connection was lost
_PAUSE = 1.0  # seconds before the first retry, doubled before each further one
_TEMPORARY_STATUS = (408, 425, 429)  # beside all from 500 up


class _TransferError(Exception):
    """What went wrong on the way; `final` where trying again would not help."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def fetch(url: str, target: Path, sha256: str) -> None:
    """Downloads a file, unless it is there, and checks it.

    An unfinished download stays as `<target>.part` and is resumed by the next call. What was
    resumed and has another checksum, as where the file has changed, is downloaded from the start.

    Args:
        url: of the file, http or https.
        target: where it goes.
        sha256: its checksum, 64 hexadecimal digits.

    Raises:
        UsageError: if it cannot be downloaded or written, or has another checksum.
    """
    part = target.with_name(f"{target.name}.part")
    lock = target.with_name(f".{target.name}.lock")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with only_process(lock, str(target), wait=True, flag="--data_dir"):
            if not target.is_file():  # nor has another process brought it
                _transfer(url, part, sha256)
                os.replace(part, target)
            elif (digest := _digest(target)) != sha256:
                raise UsageError(
                    f"{target} has the SHA-256 {digest} instead of {sha256}; delete it and run "
                    "this again."
                )
    except _TransferError as error:
        raise UsageError(
            f"{url} could not be downloaded ({error}); run this again to resume, or download it "
            f"yourself and put it as {target}."
        ) from error
    except OSError as error:
        raise unwritable(part, error, "--data_dir") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _transfer(url: str, part: Path, sha256: str) -> None:
    """Brings `part` to the whole file, in several attempts if need be."""
    for attempt in range(_RETRIES + 1):
        start = part.stat().st_size if part.is_file() else 0
        try:
            _attempt(url, part, start)
            digest = _digest(part)
            if digest == sha256:
                return
            part.unlink()
            wrong = f"it has the SHA-256 {digest} instead of {sha256}, so it was deleted"
            raise _TransferError(wrong, final=not start)
        except _TransferError as error:
            if error.final or attempt == _RETRIES:
                raise
            seconds = _PAUSE * 2**attempt
            note(f"{url}: {error}; trying again in {seconds:g} s")
            time.sleep(seconds)


def _attempt(url: str, part: Path, start: int) -> None:
    """Appends to the `start` bytes of `part` what is missing, or gets all where it must."""
    headers = {"User-Agent": "elastic_infogan_tf", "Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={start}-"} if start else {}
    try:
        request = urllib.request.Request(url, headers=headers)
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return  # there is no more; whether it is whole says its checksum
        temporary = error.code >= 500 or error.code in _TEMPORARY_STATUS
        raise _TransferError(f"HTTP {error.code} {error.reason}", not temporary) from error
    except (OSError, http.client.HTTPException) as error:
        raise _lost(error) from error
    with response:
        if response.headers.get_content_type() == "text/html":
            reason = "the address answers with a web page instead of the file"
            raise _TransferError(reason, final=True)
        if not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            start = 0
        _receive(response, part, start)


def _receive(response: Any, part: Path, start: int) -> None:
    total = None if response.length is None else start + response.length
    scale = {"initial": start, "unit_scale": True, "unit_divisor": 1024}
    with (
        part.open("ab" if start else "wb") as file,
        progress_bar(total, "B", desc=part.stem, **scale) as bar,
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
