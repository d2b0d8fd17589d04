"""Files are decoded once: what the cache gives back, when it decodes again, what it survives."""

import json
import os
import shutil
import tracemalloc

import numpy as np
import pytest

from elastic_infogan_tf.data import labelled_images
from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.data.files import decoded_cache
from elastic_infogan_tf.data.files.image import bad_image
from elastic_infogan_tf.data.labelled_images import LabelledImages, MappedRows, is_in_memory
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import DATA_SETS

SHAPE = (4, 4, 3)
PARTS = {"dataset": "chairs", "ids": ["0001", "0002"]}


class _Decoder:
    """Makes the image of a file out of its text, a number, and counts how often."""

    def __init__(self):
        self.calls = 0

    def __call__(self, path):
        self.calls += 1
        text = path.read_text() if path.exists() else ""
        if not text:
            raise bad_image(path, "is empty")
        return np.random.default_rng(int(text)).integers(0, 256, SHAPE, np.uint8)


class _Cache:
    """A folder of thirteen files, and their arrays by way of a cache."""

    def __init__(self, folder):
        self.root, self.cache_dir = folder / "files", folder / "new" / "cache"
        self.paths = [self.root / "ab"[number % 2] / f"{number}.txt" for number in range(13)]
        for number, path in enumerate(self.paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(number))
        self.decode = _Decoder()

    def get(self, parts=PARTS, *, skip_bad=False, cache_dir=None, shape=SHAPE):
        return decoded_cache.decode_once(
            self.paths,
            self.decode,
            skip_bad,
            "files",
            root=self.root,
            shape=shape,
            cache_dir=cache_dir or self.cache_dir,
            parts=parts,
        )

    @property
    def entries(self):
        return sorted(self.cache_dir.joinpath(decoded_cache.FOLDER).iterdir())


@pytest.fixture
def cache(tmp_path):
    return _Cache(tmp_path)


@pytest.fixture
def mapped(monkeypatch):
    """As if memory should hold next to nothing."""
    for module in (labelled_images, decoded_cache):
        monkeypatch.setattr(module, "MOST_BYTES_IN_MEMORY", 200)


def test_the_second_call_gives_the_same_without_decoding(cache, capfd):
    images, kept = cache.get()
    assert cache.decode.calls == 13 and kept.tolist() == list(range(13))
    assert "files: 100% 13/13 [" in capfd.readouterr().err  # the bar
    again, kept_again = cache.get(dict(reversed(PARTS.items())))
    assert cache.decode.calls == 13 and capfd.readouterr().err == ""
    assert np.array_equal(again, images) and np.array_equal(kept_again, kept)
    assert images.dtype == again.dtype == np.uint8 and is_in_memory(again)
    assert np.array_equal(again, [_Decoder()(path) for path in cache.paths])
    (entry,) = cache.entries
    assert entry.name.startswith("chairs-") and len(os.listdir(entry)) == 2


def test_a_folder_is_known_by_whatever_way_it_is_reached(cache, monkeypatch):
    cache.get()
    monkeypatch.chdir(cache.root.parent)
    cache.paths = [path.relative_to(cache.root.parent) for path in cache.paths]
    cache.root = cache.root.relative_to(cache.root.parent)
    cache.get()
    assert cache.decode.calls == 13


@pytest.mark.parametrize("change", [{"dataset": "cars"}, {"ids": ["0002", "0001"]}, {"new": 1}])
def test_other_parts_are_another_entry(cache, change):
    cache.get()
    cache.get(PARTS | change)
    assert cache.decode.calls == 26 and len(cache.entries) == 2


def test_another_recipe_decodes_again_in_place(cache, monkeypatch, capfd):
    cache.get()
    monkeypatch.setattr(decoded_cache, "RECIPE", decoded_cache.RECIPE + 1)
    cache.get()
    cache.get()
    assert cache.decode.calls == 26 and len(cache.entries) == 1
    words = capfd.readouterr().err
    assert words.count("is of other files or an earlier recipe and is made again") == 1


def _swap_with_the_same_size_and_time(path):
    """As `cp -p` or `rsync -t` over it does."""
    new = path.with_name("new")
    new.write_text("9")
    status = path.stat()
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
    new.rename(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("77"),
        _swap_with_the_same_size_and_time,
        lambda path: os.utime(path, ns=(0, 10**9)),
    ],
)
def test_changed_files_decode_again_in_place(cache, change):
    cache.get()
    change(cache.paths[3])
    changed, _ = cache.get()
    assert cache.decode.calls == 26 and len(cache.entries) == 1
    assert np.array_equal(changed[3], _Decoder()(cache.paths[3]))


