"""Unpacking good archives, and archives that are broken, too large or try to escape."""

import io
import os
import stat
import tarfile
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from tools.prepare.extract import extract

FILES = {
    "data/cars/car_001_mesh.mat": b"one",
    "data/cars/car_002_mesh.mat": b"two, longer",
    "data/cars/list.txt": b"car_001_mesh",
    "data/sprites/sprite_1.mat": b"sprite",
}


def _tar(path, files=FILES, mode="w", entries=()):
    """Writes a tar file of files (name -> content), then of prepared entries."""
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mode = 0o6777
            archive.addfile(info, io.BytesIO(content))
        for info in entries:
            archive.addfile(info)
    return path


def _zip(path, files=FILES):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _entry(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def _extract(archive, target, wanted=lambda path: path.endswith(".mat"), **changes):
    options = {"max_bytes": 1000, "max_files": 10, "inner": "cars"} | changes
    return extract(archive, target, wanted, **options)


def _contents(folder):
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _assert_refused(archive, root, match, **changes):
    """The archive is refused and leaves the whole tree as it was."""
    before = _contents(root)
    with pytest.raises(UsageError, match=match) as caught:
        _extract(archive, root / "place" / "cars", **changes)
    assert str(archive) in str(caught.value)
    assert _contents(root) == before
    assert not (root / "place" / "cars").exists()
    assert not (root / "place" / ".cars.unpacking").exists()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz", "zip"])
def test_only_the_wanted_files_of_the_inner_folder_are_unpacked(tmp_path, mode):
    path = tmp_path / "archive"
    archive = _zip(path) if mode == "zip" else _tar(path, mode=mode)
    target = tmp_path / "place" / "cars"
    assert _extract(archive, target) == 2
    assert _contents(target) == {"car_001_mesh.mat": b"one", "car_002_mesh.mat": b"two, longer"}
    assert os.listdir(tmp_path / "place") == ["cars"]


def test_without_an_inner_folder_paths_stay_as_they_are(tmp_path):
    archive = _tar(tmp_path / "archive.tar", {f"./{name}": FILES[name] for name in FILES})
    assert _extract(archive, tmp_path / "all", lambda path: True, inner=None) == 4
    assert _contents(tmp_path / "all") == FILES


def test_modes_of_the_archive_do_not_reach_the_disk(tmp_path):
    _extract(_tar(tmp_path / "archive.tar"), tmp_path / "cars")
    mode = stat.S_IMODE((tmp_path / "cars" / "car_001_mesh.mat").stat().st_mode)
    assert mode & 0o6111 == 0


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.parametrize(
    "name",
    [
        "../escaped.mat",
        "data/cars/../../../escaped.mat",
        "/tmp/elastic_infogan_escaped.mat",
        "..\\escaped.mat",
        "C:/escaped.mat",
        "C:escaped.mat",
        "data/sprites/../../../unwanted.txt",
    ],
)
def test_an_entry_that_leads_outside_refuses_the_archive(tmp_path, kind, name):
    make = _tar if kind == "tar" else _zip
    archive = make(tmp_path / "archive", FILES | {name: b"escaped"})
    _assert_refused(archive, tmp_path, "leads outside of it.*nothing of it was unpacked")
    assert not os.path.exists("/tmp/elastic_infogan_escaped.mat")


@pytest.mark.parametrize(
    "entry",
    [
        _entry("data/cars/car_003_mesh.mat", tarfile.SYMTYPE, "/etc/passwd"),
        _entry("data/cars/car_003_mesh.mat", tarfile.SYMTYPE, "car_001_mesh.mat"),
        _entry("data/cars/car_003_mesh.mat", tarfile.LNKTYPE, "/etc/passwd"),
        _entry("data/cars/car_003_mesh.mat", tarfile.CHRTYPE),
        _entry("data/cars/car_003_mesh.mat", tarfile.BLKTYPE),
        _entry("data/cars/car_003_mesh.mat", tarfile.FIFOTYPE),
    ],
)
def test_a_link_or_device_in_place_of_a_file_refuses_the_archive(tmp_path, entry):
    archive = _tar(tmp_path / "archive.tar", entries=[entry])
    _assert_refused(archive, tmp_path, "has a link or device in place of.*car_003_mesh.mat")


def test_a_link_in_a_zip_file_refuses_it(tmp_path):
    archive = _zip(tmp_path / "archive.zip")
    link = zipfile.ZipInfo("data/cars/car_003_mesh.mat")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    _assert_refused(archive, tmp_path, "has a link or device in place of")


def test_files_do_not_go_through_a_folder_that_is_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(_entry("cars/sub", tarfile.SYMTYPE, str(outside)))
        archive.addfile(tarfile.TarInfo("cars/sub/car.mat"))
    assert _extract(path, tmp_path / "cars") == 1
    assert os.listdir(outside) == []
    assert (tmp_path / "cars" / "sub").is_dir() and not (tmp_path / "cars" / "sub").is_symlink()


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_an_endless_name_is_not_read(tmp_path, mode, layout):
    with tarfile.open(tmp_path / "a.tar", mode, format=layout) as archive:
        archive.addfile(tarfile.TarInfo("cars/" + "x" * 10_000_000))
    tracemalloc.start()
    with pytest.raises(UsageError, match="name or headers take 10,"):
        _extract(tmp_path / "a.tar", tmp_path / "cars")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_unwanted_links_are_left_out(tmp_path):
    link = _entry("data/cars/latest", tarfile.SYMTYPE, "/etc")
    assert _extract(_tar(tmp_path / "archive.tar", entries=[link]), tmp_path / "cars") == 2


@pytest.mark.parametrize("make", [_tar, _zip])
def test_limits_are_the_most_that_is_allowed(tmp_path, make):
    archive = make(tmp_path / "archive")
    size = len(b"one" + b"two, longer")
    assert _extract(archive, tmp_path / "cars", max_bytes=size, max_files=4) == 2
    _assert_refused(archive, tmp_path, f"the allowed {size - 1} bytes", max_bytes=size - 1)
    _assert_refused(archive, tmp_path, "more than the allowed 3 entries", max_files=3)


def test_a_bomb_is_stopped_before_it_fills_disk_or_memory(tmp_path):
    archive = _tar(tmp_path / "bomb.tgz", {"cars/a.mat": bytes(30_000_000)}, mode="w:gz")
    assert archive.stat().st_size < 100_000
    tracemalloc.start()
    _assert_refused(archive, tmp_path, "allowed 1000000 bytes", max_bytes=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_file_that_says_it_is_too_large_is_refused_before_it_is_unpacked(tmp_path):
    huge = tarfile.TarInfo("cars/a.mat")
    huge.size = 10**12
    path = tmp_path / "archive.tar"
    path.write_bytes(huge.tobuf() + b"x" * 5000)
    _assert_refused(path, tmp_path, "more than the allowed 100 bytes", max_bytes=100)
    _assert_refused(path, tmp_path, "more than the allowed 5001 bytes", max_bytes=5001)


def test_a_negative_size_gives_no_room_to_others(tmp_path):
    """Room for 100 bytes, 1000 to unpack, and a file of less than nothing before."""
    gift, large = tarfile.TarInfo("cars/a.mat"), tarfile.TarInfo("cars/b.mat")
    gift.size, large.size = -(10**6), 1000
    path = tmp_path / "archive.tar"
    header = gift.tobuf(tarfile.GNU_FORMAT)
    path.write_bytes(header + large.tobuf() + bytes(1024) + bytes(10240))
    _assert_refused(path, tmp_path, "has a file of -1000000 bytes", max_bytes=100)


def test_a_sparse_file_that_is_larger_than_it_says_is_refused(tmp_path):
    sparse = tarfile.TarInfo("cars/a.mat")
    sparse.size = 10**6
    sparse.pax_headers = {"GNU.sparse.map": "0,1000000", "GNU.sparse.size": "10"}
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(sparse, io.BytesIO(bytes(10**6)))
    _assert_refused(path, tmp_path, "has a sparse file in place of the file cars/a.mat")


@pytest.mark.parametrize("mtime", [-1e15, 1e15])
def test_times_of_the_archive_do_not_reach_the_disk(tmp_path, mtime):
    info = tarfile.TarInfo("cars/a.mat")
    info.mtime = mtime
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(info)
    assert _extract(path, tmp_path / "cars") == 1
    assert 0 <= time.time() - (tmp_path / "cars" / "a.mat").stat().st_mtime < 60


def test_a_file_gives_no_more_than_its_header_says(tmp_path):
    path = _zip(tmp_path / "archive.zip", {"cars/a.mat": bytes(50_000)})
    content = path.read_bytes()
    lying = content.replace((50_000).to_bytes(4, "little"), (30).to_bytes(4, "little"))
    assert lying != content
    path.write_bytes(lying)
    _assert_refused(path, tmp_path, "is corrupted .Bad CRC-32", max_bytes=40)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "zip"])
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.5, 0.9])
def test_a_cut_off_archive_leaves_nothing(tmp_path, mode, kept):
    rng = np.random.default_rng(0)
    files = {f"cars/{n}.mat": rng.bytes(20_000) for n in range(5)}
    path = tmp_path / "archive"
    whole = (_zip(path, files) if mode == "zip" else _tar(path, files, mode)).read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    _assert_refused(path, tmp_path, "nothing of it was unpacked", max_bytes=10**6)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "zip"])
