"""What operating systems differ in."""

import os
import signal

# A terminal's Ctrl-C, a scheduler's request, a terminal that is gone; Windows has no SIGHUP.
ENDING_SIGNALS: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def cores() -> int:
    """Returns how many processors this process may use; all, where the system does not say."""
    if hasattr(os, "sched_getaffinity"):  # Linux alone
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def user() -> str:
    """Returns a word that keeps users' temporary files apart, empty where their folders do."""
    return f"-{os.getuid()}" if hasattr(os, "getuid") else ""
