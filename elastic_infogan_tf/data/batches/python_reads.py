"""Reads by TensorFlow's threads through Python, and how a process ends with them."""

import atexit
import threading
import time

import numpy as np

from elastic_infogan_tf.data.labelled_images import ImageArray

_QUIET = 0.1  # seconds without a new read, in which all that wait for the interpreter get it
_MOST_WAITS = 50  # so that a disk that does not answer cannot keep the process for ever


class PythonReads:
    """Lets the last read end before the interpreter does.

    A thread of TensorFlow that is inside Python, or waits to get in, when the interpreter shuts
    down dies there, and the destructor of the iterator that it worked for waits for it without
    end. That needs an iterator that is still alive at exit. So at exit new reads fail, which fills
    the few places that an iterator has for batches, and the process goes on when all is quiet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = self._running = 0
        self._ending = False
        atexit.register(self._end)

    def read(self, images: ImageArray, rows: np.ndarray) -> np.ndarray:
        """Returns `images[rows]`.

        Raises:
            InterruptedError: if the process is ending.
        """
        with self._lock:
            self._begun += 1
            self._running += 1
        try:
            if self._ending:
                raise InterruptedError("the process is ending")
            return images[rows]
        finally:
            with self._lock:
                self._running -= 1

    def _end(self) -> None:
        self._ending = True
        for _ in range(_MOST_WAITS if self._begun else 0):
            begun = self._begun
            time.sleep(_QUIET)
            if self._begun == begun and not self._running:
                return


PYTHON_READS = PythonReads()
