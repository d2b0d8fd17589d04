"""Arrays of MATLAB files are what SciPy wrote, and corrupted files end in a sentence."""

import io
import random
import struct
import sys
import zlib

import numpy as np
import pytest
import scipy.io

from elastic_infogan_tf.data.sets import cars
from elastic_infogan_tf.data.sets.cars import MatFiles
from elastic_infogan_tf.errors import UsageError
from tests.fuzz.mutators import mutate
from tests.fuzz.samples import CAR_SHAPE, mat


def _content(**arrays):
    file = io.BytesIO()
    scipy.io.savemat(file, arrays, do_compression=True)
    return file.getvalue()


def test_the_array_of_a_name_whatever_stands_beside_it(tmp_path):
    rng = np.random.default_rng(0)
    with MatFiles("im", (4, 3, 2)) as files:
        for number in range(3):
            array = rng.integers(0, 256, (4, 3, 2)).astype(np.uint8)
            path = tmp_path / f"größe {number}.mat"
            path.write_bytes(_content(other="text", im=array, third=np.eye(2)))
            np.testing.assert_array_equal(files.read(path), array)
        child = files._child
        with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
            files.read(tmp_path / "gone.mat")
    assert child.poll() is not None  # one for all files, gone at the end


def test_corrupted_files_are_read_or_refused_in_a_sentence(tmp_path):
    contents = [mutate("mat", mat(True), random.Random(seed)) for seed in range(50)]
    rng = random.Random(13)  # this one ends SciPy's reader by a segmentation fault
    contents.append(mutate("mat", rng.choice((mat(True), mat(False))), rng))
    path, messages = tmp_path / "car.mat", []
    with MatFiles("im", CAR_SHAPE) as files:
        for content in contents:
            path.write_bytes(content)
            try:
                assert files.read(path).shape == CAR_SHAPE
            except UsageError as error:
                messages.append(str(error))
    assert 10 < len(messages) < len(contents)
    assert all("\n" not in message and len(message) <= 500 for message in messages)


def test_a_reader_that_dies_or_hangs_costs_its_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "car.mat"
    path.write_bytes(_content(im=np.ones((2, 2), np.uint8)))
    with MatFiles("im", (2, 2)) as files:
        assert files.read(path).sum() == 4
        files._child.kill()
        files._child.wait()
        with pytest.raises(UsageError, match="its reader ended"):
            files.read(path)
        monkeypatch.setattr(cars, "_SECONDS", 0.01)
        with pytest.raises(UsageError, match="its reader ended"):
            files.read(path)
        monkeypatch.undo()
        assert files.read(path).sum() == 4


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory elsewhere")
def test_what_unpacks_to_more_than_it_should_is_refused(tmp_path):
    path, size = tmp_path / "bomb.mat", 3 << 30
    head = struct.pack("<2I2I", 6, 8, 9, 0) + struct.pack("<2I2i", 5, 8, 2, 2)
    head += struct.pack("<2H4s", 1, 2, b"im") + struct.pack("<2I", 2, size)
    pack = zlib.compressobj(1)
    body = pack.compress(struct.pack("<2I", 14, len(head) + size) + head)
    body += pack.compress(bytes(1 << 24)) + pack.flush()  # memory is taken before it ends
    path.write_bytes(_content()[:128] + struct.pack("<2I", 15, len(body)) + body)
    with MatFiles("im", (2, 2)) as files, pytest.raises(UsageError, match="MemoryError"):
        files.read(path)