def test_what_a_link_leads_to_is_part_of_an_identity(cache, tmp_path):
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("5")
    cache.paths[0].unlink()
    cache.paths[0].symlink_to(elsewhere)
    identity = decoded_cache.identity_of(cache.root, cache.paths)
    assert decoded_cache.identity_of(cache.root, cache.paths) == identity
    _swap_with_the_same_size_and_time(elsewhere)
    swapped = decoded_cache.identity_of(cache.root, cache.paths)
    elsewhere.unlink()
    assert len({identity, swapped, decoded_cache.identity_of(cache.root, cache.paths)}) == 3


def test_bad_files_are_left_out_and_named_each_time(cache, capfd):
    cache.paths[4].write_text("")
    for calls in (13, 13):
        images, kept = cache.get(skip_bad=True)
        assert len(images) == 12 and 4 not in kept and cache.decode.calls == calls
        assert np.array_equal(images[4], _Decoder()(cache.paths[5]))
        words = capfd.readouterr().err
        assert f"skipped 1 of 13 files that cannot be used: {cache.paths[4]}\n" in words
    with pytest.raises(UsageError, match=r"4\.txt is empty"):
        cache.get()
    cache.get(skip_bad=True)
    assert len(cache.entries) == 1


def test_an_error_of_a_file_leaves_nothing(cache):
    cache.paths[4].write_text("")
    with pytest.raises(UsageError, match=r"4\.txt is empty"):
        cache.get()
    assert cache.entries == []


def test_ctrl_c_leaves_nothing(cache, monkeypatch):
    def interrupt(array, path=cache.paths[7]):
        if array == path:
            raise KeyboardInterrupt
        return _Decoder()(array)

    cache.decode = interrupt
    with pytest.raises(KeyboardInterrupt):
        cache.get()
    assert cache.entries == []


def _in_arrays(change):
    def corrupt(entry):
        path = entry / "arrays.npy"
        path.write_bytes(change(path.read_bytes()))

    return corrupt


def _in_about(**changes):
    def corrupt(entry):
        about = json.loads((entry / "about.json").read_text())
        (entry / "about.json").write_text(json.dumps(about | changes))

    return corrupt


@pytest.mark.parametrize(
    "corrupt",
    [
        _in_arrays(lambda content: b""),
        _in_arrays(lambda content: b"text"),
        _in_arrays(lambda content: content[: len(content) // 2]),
        _in_arrays(lambda content: content[:-1]),
        lambda entry: (entry / "arrays.npy").unlink(),
        lambda entry: np.save(entry / "arrays.npy", np.zeros((13, 4, 4, 1), np.uint8)),
        lambda entry: np.save(entry / "arrays.npy", np.zeros((13, *SHAPE))),
        lambda entry: np.save(entry / "arrays.npy", np.array([{}] * 13), allow_pickle=True),
        lambda entry: (entry / "about.json").unlink(),
        lambda entry: (entry / "about.json").write_text("{"),
        lambda entry: (entry / "about.json").write_text("[]"),
        _in_about(left_out=[99]),
        _in_about(left_out=[3, 3]),
        _in_about(left_out=list(range(13))),
        _in_about(left_out=None),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_a_corrupted_entry_is_made_again_with_a_line(cache, corrupt, large, capfd, request):
    if large:
        request.getfixturevalue("mapped")
    cache.get()
    (entry,) = cache.entries
    corrupt(entry)
    capfd.readouterr()
    again, _ = cache.get()
    lines = [line for line in capfd.readouterr().err.splitlines() if "corrupted" in line]
    assert len(lines) == 1 and lines[0].startswith(f"{entry} is corrupted (")
    assert np.array_equal(again, [_Decoder()(path) for path in cache.paths])
    cache.get()
    assert cache.decode.calls == 26 and cache.entries == [entry]


def test_a_cache_that_cannot_be_written_is_no_error(cache, tmp_path, capfd):
    (tmp_path / "file").touch()
    for cache_dir in (tmp_path / "file", tmp_path / "file" / "cache"):
        images, _ = cache.get(cache_dir=cache_dir)
        assert np.array_equal(images, [_Decoder()(path) for path in cache.paths])
        assert capfd.readouterr().err.count("no cache: cannot write") == 1


def test_a_disk_that_gets_full_is_no_error_and_leaves_nothing(cache, monkeypatch, capfd):
    monkeypatch.setattr(decoded_cache, "sync", _full)
    images, _ = cache.get()
    assert len(images) == 13 and cache.entries == []
    assert "(No space left on device); decoded again next time" in capfd.readouterr().err


def _full(*_):
    raise OSError(28, "No space left on device")


def test_without_room_a_small_folder_is_decoded_into_memory(cache, monkeypatch, capfd):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9))
    assert len(cache.get()[0]) == 13 and cache.entries == []
    assert "GB are needed and 0.00 GB free); decoded again next time" in capfd.readouterr().err


def test_without_room_a_large_folder_is_refused_before_it_is_decoded(cache, monkeypatch, mapped):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9))
    words = r"13 files take 0\.0 GB, too much for memory, .* GB free\); free .*--cache_dir\."
    with pytest.raises(UsageError, match=words):
        cache.get()
    assert cache.decode.calls == 0 and cache.entries == []


