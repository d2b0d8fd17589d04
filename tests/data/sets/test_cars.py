"""The cars loader on made-up MATLAB and built-in files and, where present, on real ones."""

import os
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from elastic_infogan_tf.data.published_splits import CARS_CLASS_SETS
from elastic_infogan_tf.data.sets import cars
from elastic_infogan_tf.data.sets.cars import MatFiles
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import BUILTIN
from tests.loading import load

REAL = Path(__file__).parents[4] / "shared" / "data"
SHAPE = (128, 128, 3, 24, 4)
IDS = CARS_CLASS_SETS[0]


def _load(data_dir, class_set, source, class_ids=()):
    settings = {"class_set": class_set, "source": source, "class_ids": class_ids}
    return load("cars", data_dir, **settings)


def _write(folder, car, views, key="im"):
    folder.mkdir(exist_ok=True)
    path = folder / f"car_{car}_mesh.mat"
    scipy.io.savemat(path, {key: views}, do_compression=True)
    return path


def _views(path):
    with MatFiles("im", SHAPE) as files:
        return cars._read_views(files, path)


@pytest.fixture(name="originals", scope="module")
def _originals(tmp_path_factory):
    """A data folder with a class set's cars, grey level = place in the class set."""
    root = tmp_path_factory.mktemp("originals")
    for index, car in enumerate(IDS):
        views = np.full(SHAPE, index, np.uint8)
        views[..., 5, 2] = 100 + index  # azimuth 5, elevation 2
        _write(root / "cars", car, views)
    return root


@pytest.fixture(name="builtin")
def _builtin(tmp_path, monkeypatch):
    path = tmp_path / "builtin_cars.npz"
    images = np.zeros((10, 24, 4, 64, 64, 3), np.uint8)
    images += np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1, 1, 1)
    names = np.array([f"synthetic {n}" for n in range(10)])
    np.savez_compressed(path, images=images, names=names)
    monkeypatch.setattr(cars, "BUILTIN_PATH", path)
    return path


@pytest.mark.parametrize("source", ["auto", "original"])
def test_originals_in_the_class_sets_order(originals, source):
    data = _load(originals, 1, source)
    assert data.images.shape == (960, 64, 64, 3)
    assert data.class_names[:2] == ("car 009", "car 002")
    assert data.source == "original layout, 10 of 199 models"
    np.testing.assert_array_equal(data.class_counts, [96] * 10)
    np.testing.assert_array_equal(data.images[::96, 0, 0, 0], np.arange(10))
    np.testing.assert_array_equal(data.labels[::96], np.arange(10))
    assert data.images[96 + 5 * 4 + 2, 0, 0, 0] == 101  # azimuth outer, elevation inner


def test_only_the_whole_data_set_is_the_original(originals, monkeypatch):
    monkeypatch.setattr(cars, "MODELS", 11)
    assert _load(originals, 1, "auto").source == "original layout, 10 of 11 models"
    (originals / "cars" / "car_199_mesh.mat").touch()  # of another class set
    assert _load(originals, 1, "auto").source == "original"


def test_halving_takes_the_rounded_mean_of_two_by_two():
    image = np.array([[1, 2, 255, 255], [3, 4, 255, 254]], np.uint8)[..., np.newaxis]
    np.testing.assert_array_equal(cars._halve(image)[..., 0], [[3, 255]])  # 2.5 and 254.75


def test_height_width_and_colour_keep_their_places(originals, tmp_path):
    views = np.zeros(SHAPE, np.uint8)
    views[20, 40, 1] = views[21, 40, 1] = views[20, 41, 1] = views[21, 41, 1] = 200
    small = _views(_write(tmp_path / "cars", "009", views))
    assert np.argwhere(small[7, 3]).tolist() == [[10, 20, 1]]


def test_zeros_in_front_may_be_left_out(originals):
    data = _load(originals, 1, "auto", ("9", "02"))
    assert data.class_names == ("car 009", "car 002")
    with pytest.raises(UsageError, match=r"Received twice: car_009_mesh\.mat"):
        _load(originals, 1, "auto", ("9", "009"))


def test_ids_lead_nowhere_else(originals, tmp_path):
    (originals / "cars" / "car_x").mkdir(exist_ok=True)
    _write(tmp_path, "secret", np.zeros(SHAPE, np.uint8))
    way = os.path.relpath(tmp_path, originals / "cars" / "car_x")
    with pytest.raises(UsageError, match="lacks 1 of 1 cars"):
        _load(originals, 1, "auto", (f"x/{way}/car_secret",))


def test_missing_ids_are_all_named(tmp_path):
    _write(tmp_path / "cars", "009", np.zeros(SHAPE, np.uint8))
    with pytest.raises(UsageError) as caught:
        _load(tmp_path, 1, "auto")
    assert "lacks 9 of 10 cars" in str(caught.value)
    assert all(f"car_{car}_mesh.mat" in str(caught.value) for car in IDS[1:])
    assert "car_009_mesh.mat" not in str(caught.value)


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_original_without_files_names_the_archive_and_the_place(tmp_path, folder):
    with pytest.raises(UsageError) as caught:
        _load(None if folder == "none" else tmp_path, 1, "original")
    message = str(caught.value)
    assert "nips2015-analogy-data" in message and "Deep Visual Analogy-Making" in message
    assert "folder named cars" in message
    assert ("no --data_dir" if folder == "none" else str(tmp_path / "cars")) in message


