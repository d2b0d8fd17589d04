"""Images and labels of a NumPy archive."""

import zipfile

import numpy as np
import pytest

from elastic_infogan_tf.data.sets import npz
from elastic_infogan_tf.errors import UsageError
from tests import loading

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3)).astype(np.uint8)
LABELS = np.array([7, -1, 7, 3, 3, -1])


def load(path, image_shape):
    return loading.load("npz", path, image_shape=image_shape)


def _save(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_images_and_labels_of_any_values(tmp_path):
    data = load(_save(tmp_path / "my.npz", images=IMAGES, labels=LABELS), (8, 8, 3))
    assert np.array_equal(data.images, IMAGES)
    assert data.labels.tolist() == [2, 0, 2, 1, 1, 0] and data.labels.dtype == np.int64
    assert data.class_names == ("-1", "3", "7") and data.source == "npz my.npz"


def test_class_names_replace_the_values(tmp_path):
    names = np.array(["ant", "bee", "çat"])
    path = _save(tmp_path / "a.npz", images=IMAGES, labels=LABELS, class_names=names)
    assert load(path, (8, 8, 3)).class_names == ("ant", "bee", "çat")


def test_labels_may_be_missing_and_images_grey_or_of_another_size(tmp_path):
    data = load(_save(tmp_path / "a.npz", images=IMAGES[..., 0]), (4, 4, 1))
    assert data.labels is None and data.class_names == () and data.images.shape == (6, 4, 4, 1)
    means = IMAGES[..., 0].reshape(6, 4, 2, 4, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(data.images[..., 0], means, atol=1)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"pixels": IMAGES}, "has no array named images, but pixels"),
        ({"images": IMAGES / 255.0}, "but it has float64 [6, 8, 8, 3]"),
        ({"images": IMAGES[0, 0]}, "but it has uint8 [8, 3]"),
        ({"images": IMAGES[:1]}, "has 1 image; give two or more"),
        ({"images": IMAGES, "labels": LABELS[:5]}, "labels as 6 whole numbers"),
        ({"images": IMAGES, "labels": LABELS / 2}, "but it has float64 [6]"),
        ({"images": IMAGES, "labels": LABELS, "class_names": np.array(["a"])}, "as 3 texts"),
        ({"images": np.array([None, 1], object)}, "cannot be read as a NumPy archive"),
    ],
)
def test_other_contents_are_refused(tmp_path, arrays, words):
    with pytest.raises(UsageError) as refusal:
        load(_save(tmp_path / "a.npz", **arrays), (8, 8, 3))
    assert words in str(refusal.value) and "a.npz" in str(refusal.value)


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read as a NumPy archive"):
        load(tmp_path / "a.npz", (8, 8, 3))


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_images_of_0_and_1_are_black_and_white(tmp_path, dtype, capfd):
    images = (IMAGES[..., 0] > 99).astype(dtype)
    data = load(_save(tmp_path / "a.npz", images=images), (8, 8, 1))
    assert np.array_equal(data.images[..., 0], 255 * images.astype(np.uint8))
    assert "holds images of 0 and 1; they are taken as 0 and 255" in capfd.readouterr().err


def test_only_what_is_needed_is_read_and_no_more_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "MOST_BYTES", 10_000)
    huge = np.zeros(2_000_000, np.uint8)
    path = tmp_path / "a.npz"
    np.savez_compressed(path, images=IMAGES, other=huge)
    assert len(load(path, (8, 8, 3)).images) == 6
    np.savez_compressed(path, images=huge.reshape(-1, 8, 8))
    with pytest.raises(UsageError, match=r"images.npy would take 2,000,128 bytes of memory, and"):
        load(path, (8, 8, 3))


def _npy(shape):
    """An array's header, and two bytes of its values."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}".ljust(69) + "\n"
    return b"\x93NUMPY\x01\x00\x46\x00" + header.encode() + b"12"


def _with_member(path, content, name="images.npy"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no magic",
        b"\x93NUMPY\x09\x00",
        _npy("(9, 8, 8)"),
        _npy("(-9, 8, 8)"),
    ],
    ids=["empty", "text", "version", "short", "negative"],
)
def test_a_member_that_is_no_array_is_refused(tmp_path, content):
    with pytest.raises(UsageError, match=r"a\.npz cannot be read as a NumPy archive"):
        load(_with_member(tmp_path / "a.npz", content), (8, 8, 3))


def test_images_without_pixels_and_endless_names_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"but it has uint8 \[6, 0, 8, 3\]"):
        load(_save(tmp_path / "a.npz", images=IMAGES[:, :0]), (8, 8, 3))
    names = np.array(["a", "b", "c" * 300])
    with pytest.raises(UsageError, match="class name of 300 characters; 255 are allowed"):
        load(_save(tmp_path / "a.npz", images=IMAGES, labels=LABELS, class_names=names), (8, 8, 3))


def test_an_array_says_which_images_are_a_burst(tmp_path):
    path = _save(tmp_path / "mine.npz", images=IMAGES, shot=np.arange(len(IMAGES)) // 2)
    data = loading.load("npz", path, image_shape=(8, 8, 3), bursts="shot")
    np.testing.assert_array_equal(data.bursts, np.arange(len(IMAGES)) // 2)
    assert data.different == (len(IMAGES) + 1) // 2
    np.testing.assert_array_equal(data.take(np.array([2, 0])).bursts, [1, 0])
    with pytest.raises(UsageError, match=r"mine\.npz has no array film of \d+ values"):
        loading.load("npz", path, image_shape=(8, 8, 3), bursts="film")
