"""Errors that a command shows to its user as one sentence."""

import math
import signal
from collections.abc import Collection

# A terminal's Ctrl-C, a scheduler's request, a terminal that is gone; Windows has no SIGHUP.
ENDING_SIGNALS: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class UsageError(ValueError):
    """Bad input from outside: a flag, a file, a folder, a configuration.

    The message is one sentence: what was wrong, what was found and what to do. Commands print it
    without a traceback and exit with code 2.
    """


class UnwritableError(UsageError):
    """Something cannot be written; a training goes on where it can do without it."""


class Interrupted(KeyboardInterrupt):
    """A signal asks the process to end; the message says what was saved.

    Commands print it and exit as a shell does for that signal, of that number.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number

    @property
    def exit_code(self) -> int:
        """As a shell reports it."""
        return 128 + self.number


class DivergenceError(RuntimeError):
    """Training met a loss or a weight that is not finite: exit code 1.

    The message names the step and the term; the last good checkpoint stays on disk.
    """


class RunsFailedError(RuntimeError):
    """Some runs of a sweep failed, which the message names and the others survived: code 1."""


class WorkerLostError(RuntimeError):
    """Another worker of a training over several machines has ended; how to go on: code 1."""


def one_of(name: str, value: str, allowed: Collection[str]) -> None:
    """Raises a ValueError unless a value is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}. Received: {name}={value}")


def positive(**values: float) -> None:
    """Raises a ValueError unless all values are finite and above 0."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be finite and above 0. Received: {name}={value}")


def not_negative(**values: float) -> None:
    """Raises a ValueError unless all values are finite and 0 or more."""
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and 0 or more. Received: {name}={value}")
