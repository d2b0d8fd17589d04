"""Downloads from a server on this machine that breaks off, changes its file and lies."""

import hashlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from tests.file_server import FileServer, ServedFile
from tools.prepare import download

CONTENT = np.random.default_rng(0).bytes(300_000)  # more than one chunk of reading
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = bytes(len(CONTENT))
OTHER_SHA256 = hashlib.sha256(OTHER).hexdigest()


@pytest.fixture(name="server")
def _server():
    with FileServer() as server:
        server.files["data.tar"] = ServedFile(CONTENT)
        yield server


@pytest.fixture(name="target")
def _target(tmp_path):
    return tmp_path / "new" / "data.tar"


def _fetch(server, target, sha256=SHA256, **options):
    _download(server.url("data.tar"), target, sha256, **options)


def _download(url, target, sha256, retries=2, pause=0, timeout=30.0):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "_RETRIES", retries)
        patch.setattr(download, "_PAUSE", pause)
        patch.setattr(download, "_TIMEOUT", timeout)
        download.fetch(url, target, sha256)


def _begin(server, target, size, **served):
    """Leaves the first `size` bytes of a download behind, as an interruption would."""
    server.files["data.tar"] = ServedFile(CONTENT, cuts=[size], **served)
    with pytest.raises(UsageError, match=f"broke off after {size} of 300000 bytes.*resume"):
        _fetch(server, target, retries=0)
    assert not target.exists()
    assert target.with_name("data.tar.part").read_bytes() == CONTENT[:size]
    server.log.clear()


def _requests(server):
    return [(header, status) for _, header, status, _ in server.log]


def test_a_whole_file_arrives_and_is_not_asked_for_again(server, target):
    _fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == ["data.tar"]
    _fetch(server, target)
    assert len(server.log) == 1


def test_progress_is_shown_in_bytes(server, target, capsys):
    _fetch(server, target)
    shown = capsys.readouterr().err
    assert "data.tar: 100% 293k/293k [" in shown


def test_a_broken_off_download_goes_on_where_it_stopped(server, target, capsys):
    server.files["data.tar"].cuts = [100_000, 250_000]
    _fetch(server, target)
    assert server.log == [
        ("data.tar", "", 200, 100_000),
        ("data.tar", "bytes=100000-", 206, 150_000),
        ("data.tar", "bytes=250000-", 206, 50_000),
    ]
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == ["data.tar"]
    assert "broke off after 100000 of 300000 bytes; trying again in 0 s" in capsys.readouterr().err


def test_a_later_call_resumes(server, target):
    _begin(server, target, 123_456)
    _fetch(server, target)
    assert _requests(server) == [("bytes=123456-", 206)]
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == ["data.tar"]


def test_retries_are_bounded(server, target):
    server.files["data.tar"].cuts = [1000 * n for n in range(1, 10)]
    with pytest.raises(UsageError, match="broke off after 3000 of 300000"):
        _fetch(server, target, retries=2)
    assert len(server.log) == 3


def test_pauses_double(server, target, monkeypatch):
    pauses = []
    monkeypatch.setattr(download.time, "sleep", pauses.append)
    server.files["data.tar"].cuts = [1000, 2000, 3000]
    _fetch(server, target, retries=4, pause=0.5)
    assert pauses == [0.5, 1.0, 2.0]


def test_a_server_that_cannot_resume_sends_all_again(server, target):
    _begin(server, target, 123_456, ranges=False)
    _fetch(server, target)
    assert _requests(server) == [("bytes=123456-", 200)]
    assert target.read_bytes() == CONTENT


def test_another_version_is_not_glued_to_the_first(server, target):
    _begin(server, target, 123_456)
    server.files["data.tar"] = ServedFile(OTHER)
    _fetch(server, target, OTHER_SHA256)
    assert target.read_bytes() == OTHER
    assert _requests(server) == [("bytes=123456-", 206), ("", 200)]


def test_a_part_of_another_address_does_not_stay(server, target):
    _begin(server, target, 123_456)
    server.files["moved.tar"] = ServedFile(OTHER)
    _download(server.url("moved.tar"), target, OTHER_SHA256)
    assert target.read_bytes() == OTHER


