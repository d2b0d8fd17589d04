"""The MNIST loader on made-up files, failing downloads and, where present, the real file."""

from pathlib import Path

import keras
import numpy as np
import pytest

from elastic_infogan_tf.data import mnist
from elastic_infogan_tf.errors import UsageError

REAL = Path(__file__).parents[3] / "shared" / "data"


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
    assert data.class_names == tuple("0123456789") and data.source == "original"


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
def test_damaged_file_is_named(tmp_path, content):
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(UsageError, match=r"mnist\.npz cannot be read .* delete it"):
        mnist.load(tmp_path)


def test_single_array_is_not_an_archive(tmp_path):
    with (tmp_path / "mnist.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UsageError, match="cannot be read"):
        mnist.load(tmp_path)


def test_download_lands_in_data_dir(tmp_path, monkeypatch):
    source = tmp_path / "elsewhere.npz"
    np.savez(source, **_arrays())
    monkeypatch.setattr(mnist, "URL", source.as_uri())
    monkeypatch.setattr(mnist, "SHA256", None)
    data = mnist.load(tmp_path / "new" / "data")
    assert len(data.images) == 15
    assert (tmp_path / "new" / "data" / "mnist.npz").is_file()


def test_failed_download_says_where_to_put_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "URL", (tmp_path / "nowhere.npz").as_uri())
    with pytest.raises(UsageError) as caught:
        mnist.load(tmp_path / "data")
    assert "could not be downloaded" in str(caught.value)
    assert f"put it as {tmp_path / 'data' / 'mnist.npz'}" in str(caught.value)


def test_failed_download_without_a_data_dir(monkeypatch):
    def fail(*_args, **_kwargs):
        raise Exception("no network")

    monkeypatch.setattr(keras.utils, "get_file", fail)
    with pytest.raises(
        UsageError, match=r"no network.*as mnist\.npz into a folder given as --data_dir"
    ):
        mnist.load(None)


def test_url_and_hash_are_those_of_keras():
    source = Path(keras.datasets.mnist.load_data.__code__.co_filename).read_text()
    assert mnist.SHA256 in source
    assert mnist.URL.rpartition("/")[0] in source


def test_real_file():
    if not (REAL / "mnist.npz").is_file():
        pytest.skip(f"{REAL / 'mnist.npz'} is not there")
    data = mnist.load(REAL)
    assert data.images.shape == (70_000, 28, 28, 1)
    assert data.class_counts.tolist() == [
        *(6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958),
    ]
    assert data.labels[:5].tolist() == [5, 0, 4, 1, 9] and data.labels[60_000] == 7
