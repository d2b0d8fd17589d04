"""TensorFlow's import without the lines that it writes of its own start."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

_STANDARD_ERROR = 2


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Holds standard error back while TensorFlow is imported; shows it if that fails.

    The lines come from C++, which writes to the file descriptor, and no setting of TensorFlow 2.21
    silences all of them. What comes after the import, such as why a GPU is not used, is shown.
    """
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