def test_a_corrupted_archive_leaves_nothing(tmp_path, mode):
    files = {"cars/a.mat": np.random.default_rng(0).bytes(50_000)}
    path = tmp_path / "archive"
    content = bytearray(
        (_zip(path, files) if mode == "zip" else _tar(path, files, mode)).read_bytes()
    )
    content[20_000:20_100] = bytes(100)
    path.write_bytes(content)
    expected = "is corrupted .*delete it to download it|is neither a tar nor a zip file"
    _assert_refused(path, tmp_path, expected, max_bytes=10**6)


@pytest.mark.parametrize("content", [b"", b"<html>moved</html>" * 100])
def test_what_is_no_archive_is_said(tmp_path, content):
    path = tmp_path / "archive.tar"
    path.write_bytes(content)
    _assert_refused(path, tmp_path, "is neither a tar nor a zip file|is corrupted")


def test_an_archive_without_wanted_files_is_refused(tmp_path):
    archive = _tar(tmp_path / "archive.tar", {"data/sprites/a.mat": b"", "cars.mat": b""})
    _assert_refused(archive, tmp_path, "has none of the files looked for")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["data/cars/car_001_mesh.mat", "other/cars/car_001_mesh.mat"])
def test_two_files_for_one_place_are_refused(tmp_path, second):
    twice = tarfile.TarInfo(second)
    archive = _tar(tmp_path / "archive.tar", entries=[twice])
    _assert_refused(archive, tmp_path, f"has two files {second}")