def test_an_entry_is_read_from_a_cache_that_cannot_be_written(cache, monkeypatch):
    cache.get()
    monkeypatch.setattr(decoded_cache, "only_process", _full)
    cache.get()
    assert cache.decode.calls == 13


def test_other_errors_leave_nothing_and_shapes_must_agree(cache):
    with pytest.raises(ValueError, match=r"Received: \[4, 4, 3\], not \[4, 4, 1\]"):
        cache.get(shape=(4, 4, 1))
    assert cache.entries == []


def _data(images):
    return LabelledImages(images, np.arange(13) % 2, ("a", "b"), "files")


def test_mapped_images_are_those_in_memory(cache, request):
    whole, _ = cache.get()
    request.getfixturevalue("mapped")
    images, _ = cache.get()
    assert isinstance(images, np.memmap) and not is_in_memory(images)
    assert np.array_equal(images, whole)
    data, drawn = _data(images), _data(whole)
    assert data.fingerprint == drawn.fingerprint
    for rows in (np.array([5, 0, 5, 12, 11]), np.array([4, 1, 3, 3, 0])):
        data, drawn = data.take(rows), drawn.take(rows)
        assert isinstance(data.images, MappedRows) and len(data.images) == len(rows)
        assert (data.images.shape, data.images.dtype) == (drawn.images.shape, np.uint8)
        for part in (slice(1, 4), slice(None), np.array([2, 0]), np.arange(5) % 2 == 0):
            assert np.array_equal(data.images[part], drawn.images[part])
        assert data.fingerprint == drawn.fingerprint
        assert data.streamed_fingerprint == drawn.streamed_fingerprint
    assert is_in_memory(data.take(np.array([1])).images)


def test_batches_of_mapped_images_are_bitwise_those_in_memory(cache, request):
    whole, _ = cache.get()
    request.getfixturevalue("mapped")
    images, _ = cache.get()
    rows = np.arange(13)[::-1]
    mapped = MappedRows(images, rows)
    for batch, expected in zip(_batches(mapped), _batches(whole[rows]), strict=True):
        for name in batch:
            assert np.array_equal(batch[name], expected[name]), name
    assert pipeline.memory_bytes(whole, 4) - pipeline.memory_bytes(mapped, 4) == 13 * 48


def _batches(images):
    dataset = pipeline.batches(images, 4, 3, DATA_SETS["cars"].augmentation, stop_step=7)
    return list(dataset.as_numpy_iterator())


def test_memory_does_not_grow_with_the_images(tmp_path, mapped, monkeypatch):
    """With 12 kB an image, 4,000 take 49 MB."""
    monkeypatch.setattr(decoded_cache, "identity_of", lambda root, paths: "")
    count, shape = 4000, (64, 64, 3)
    paths = [tmp_path / str(number) for number in range(count)]
    tracemalloc.start()
    images, _ = decoded_cache.decode_once(
        paths,
        lambda path: np.full(shape, int(path.name) % 256, np.uint8),
        False,
        "files",
        root=tmp_path,
        shape=shape,
        cache_dir=tmp_path,
        parts={"dataset": "many"},
    )
    data = LabelledImages(images, None, (), "").take(np.arange(count)[::-1])
    assert len(data.fingerprint) == 64
    assert data.images[:2][:, 0, 0, 0].tolist() == [3999 % 256, 3998 % 256]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6
