"""TensorFlow's import without the lines that it writes of its own start."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

_STANDARD_ERROR = 2
_NVIDIA = "/dev/nvidiactl"  # is there where a GPU's driver is


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Holds standard error back while TensorFlow is imported; shows it if that fails.

    The lines come from C++, which writes to the file descriptor, and no setting of TensorFlow 2.21
    silences all of them. Without a GPU's driver its search for GPUs is held back too; with one, why
    a GPU is not used is shown.

    oneDNN's convolutions are switched on, which TensorFlow does by itself only where the CPU has
    AVX512: with AVX2 alone they save as much (docs/performance.md). `TF_ENABLE_ONEDNN_OPTS=0` says
    otherwise.
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
