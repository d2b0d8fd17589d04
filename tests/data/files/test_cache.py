"""The cache of decoded images: what it gives back, when it decodes again, what it survives."""

import os
import time

import numpy as np
import pytest

from elastic_infogan_tf.data.files import cache
from elastic_infogan_tf.data.labelled_images import LabelledImages

PARTS = {"dataset": "chairs", "ids": ("0001", "0002"), "image_shape": (4, 4, 3)}


def _images(seed=0, labels=True):
    rng = np.random.default_rng(seed)
    return LabelledImages(
        rng.integers(0, 256, (6, 4, 4, 3), np.uint8),
        np.repeat(np.arange(2), 3) if labels else None,
        ("chair 1", "Stühle, weiß"),
        "original",
    )


class _Loader:
    """Counts how often it decodes; every time gives other pixels."""

    def __init__(self, **options):
        self.calls = 0
        self._options = options

    def __call__(self):
        self.calls += 1
        return _images(seed=self.calls, **self._options)


def _assert_equal(one, other):
    np.testing.assert_array_equal(one.images, other.images)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert (one.class_names, one.source) == (other.class_names, other.source)
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("labels", [True, False])
def test_the_second_call_gives_the_same_without_decoding(tmp_path, labels, capsys):
    load = _Loader(labels=labels)
    first = cache.cached(tmp_path / "new" / "cache", PARTS, load)
    second = cache.cached(tmp_path / "new" / "cache", dict(reversed(PARTS.items())), load)
    assert load.calls == 1
    _assert_equal(first, second)
    assert second.images.dtype == np.uint8
    assert second.labels is None if not labels else second.labels.dtype == np.int64
    (entry,) = os.listdir(tmp_path / "new" / "cache")
    assert entry.startswith("chairs-") and entry.endswith(".npz")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "cars"},
        {"ids": ("0001", "0003")},
        {"ids": ("0002", "0001")},
        {"image_shape": (4, 8, 3)},
        {"skip_bad": True},
    ],
)
def test_other_parts_are_another_entry(tmp_path, change):
    load = _Loader()
    first = cache.cached(tmp_path, PARTS, load)
    cache.cached(tmp_path, PARTS | change, load)
    assert load.calls == 2
    _assert_equal(cache.cached(tmp_path, PARTS, load), first)
    assert load.calls == 2 and len(os.listdir(tmp_path)) == 2


def test_another_recipe_decodes_again_in_place(tmp_path, monkeypatch, capsys):
    load = _Loader()
    cache.cached(tmp_path, PARTS, load)
    monkeypatch.setattr(cache, "RECIPE", cache.RECIPE + 1)
    second = cache.cached(tmp_path, PARTS, load)
    assert load.calls == 2 and len(os.listdir(tmp_path)) == 1
    assert "is of other files or an earlier recipe and is made again" in capsys.readouterr().err
    _assert_equal(cache.cached(tmp_path, PARTS, load), second)
    assert load.calls == 2


