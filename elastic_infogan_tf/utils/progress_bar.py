"""tqdm's progress bar on standard error: redrawn on a terminal, elsewhere a line now and then."""

import io
import sys
from typing import Any

from tqdm import tqdm


class _Lines(io.StringIO):
    """Takes what tqdm would redraw, and writes lines to standard error."""

    def write(self, text: str) -> int:
        """Writes a line, unless it is blank."""
        if text.strip():
            print(text.strip(), file=sys.stderr, flush=True)
        return len(text)


def progress_bar(total: int | None, unit: str, **options: Any) -> tqdm:
    """Returns a bar with the time left; without a terminal, lines 30 seconds apart and a last one.

    Args:
        total: how much there is to do, or None where that is not known.
        unit: of it, singular.
        options: more of tqdm's.
    """
    if sys.stderr.isatty():
        return tqdm(total=total, unit=unit, **{"dynamic_ncols": True} | options)
    # A delay, even of no length, leaves out the line of nothing done; `miniters` tqdm's monitor.
    lines = {"mininterval": 30.0, "miniters": 0, "delay": 1e-9, "position": 0, "ncols": 0}
    return tqdm(total=total, unit=unit, file=_Lines(), **lines | options)


def say(text: str) -> None:
    """Prints a line at once, above the bars that there may be."""
    tqdm.write(text)
    sys.stdout.flush()