def test_a_part_that_is_the_whole_file_is_only_renamed(server, target):
    _begin(server, target, 123_456)
    target.with_name("data.tar.part").write_bytes(CONTENT)
    _fetch(server, target)
    assert _requests(server) == [("bytes=300000-", 416)]
    assert os.listdir(target.parent) == ["data.tar"]


def test_a_part_that_is_longer_than_the_file_is_thrown_away(server, target):
    _begin(server, target, 123_456)
    target.with_name("data.tar.part").write_bytes(CONTENT + b"more")
    _fetch(server, target)
    assert _requests(server) == [("bytes=300004-", 416), ("", 200)]


def test_a_wrong_checksum_says_both_and_deletes_the_download(server, target):
    server.files["data.tar"].content = OTHER
    with pytest.raises(UsageError) as caught:
        _fetch(server, target)
    message = str(caught.value)
    assert server.url("data.tar") in message and OTHER_SHA256 in message and SHA256 in message
    assert os.listdir(target.parent) == [] and len(server.log) == 1


def test_a_part_that_was_tampered_with_is_downloaded_again(server, target):
    _begin(server, target, 1000)
    target.with_name("data.tar.part").write_bytes(bytes(1000))
    with pytest.raises(UsageError, match=f"instead of {SHA256}, so it was deleted"):
        _fetch(server, target, retries=0)
    assert os.listdir(target.parent) == []
    _fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_was_there_first_is_checked(server, target):
    target.parent.mkdir()
    target.write_bytes(OTHER)
    with pytest.raises(UsageError, match=f"{OTHER_SHA256} instead of {SHA256}; delete it"):
        _fetch(server, target)
    assert target.read_bytes() == OTHER and server.log == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_temporary_errors_of_the_server_are_tried_again(server, target, status):
    server.files["data.tar"].statuses = [status]
    _fetch(server, target)
    assert _requests(server) == [("", status), ("", 200)]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_final_and_says_what_to_do(server, target, status):
    server.files["data.tar"].statuses = [status] * 9
    with pytest.raises(UsageError) as caught:
        _fetch(server, target)
    message = str(caught.value)
    assert f"{server.url('data.tar')} could not be downloaded (HTTP {status}" in message
    assert f"put it as {target}." in message
    assert len(server.log) == 1 and os.listdir(target.parent) == []


def test_a_web_page_is_not_taken_for_the_file(server, target):
    server.files["data.tar"].content_type = "text/html; charset=utf-8"
    with pytest.raises(UsageError, match="web page instead of the file"):
        _fetch(server, target)
    assert os.listdir(target.parent) == []


def test_a_file_of_unknown_length_is_taken_as_it_ends(server, target):
    server.files["data.tar"].length = False
    _fetch(server, target)


def test_processes_that_want_one_file_download_it_once(server, target):
    """Threads here: the lock is a file's, and knows of no process."""
    with ThreadPoolExecutor(4) as pool:
        url = server.url("data.tar")
        list(pool.map(lambda _: download.fetch(url, target, SHA256), range(4)))
    assert target.read_bytes() == CONTENT and len(server.log) == 1
    assert os.listdir(target.parent) == ["data.tar"]


def test_nobody_there_is_tried_again_and_named(tmp_path, capsys):
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/data.tar"
        with pytest.raises(UsageError, match=f"{url} could not be downloaded .*refused"):
            _download(url, tmp_path / "data.tar", SHA256)
    assert capsys.readouterr().err.count("trying again") == 2
    assert os.listdir(tmp_path) == []


def test_a_server_that_falls_silent_is_given_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/data.tar"
        with pytest.raises(UsageError, match=r"could not be downloaded \(.*timed out"):
            _download(url, tmp_path / "data.tar", SHA256, timeout=0.1, retries=0)


def test_a_place_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*data\.tar\.part: .*--data_dir"):
        _fetch(server, tmp_path / "file" / "data.tar")