def test_an_entry_without_a_name_is_left_out(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cars/a.mat", "one")
        archive.writestr("x", "two")
    content = (tmp_path / "a.zip").read_bytes()
    at = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
    nameless = bytearray(content[:at] + content[at:].replace(b"x", b"", 1))
    nameless[at + 28] = 0  # length of the name
    size = nameless.index(b"PK\5\6") + 12
    nameless[size] -= 1  # bytes of the list of entries
    (tmp_path / "a.zip").write_bytes(nameless)
    assert _extract(tmp_path / "a.zip", tmp_path / "cars") == 1


def test_an_encrypted_zip_file_is_refused(tmp_path):
    archive = _zip(tmp_path / "archive.zip")
    content = bytearray(archive.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(signature, place + 4)
    archive.write_bytes(content)
    _assert_refused(archive, tmp_path, "encrypted")


def test_what_is_in_the_place_already_is_not_touched(tmp_path):
    archive = _tar(tmp_path / "archive.tar")
    target = tmp_path / "cars"
    target.mkdir()
    (target / "mine.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match="cars is there already"):
        _extract(archive, target)
    assert _contents(target) == {"mine.txt": b"mine"}
    (target / "mine.txt").unlink()
    assert _extract(archive, target) == 2  # an empty folder is no obstacle


def test_what_a_killed_run_left_behind_is_cleared(tmp_path):
    left = tmp_path / ".cars.unpacking"
    left.mkdir()
    (left / "car_999_mesh.mat").write_bytes(b"half")
    _extract(_tar(tmp_path / "archive.tar"), tmp_path / "cars")
    assert sorted(os.listdir(tmp_path)) == ["archive.tar", "cars"]
    assert "car_999_mesh.mat" not in _contents(tmp_path / "cars")


def test_an_interruption_leaves_nothing(tmp_path):
    def interrupt(path):
        if path.endswith("002_mesh.mat"):
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        _extract(_tar(tmp_path / "archive.tar"), tmp_path / "cars", interrupt)
    assert os.listdir(tmp_path) == ["archive.tar"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    archive = _tar(tmp_path / "archive.tar")
    with pytest.raises(UsageError, match=r"cannot be unpacked into .*file/cars .*--data_dir"):
        _extract(archive, tmp_path / "file" / "cars")


def test_many_entries_need_little_memory(tmp_path):
    files = {f"data/other/{n}": b"" for n in range(4000)} | {"cars/a.mat": b"x"}
    archive = _tar(tmp_path / "archive.tar", files)
    tracemalloc.start()
    assert _extract(archive, tmp_path / "cars", max_files=5000) == 1
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
