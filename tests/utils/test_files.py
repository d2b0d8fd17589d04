"""A file is whole or not there."""

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.files import (
    only_process,
    replace_folder,
    unwritable,
    write_atomically,
)

_HOLDER = """
import pathlib, sys, time
from elastic_infogan_tf.utils.files import only_process
with only_process(pathlib.Path(sys.argv[1]), "it"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("content", "found"), [("é\n", "é\n".encode()), (b"\x00\xff", b"\x00\xff")]
)
def test_text_and_bytes_are_written_and_nothing_else_is_left(tmp_path, content, found):
    path = tmp_path / "new" / "folder" / "file"
    write_atomically(path, content)
    assert path.read_bytes() == found
    assert os.listdir(path.parent) == ["file"]


def test_a_system_that_opens_no_folder_writes_all_the_same(tmp_path, monkeypatch):
    """As Windows, which waits only for a file that could be written."""
    opened = os.open

    def open_as_windows(path, flags):
        if os.path.isdir(path):
            raise PermissionError(13, "Permission denied", str(path))
        assert flags & os.O_RDWR
        return opened(path, flags)

    monkeypatch.setattr(os, "open", open_as_windows)
    write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"


def test_an_old_file_is_replaced_in_one_go(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with path.open() as reader:
        write_atomically(path, "new")
        # Who had the old file open reads the old one to its end: it was not written into.
        assert reader.read() == "old"
    assert path.read_text() == "new"


def test_a_failure_while_putting_it_in_place_leaves_nothing_beside_it(tmp_path):
    place = tmp_path / "file"
    (place / "inside").mkdir(parents=True)  # a folder with content cannot be replaced by a file
    with pytest.raises(UsageError, match=r"cannot write .*file: Is a directory"):
        write_atomically(place, "new")
    assert os.listdir(tmp_path) == ["file"]
    assert os.listdir(place) == ["inside"]


def test_a_place_below_a_file_is_refused_and_the_file_stays(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(UsageError, match="--model_dir"):
        write_atomically(file / "below" / "x", "new")
    assert file.read_text() == "mine"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_takes_the_place_of_the_old_one(tmp_path):
    for name in ("new", "place"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    replace_folder(tmp_path / "new", tmp_path / "place")
    assert os.listdir(tmp_path) == ["place"]
    assert os.listdir(tmp_path / "place") == ["new"]


def test_a_folder_goes_where_nothing_was(tmp_path):
    (tmp_path / "new").mkdir()
    replace_folder(tmp_path / "new", tmp_path / "place")
    assert os.listdir(tmp_path) == ["place"]


def test_a_lock_is_one_holders_and_leaves_nothing(tmp_path):
    lock = tmp_path / "lock"
    holder = rf"process {os.getpid()} of {re.escape(socket.gethostname())}"
    said = rf"the place is in use by another process \({holder}\); .*--model_dir"
    with (
        only_process(lock, "the place"),
        pytest.raises(UsageError, match=said),
        only_process(lock, "the place"),
    ):
        raise AssertionError
    assert os.listdir(tmp_path) == []


def test_who_waits_gets_the_lock_in_the_end(tmp_path):
    lock, order = tmp_path / "lock", []

    def wait():
        with only_process(lock, "it", wait=True):
            order.append("second")

    with only_process(lock, "it"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.5)
        order.append("first")
    waiting.join(20)
    assert order == ["first", "second"] and os.listdir(tmp_path) == []


def test_a_lock_ends_with_the_process_that_held_it(tmp_path):
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(lock)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UsageError, match="in use"), only_process(lock, "it"):
        raise AssertionError
    holder.kill()
    holder.wait()
    with only_process(lock, "it"):
        assert lock.exists()


def test_the_error_names_the_place_and_the_first_line_of_the_reason(tmp_path):
    said = str(unwritable(tmp_path, ValueError("too full\nmore")))
    assert said.startswith(f"cannot write {tmp_path}: too full; ")


def test_what_tensorflow_says_of_a_full_disk_is_stripped_to_its_words():
    said = "{{function_node __wrapped__SaveV2}} run/ckpt-1; No space left on device [Op:SaveV2]"
    error = unwritable(Path("run"), ValueError(said))
    assert str(error).startswith("cannot write run: run/ckpt-1; No space left on device; free")
