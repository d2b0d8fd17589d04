"""The one progress bar: redrawn in place on a terminal, a line now and then elsewhere."""

import sys
from typing import Any

from tqdm import tqdm


def progress_bar(total: int | None, unit: str, **options: Any) -> tqdm:
    """Returns a bar on standard error with the time left.

    Args:
        total: how much there is to do, or None where that is not known.
        unit: of it, singular.
        options: more of tqdm's.
    """
    live = sys.stderr.isatty()
    if not live:
        # Each redraw is a line of its own.
        options |= {"mininterval": 30.0, "ncols": 160, "bar_format": "{l_bar}{bar:20}{r_bar}\n"}
    return tqdm(total=total, unit=unit, dynamic_ncols=live, **options)
