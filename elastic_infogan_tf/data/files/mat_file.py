"""Arrays of MATLAB files, read by SciPy in a process of its own.

Some corrupted files end SciPy's compiled reader by a segmentation fault: such a file costs that
process, and the next file gets another one. Values are read only if the file's header gives the
array the expected shape.
"""

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

_SECONDS = 60.0  # for one file; the first one waits for SciPy's import, too
_LONGEST = 200  # characters of what SciPy says
# Answers a path a line: with a line that says what is wrong, or "" and the array's bytes.
_CHILD = """
import contextlib, json, sys, warnings
import scipy.io

warnings.simplefilter("ignore")
with contextlib.suppress(ImportError, OSError, ValueError):  # not on every system
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))  # bytes
name, *shape = json.loads(sys.argv[1])

def read(path):
    with open(path, "rb") as file:
        arrays = {key: (kind, list(size)) for key, size, kind in scipy.io.whosmat(file)}
        if name not in arrays:
            return f"has no array named {name}", b""
        kind, size = arrays[name]
        if (kind, size) != ("uint8", shape):
            return f"must hold {name} as uint8 {shape} but has {kind} {size}", b""
        file.seek(0)
        values = scipy.io.loadmat(file, variable_names=[name])[name]
    if (values.dtype, list(values.shape)) != ("uint8", shape):
        raise ValueError(f"{values.dtype} {list(values.shape)}")
    return "", values.tobytes("F")

for line in sys.stdin:
    try:
        problem, values = read(json.loads(line))
    except NotImplementedError:
        problem, values = "is a MATLAB 7.3 (HDF5) file, which cannot be read here", b""
    except Exception as error:
        reason, values = getattr(error, "strerror", None), b""
        problem = f"cannot be read ({reason})" if reason else (
            f"cannot be read as a MATLAB file ({str(error) or type(error).__name__})"
        )
    sys.stdout.buffer.write(json.dumps(problem).encode() + b"\\n" + values)
    sys.stdout.buffer.flush()
"""


class MatFileError(ValueError):
    """What is wrong with a file, as a phrase that begins behind the file's name."""


class MatFiles(contextlib.AbstractContextManager["MatFiles"]):
    """Reads the array of one name and shape, of uint8, of several files.

    Args:
        name: of the array.
        shape: that it must have.
    """

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self._asked = json.dumps([name, *shape])
        self._shape = shape
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> np.ndarray:
        """Returns the array of a file.

        Raises:
            MatFileError: if the file cannot be read, is corrupted or lacks such an array.
        """
        child = self._child = self._child or subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD, self._asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # each takes addresses
        )
        assert child.stdin is not None and child.stdout is not None
        limit = threading.Timer(_SECONDS, child.kill)
        limit.start()
        problem, values, size = None, b"", math.prod(self._shape)
        with contextlib.suppress(OSError, ValueError):  # of a process that is no more
            child.stdin.write(json.dumps(str(path)).encode() + b"\n")
            child.stdin.flush()
            problem = json.loads(child.stdout.readline())
            values = b"" if problem else child.stdout.read(size)
        limit.cancel()
        if problem is None or (not problem and len(values) < size):
            self.__exit__()
            problem = f"cannot be read as a MATLAB file (its reader ended: {child.returncode})"
        if problem:
            raise MatFileError(problem[:_LONGEST])
        return np.frombuffer(values, np.uint8).reshape(self._shape, order="F")

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None
