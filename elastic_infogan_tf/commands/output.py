"""Standard output and error that a command outlives."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class _Surviving:
    """A stream whose writes go nowhere from the first one on that fails.

    Args:
        stream: to write to. Everything but writing is its own.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes, if anybody reads."""
        try:
            return self._stream.write(text)
        except OSError:
            self._go_nowhere()
        return len(text)

    def flush(self) -> None:
        """Flushes, if anybody reads."""
        try:
            self._stream.flush()
        except OSError:
            self._go_nowhere()

    def _go_nowhere(self) -> None:
        # What is still in the stream's buffer is written there, so Python's end is quiet too.
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


@contextlib.contextmanager
def surviving_output() -> Iterator[None]:
    """Lets what is done here end well where nobody reads its output to the end.

    The reader of a pipe may have seen enough, as `head` has; a terminal may be closed; the disk of
    a log may be full. A training is worth more than its lines.
    """
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        stream and _Surviving(stream)  # None where a process has no output at all
        for stream in streams
    )
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Surviving):
                stream.flush()
        sys.stdout, sys.stderr = streams