@pytest.mark.parametrize(
    "views, key, message",
    [
        (np.zeros(SHAPE, np.float32), "im", "but has float32"),
        (np.zeros((64, 64, 3, 24, 4), np.uint8), "im", r"has uint8 \[64, 64, 3, 24, 4\]"),
        (np.zeros(3, np.uint8), "image", "no array named im"),
    ],
)
def test_wrong_arrays_name_the_file(tmp_path, views, key, message):
    path = _write(tmp_path, "009", views, key)
    with pytest.raises(UsageError, match=message) as caught:
        _views(path)
    assert str(path) in str(caught.value)


def test_corrupted_files_are_named(tmp_path):
    whole = _write(tmp_path, "009", np.random.default_rng(0).integers(0, 9, SHAPE, np.uint8))
    content = whole.read_bytes()
    scrambled = content[:5000] + bytes(2000) + content[7000:]
    for corrupted in (b"", b"text", content[: len(content) // 2], scrambled):
        whole.write_bytes(corrupted)
        with pytest.raises(UsageError, match=r"car_009_mesh\.mat cannot be read as a MATLAB file"):
            _views(whole)


def test_a_car_of_another_size_is_refused_by_its_header(tmp_path):
    large = np.zeros((400, 100, 3, 24, 4), np.uint8)
    path = tmp_path / "car_009_mesh.mat"
    scipy.io.savemat(path, {"other": large, "im": large}, do_compression=True)
    with pytest.raises(UsageError, match=r"but has uint8 \[400, 100, 3, 24, 4\]"):
        _views(path)


def test_matlab_7_3_gets_its_own_advice(tmp_path):
    path = tmp_path / "car_009_mesh.mat"
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(512))
    with pytest.raises(UsageError, match=r"car_009_mesh\.mat is a MATLAB 7\.3 .* -v7"):
        _views(path)


@pytest.mark.parametrize(
    ("source", "folder"), [("auto", None), ("builtin", None), ("builtin", "absent")]
)
def test_built_in(builtin, tmp_path, source, folder):
    data = _load(folder and tmp_path / folder, 1, source)
    assert data.images.shape == (960, 64, 64, 3) and data.source == "built-in (synthetic)"
    assert data.class_names[9] == "synthetic 9"
    np.testing.assert_array_equal(data.images[:, 0, 0, 0], data.labels)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (None, "found no folder .*DATA; put"),
        ("mnist.npz", r"found no \.mat file in .*DATA/cars \(.*DATA has mnist.npz\); put"),
        ("cars/car_009_mesh.MAT", r"but car_009_mesh\.MAT in .*DATA/cars; put"),
        ("cars/cars/car_009_mesh.mat", r"but car_009_mesh\.mat in .*DATA/cars/cars; put"),
        ("car_009_mesh.mat", r"but car_009_mesh\.mat in .*DATA; put"),
    ],
)
def test_a_data_folder_without_cars_never_means_the_built_in_ones(builtin, tmp_path, place, words):
    if place is not None:
        (tmp_path / "DATA" / place).parent.mkdir(parents=True)
        (tmp_path / "DATA" / place).touch()
    with pytest.raises(UsageError, match=words):
        _load(tmp_path / "DATA", 1, "auto")


def test_built_in_is_taken_where_asked_for_even_with_originals(builtin, originals):
    assert _load(originals, 1, "builtin").source == BUILTIN


@pytest.mark.parametrize("source", ["auto", "builtin"])
def test_built_in_has_one_class_set(builtin, source):
    with pytest.raises(UsageError, match=r"--class_set=3 was asked for.*--class_set=1"):
        _load(None, 3, source)


def test_installation_without_built_in_cars(tmp_path, monkeypatch):
    monkeypatch.setattr(cars, "BUILTIN_PATH", tmp_path / "gone.npz")
    with pytest.raises(UsageError, match="lacks the built-in cars"):
        _load(None, 1, "auto")


@pytest.mark.parametrize("class_set", [0, 6])
def test_unknown_class_set(class_set):
    with pytest.raises(UsageError, match=f"between 1 and 5 for cars. Received: {class_set}"):
        _load(None, class_set, "auto")


def test_packaged_built_in_cars():
    if not cars.BUILTIN_PATH.is_file():
        pytest.skip(f"{cars.BUILTIN_PATH} is not there")
    data = _load(None, 1, "builtin")
    assert data.images.shape == (960, 64, 64, 3) and len(set(data.class_names)) == 10


def test_real_files():
    if not (REAL / "cars").is_dir():
        pytest.skip(f"{REAL / 'cars'} is not there")
    data = _load(REAL, 1, "auto")
    assert data.images.shape == (960, 64, 64, 3)
    assert data.source == "original layout, 10 of 199 models"
    corners = data.images[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners > 250).mean() > 0.99  # a white background
    with pytest.raises(UsageError, match="lacks 9 of"):
        _load(REAL, 2, "auto")
