"""TensorFlow's import without the lines that it writes of its own start."""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tqdm import tqdm

_STANDARD_ERROR = 2
_NVIDIA = "/dev/nvidiactl"  # is there where a GPU's driver is


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Holds standard error back while TensorFlow is imported; shows it if that fails.

    The lines come from C++, and no setting of TensorFlow 2.21 silences all of them. Without a GPU's
    driver its search for GPUs is held back too; with one, why a GPU is not used is shown.

    oneDNN's convolutions are switched on, which TensorFlow does itself only with AVX512; with AVX2
    alone they save as much (docs/performance.md). `TF_ENABLE_ONEDNN_OPTS=0` says otherwise.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    try:
        terminal = os.dup(_STANDARD_ERROR)
    except OSError:  # it is closed: there is nothing to keep quiet
        yield
        return
    with os.fdopen(terminal, "wb", buffering=0) as shown, tempfile.TemporaryFile() as held:
        _flush()
        os.dup2(held.fileno(), _STANDARD_ERROR)
        try:
            yield
            tensorflow = sys.modules.get("tensorflow")
            if tensorflow is not None and not os.path.exists(_NVIDIA):
                tensorflow.config.list_physical_devices()
        except BaseException:
            _flush()
            held.seek(0)
            shown.write(held.read())
            raise
        finally:
            _flush()
            os.dup2(shown.fileno(), _STANDARD_ERROR)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


class _Lines(io.StringIO):
    """Takes what tqdm would redraw, and writes lines to standard error."""

    def write(self, text: str) -> int:
        """Writes a line, unless it is blank."""
        if text.strip():
            print(text.strip(), file=sys.stderr, flush=True)
        return len(text)


def progress_bar(total: int | None, unit: str, **options: Any) -> tqdm:
    """Returns tqdm's bar with the time left; without a terminal, lines 30 seconds apart.

    `total` is None where that is not known, `unit` a singular noun; `options` are tqdm's.
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
