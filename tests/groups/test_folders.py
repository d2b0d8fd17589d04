"""Folders of images: links or copies under names of their own, all or none, nothing touched."""

import os

import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups import folders
from elastic_infogan_tf.groups.folders import folder_names, make_folders
from tests.nasty_names import NASTY


@pytest.fixture
def images(tmp_path):
    """A folder of files that hold their own names, two of them called alike."""
    folder = tmp_path / "images"
    for name in ("a/1.jpg", "b/1.jpg", "b/1.JPG", "c 'x'\n$y.png", "=1+1.png", "1_2.jpg"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (1e9, 1e9))
    return folder


FILES = ("1_2.jpg", "=1+1.png", "a/1.jpg", "b/1.JPG", "b/1.jpg", "c 'x'\n$y.png")
GROUPS = np.array([0, 0, 0, 0, 0, 2])


def _contents(folder):
    """The content of each file, by its path."""
    paths = (path for path in folder.rglob("*") if not path.is_dir())
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def _state(folder):
    """What would tell that a file was moved or written to."""
    stats = {path: path.stat() for path in folder.rglob("*")}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


@pytest.mark.parametrize("copy", [True, False])
def test_every_image_is_there_once_under_its_name_or_a_free_one(images, tmp_path, copy):
    before = _state(images)
    make_folders(tmp_path / "out", images, FILES, GROUPS, ("seat", "empty"), copy=copy)
    assert _contents(tmp_path / "out") == {
        "seat/1_2.jpg": "1_2.jpg",
        "seat/=1+1.png": "=1+1.png",
        "seat/1.jpg": "a/1.jpg",
        "seat/1_3.JPG": "b/1.JPG",
        "seat/1_4.jpg": "b/1.jpg",
        "unsure/c 'x'\n$y.png": "c 'x'\n$y.png",
    }
    image = tmp_path / "out" / "seat" / "1.jpg"
    assert image.is_symlink() != copy and image.stat().st_mtime == 1e9
    assert _state(images) == before
    assert sorted(os.listdir(tmp_path)) == ["images", "out"]


def test_links_hold_from_anywhere(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = images.relative_to(tmp_path)
    make_folders(tmp_path / "out", relative, FILES[:1], GROUPS[:1], ("seat",), copy=False)
    monkeypatch.chdir("/")
    assert (tmp_path / "out" / "seat" / "1_2.jpg").read_text() == "1_2.jpg"


def test_what_is_there_stays(images, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    with pytest.raises(UsageError, match="is there already, and nothing in it is overwritten"):
        make_folders(folder, images, FILES, GROUPS, ("seat", "empty"), copy=True)
    assert _contents(folder) == {"mine": "mine"}
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is there already"):
        folders.require_absent(dangling)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_half_way_leaves_nothing(images, tmp_path, monkeypatch, error):
    symlink, made = os.symlink, []

    def fail(source, link):
        if made:
            raise error
        made.append(link)
        symlink(source, link)

    monkeypatch.setattr(os, "symlink", fail)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        make_folders(tmp_path / "out", images, FILES, GROUPS, ("seat", "empty"), copy=False)
    assert made and sorted(os.listdir(tmp_path)) == ["images"]
    assert len(_contents(images)) == 6


def test_windows_says_what_links_need(images, tmp_path, monkeypatch):
    def refuse(source, link):
        error = OSError(22, "A required privilege is not held by the client")
        error.winerror = 1314
        raise error

    monkeypatch.setattr(os, "symlink", refuse)
    with pytest.raises(UsageError, match="developer mode only; switch that on, or leave --link"):
        make_folders(tmp_path / "sorted", images, FILES, GROUPS, ["x", "y"], copy=False)
    assert not (tmp_path / "sorted").exists()


def test_copies_that_have_no_room_are_refused_before_the_first(images, tmp_path, monkeypatch):
    full = folders.shutil.disk_usage(tmp_path)._replace(free=20)
    monkeypatch.setattr(folders.shutil, "disk_usage", lambda path: full)
    with pytest.raises(UsageError, match="the copies need 0 MB, 0 MB are free"):
        make_folders(tmp_path / "out", images, FILES, GROUPS, ("seat", "empty"), copy=True)
    assert sorted(os.listdir(tmp_path)) == ["images"]


def test_any_name_makes_a_folder_of_its_own_inside_the_place(tmp_path):
    names = [*NASTY, "..", ".", "a/b", "a_b", "A_B", "unsure", "CON", "com1.txt", "\u6905" * 100]
    folders = folder_names(names)
    assert folders[-1] == "unsure" and len(folders) == len(names) + 1
    assert len({folder.casefold() for folder in folders}) == len(folders)
    for folder in folders:
        (tmp_path / folder).mkdir()
    assert sorted(os.listdir(tmp_path)) == sorted(folders)
    assert folder_names(["office chair", "3"]) == ["office chair", "3", "unsure"]
