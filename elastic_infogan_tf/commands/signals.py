"""Signals that ask a command to end: it cleans up, and its exit code says which one it was."""

import contextlib
import signal
import threading
import types
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import NoReturn

from elastic_infogan_tf.errors import Interrupted
from elastic_infogan_tf.system import ENDING_SIGNALS


def ending_in_order() -> AbstractContextManager[None]:
    """Lets SIGTERM and SIGHUP end what is done here as Ctrl-C does: by an exception.

    So files that were half written go away, and locks with them. A training has its own answer.
    What is ignored, as SIGHUP is under nohup, stays so. Only the main thread can be asked.
    """
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    heeded = (one for one in ENDING_SIGNALS if signal.getsignal(one) is not signal.SIG_IGN)
    return interrupted_by(*heeded)


@contextlib.contextmanager
def interrupted_by(*numbers: int) -> Iterator[None]:
    """Lets signals raise `Interrupted`, also those that are ignored outside of it."""
    previous = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: types.FrameType | None) -> NoReturn:
    raise Interrupted("interrupted", number)
