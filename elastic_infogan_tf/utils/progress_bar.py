"""The one progress bar: redrawn in place on a terminal, a plain line now and then elsewhere."""

import io
import math
import os
import sys
import time
from typing import Any, TextIO

from tqdm import tqdm
from tqdm.utils import disp_len

_SECONDS_BETWEEN_LINES = 30.0
_SHORTEST_BAR = 4  # columns
_USUAL_COLUMNS = 80
# From wide to narrow terminals.
_LAYOUTS = (
    "{l_bar}{bar}{r_bar}",
    "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]",
    "{desc}{percentage:3.0f}% {n_fmt}/{total_fmt} [{elapsed}<{remaining}]",
    "{desc}{percentage:3.0f}% [{elapsed}<{remaining}]",
    "{percentage:3.0f}% [{elapsed}<{remaining}]",
)


class ProgressBar(tqdm):
    """A bar of tqdm's that fits its terminal, or lines of text where there is none.

    Attributes:
        line_an_epoch: whether `end_epoch` writes a line.
    """

    line_an_epoch = False

    def start_clock(self) -> None:
        """Counts time and speed from here on; what came before was preparation."""
        self.initial = self.last_print_n = self.n
        self.start_t = self.last_print_t = time.time()

    def leave_out(self, seconds: float) -> None:
        """Counts time and speed as if so many seconds, just over, had not been."""
        self.start_t += seconds
        self.last_print_t += seconds

    def end_epoch(self) -> None:
        """Writes the epoch's line, where there is no terminal."""
        if self.line_an_epoch:
            self.refresh()

    @staticmethod
    def format_meter(
        n: float,
        total: float | None,
        elapsed: float,
        ncols: int | None = None,
        prefix: str | None = "",
        postfix: str | None = None,
        bar_format: str | None = None,
        **others: Any,
    ) -> str:
        """Returns the bar in at most `ncols` columns: scores are left out first, the last first."""

        def render(layout: str | None, scores: str | None, columns: int | None) -> str:
            return tqdm.format_meter(
                n,
                total,
                elapsed,
                ncols=columns,
                prefix=f"{prefix.removesuffix(': ')}: " if prefix else "",
                postfix=scores,
                bar_format=layout,
                **others,
            )

        if not ncols or not total or bar_format:
            return render(bar_format, postfix, ncols)
        scores = postfix.split(", ") if postfix else []
        for kept in range(len(scores), -1, -1):
            shown = ", ".join(scores[:kept])
            if _fits(render(_LAYOUTS[0].replace("{bar}", ""), shown, None), _LAYOUTS[0], ncols):
                return render(None, shown, ncols)
        for layout in _LAYOUTS[1:]:
            if _fits(render(layout.replace("{bar}", ""), None, None), layout, ncols):
                return render(layout, None, ncols)
        return render(_LAYOUTS[-1], None, ncols)[:ncols]


def _fits(text: str, layout: str, columns: int) -> bool:
    return disp_len(text) + (_SHORTEST_BAR if "{bar}" in layout else 0) <= columns


class _WholeLines(io.TextIOBase):
    """Takes what tqdm would redraw, and writes lines.

    Args:
        stream: where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes a line, unless there is nothing to see in it."""
        line = text.strip()
        if line:
            self._stream.write(line + "\n")
            self._stream.flush()
        return len(text)


def progress_bar(
    total: int | None, unit: str, *, line_an_epoch: bool = False, **options: Any
) -> ProgressBar:
    """Returns a bar on standard error with the time left.

    Args:
        total: how much there is to do, or None where that is not known.
        unit: of it, singular.
        line_an_epoch: where there is no terminal, write a line when `end_epoch` is called, instead
            of one every 30 seconds and one at the end.
        options: more of tqdm's.
    """
    if sys.stderr.isatty():
        # Some terminals, as those of containers, say that they have no columns.
        known = os.get_terminal_size(sys.stderr.fileno()).columns > 0
        width = {"dynamic_ncols": True} if known else {"ncols": _USUAL_COLUMNS}
        return ProgressBar(total=total, unit=unit, **width, **options)
    # What is scaled has its unit's sign at its number.
    words = unit if options.get("unit_scale") else f" {unit.strip().removesuffix('s')}s"
    if total:
        layout = "{desc}{n_fmt}/{total_fmt}" + words + ", {elapsed}, {remaining} left{postfix}"
    else:
        layout = "{desc}{n_fmt}" + words + ", {elapsed}"
    # A delay, so that the first line is not that of nothing done; a place of its own, so that no
    # bar of another moves the cursor; time alone decides, so that tqdm's monitor keeps away.
    options |= {"delay": 1e-9, "position": 0, "miniters": 0}
    options["mininterval"] = math.inf if line_an_epoch else _SECONDS_BETWEEN_LINES
    lines = _WholeLines(sys.stderr)
    bar = ProgressBar(
        total=total, file=lines, leave=not line_an_epoch, bar_format=layout, **options
    )
    bar.line_an_epoch = line_an_epoch
    return bar


def say(text: str) -> None:
    """Prints a line at once, above the bars that there may be."""
    tqdm.write(text)
    sys.stdout.flush()
