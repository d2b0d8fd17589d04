"""The end of a process while batches are still being made."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from elastic_infogan_tf.data.batches.pipeline import PythonReads

_PROGRAM = """
import sys
import numpy as np
from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.settings.data_sets import DATA_SETS

images = np.lib.format.open_memmap(sys.argv[1], "w+", np.uint8, (200, 8, 8, 1))
dataset = pipeline.batches(images, 50, 0, DATA_SETS["mnist"].augmentation, stop_step=10**7)
batches = iter(dataset)
next(batches)
sys.exit(3)
"""


class _Images:
    """Images that are read when the test says so."""

    def __init__(self):
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __getitem__(self, rows):
        self.begun.set()
        self.may_end.wait(20)
        return np.zeros((len(rows), 2, 2, 1), np.uint8)


def test_the_end_waits_for_reads_under_way_and_lets_none_begin():
    reads, images = PythonReads(), _Images()
    reader = threading.Thread(target=reads.read, args=(images, np.arange(2)))
    reader.start()
    assert images.begun.wait(20)
    end = threading.Thread(target=reads._end)
    end.start()
    end.join(0.5)
    assert end.is_alive()
    with pytest.raises(InterruptedError, match="the process is ending"):
        reads.read(images, np.arange(2))
    images.may_end.set()
    for thread in (reader, end):
        thread.join(20)
        assert not thread.is_alive()


def test_the_end_does_not_wait_where_nothing_was_read():
    started = time.monotonic()
    PythonReads()._end()
    assert time.monotonic() - started < 0.05


@pytest.mark.slow
def test_a_process_ends_while_its_iterator_is_busy(tmp_path):
    """Without the wait every fourth such process hung."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, tmp_path / "images.npy"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3, done.stderr[-2000:]