def _tree(root):
    for name, content in {"a/one.png": b"1", "a/two.png": b"22", "b/one.png": b"333"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
        os.utime(root / name, ns=(0, 10**9))
    return sorted(root.rglob("*"))


def _change_size(root):
    (root / "a/one.png").write_bytes(b"11")
    os.utime(root / "a/one.png", ns=(0, 10**9))


@pytest.mark.parametrize(
    "change",
    [
        _change_size,
        lambda root: _swap_with_the_same_size_and_time(root),
        lambda root: os.utime(root / "a/one.png", ns=(0, 10**9 + 1)),
        lambda root: (root / "a/one.png").rename(root / "a/three.png"),
        lambda root: (root / "a/one.png").unlink(),
        lambda root: (root / "c").mkdir(),
    ],
)
def test_changed_files_decode_again_in_place(tmp_path, change):
    root, load = tmp_path / "files", _Loader()
    _tree(root)

    def cached():
        files = cache.identity_of(root)
        return cache.cached(tmp_path / "cache", PARTS, load, files)

    cached()
    cached()
    assert load.calls == 1
    change(root)
    cached()
    cached()
    assert load.calls == 2 and len(os.listdir(tmp_path / "cache")) == 1


def _swap_with_the_same_size_and_time(root):
    """As `cp -p` or `rsync -t` over it does."""
    (root / "new").write_bytes((root / "a/one.png").read_bytes()[::-1])
    status = (root / "a/one.png").stat()
    os.utime(root / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
    (root / "new").rename(root / "a/one.png")


@pytest.mark.parametrize("name", ["folder", "a/file"])
def test_what_a_link_leads_to_is_part_of_an_identity(tmp_path, name):
    """A category may be a link to a folder elsewhere, whose pictures the loaders read."""
    root, elsewhere = tmp_path / "files", tmp_path / "elsewhere"
    _tree(root)
    _tree(elsewhere)
    (root / name).symlink_to(elsewhere if name == "folder" else elsewhere / "a/one.png")
    (root / "a" / "round").symlink_to(root)
    (root / "a" / "dangling").symlink_to(tmp_path / "gone")
    identity = cache.identity_of(root)
    assert cache.identity_of(root) == identity
    _swap_with_the_same_size_and_time(elsewhere)
    assert cache.identity_of(root) != identity


def test_times_of_folders_say_nothing(tmp_path):
    _tree(tmp_path)
    identity = cache.identity_of(tmp_path)
    os.utime(tmp_path / "a", ns=(0, 5))
    assert cache.identity_of(tmp_path) == identity
    with pytest.raises(FileNotFoundError):
        cache.identity_of(tmp_path / "gone")


def _flip(content):
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"text",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        _flip,
    ],
)
def test_a_damaged_entry_is_made_again_with_a_line(tmp_path, damage, capsys):
    load = _Loader()
    cache.cached(tmp_path, PARTS, load)
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    second = cache.cached(tmp_path, PARTS, load)
    said = capsys.readouterr().err
    assert said.startswith(f"{entry} is damaged (")
    assert said.endswith("and is made again\n") and said.count("\n") == 1
    _assert_equal(cache.cached(tmp_path, PARTS, load), second)
    assert load.calls == 2 and list(tmp_path.iterdir()) == [entry]


def test_an_entry_without_its_arrays_or_with_pickles_is_damaged(tmp_path, capsys):
    load = _Loader()
    cache.cached(tmp_path, PARTS, load)
    (entry,) = tmp_path.iterdir()
    with np.load(entry) as archive:
        arrays = dict(archive)
    for changed in ({"images": np.zeros(3)}, {"images": np.array([{}], object)}):
        np.savez(entry, **(arrays | changed))
        cache.cached(tmp_path, PARTS, load)
    del arrays["class_names"]
    np.savez(entry, **arrays)
    cache.cached(tmp_path, PARTS, load)
    assert load.calls == 4
    assert capsys.readouterr().err.count("is damaged") == 3


@pytest.mark.parametrize("name", ["file", "file/cache"])
def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, name, capsys):
    (tmp_path / "file").touch()
    data = cache.cached(tmp_path / name, PARTS, _Loader())
    _assert_equal(data, _images(seed=1))
    said = capsys.readouterr().err
    assert said.startswith("no cache: cannot write") and said.count("\n") == 1
    assert os.listdir(tmp_path) == ["file"]


def test_an_error_of_the_loader_leaves_nothing(tmp_path):
    def fail():
        raise ValueError("no images")

    with pytest.raises(ValueError, match="no images"):
        cache.cached(tmp_path / "cache", PARTS, fail)
    assert os.listdir(tmp_path) == []


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path):
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise OSError(28, "No space left on device")

    cache.write_npz(tmp_path / "a.npz", {"x": np.arange(3)})
    with pytest.raises(OSError, match="No space left"):
        cache.write_npz(tmp_path / "a.npz", {"x": np.arange(9), "y": Broken()})
    assert os.listdir(tmp_path) == ["a.npz"]
    with np.load(tmp_path / "a.npz") as archive:
        assert archive["x"].tolist() == [0, 1, 2]


def test_ten_classes_load_in_far_less_than_five_seconds(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (960, 64, 64, 3), np.uint8)
    data = LabelledImages(images, np.repeat(np.arange(10), 96), tuple("abcdefghij"), "original")
    cache.cached(tmp_path, PARTS, lambda: data)
    start = time.perf_counter()
    cache.cached(tmp_path, PARTS, lambda: pytest.fail("decoded again"))
    assert time.perf_counter() - start < 2
