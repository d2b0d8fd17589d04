"""From config to training set: right loader, right counts, seeded."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.files import decoded_cache, image
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.published_splits import CARS_SPLITS, MNIST_SPLIT_COUNTS
from elastic_infogan_tf.data.sets import cars, mnist
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import DATA_SETS

REAL = Path(__file__).parents[3] / "shared" / "data"


def _blank(per_class, shape, source):
    labels = np.repeat(np.arange(10), per_class)
    return LabelledImages(
        np.zeros((len(labels), *shape), np.uint8), labels, tuple("abcdefghij"), source
    )


def test_mnist_gets_the_published_counts(monkeypatch):
    monkeypatch.setattr(mnist, "load", lambda data_dir: _blank(7000, (1, 1, 1), "original"))
    for split in (1, 50):
        data = catalogue.load(config.resolve("mnist", split=split), DataFiles())
        assert tuple(data.class_counts) == MNIST_SPLIT_COUNTS[split - 1]


def test_cars_keep_all_views_of_the_most_frequent_car(monkeypatch):
    calls = []

    def load(*arguments):
        calls.append(arguments)
        return _blank(96, (2, 2, 3), "original")

    monkeypatch.setattr(cars, "from_settings", load)
    cfg = config.resolve("cars", split=5, class_set=4, source="original")
    data = catalogue.load(cfg, DataFiles(Path("somewhere")))
    assert calls == [(cfg.data, DataFiles(Path("somewhere")))]
    shares = np.array(CARS_SPLITS[4])
    np.testing.assert_array_equal(data.class_counts, np.floor(shares * 96 / shares.max() + 1e-6))
    assert data.class_counts.max() == 96


def test_digits_follow_mnist_proportions_and_the_runs_seed():
    cfg = config.resolve("digits", split=2, seed=5)
    data = catalogue.load(cfg, DataFiles())
    published = np.array(MNIST_SPLIT_COUNTS[1])
    ratio = data.class_counts / published
    assert np.abs(ratio * published.max() - ratio[3] * published.max()).max() < 10
    np.testing.assert_array_equal(data.class_counts.argmax(), published.argmax())
    assert catalogue.load(cfg, DataFiles()).fingerprint == data.fingerprint
    other = catalogue.load(config.resolve("digits", split=2, seed=6), DataFiles())
    assert other.fingerprint != data.fingerprint
    np.testing.assert_array_equal(other.class_counts, data.class_counts)


def test_full_data_come_before_the_draw():
    assert len(catalogue.load_full(config.resolve("digits"), DataFiles()).images) == 1797


@pytest.mark.parametrize("dataset, source", [("mnist", "builtin"), ("digits", "original")])
def test_sources_that_a_data_set_does_not_have(dataset, source):
    with pytest.raises(UsageError, match=f"--source={source} does not fit --dataset={dataset}"):
        catalogue.load(config.resolve(dataset, source=source), DataFiles())


@pytest.mark.parametrize(
    ("dataset", "total", "source"),
    [("mnist", 42_794, "original"), ("cars", 578, "original layout, 10 of 199 models")],
)
def test_real_data(dataset, total, source):
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    data = catalogue.load(config.resolve(dataset), DataFiles(REAL))
    assert len(data.images) == total and data.source == source
    assert data.images.shape[1:] == config.resolve(dataset).data.image_shape


def test_own_digits_in_own_proportions():
    cfg = config.resolve("digits", class_ids=("7", "1"), class_proportions=(0.25, 0.75))
    full, data = catalogue.load_full(cfg, DataFiles()), catalogue.load(cfg, DataFiles())
    assert data.class_names == ("7", "1")
    assert full.class_counts.tolist() == [179, 182]
    assert data.class_counts.tolist() == [60, 182]
    sevens = catalogue.load_full(config.resolve("digits"), DataFiles())
    assert np.array_equal(full.images[full.labels == 0], sevens.images[sevens.labels == 7])


@pytest.mark.parametrize(
    ("dataset", "changes", "words"),
    [
        ("digits", {"class_ids": ("1", "eleven")}, "--class_ids names eleven"),
        (
            "digits",
            {"class_ids": ("1", "2")},
            "published proportions are 10, and the data has 2",
        ),
        ("cars", {"class_ids": ("001", "002")}, "the built-in ones have no ids"),
        ("chairs", {}, "no --data_dir was given"),
        ("shapenet", {}, "no --data_dir was given"),
        ("youtube_faces", {}, "no --data_dir was given"),
        ("image_folder", {}, "--dataset=image_folder needs --data_dir"),
        ("npz", {}, "--dataset=npz needs --data_dir"),
        ("mnist", {"source": "builtin"}, "--source=builtin does not fit --dataset=mnist"),
        ("mnist", {"source": "builtin"}, "only the cars are built in"),
    ],
)
def test_what_cannot_be_loaded_is_said(dataset, changes, words):
    with pytest.raises(UsageError) as refusal:
        catalogue.load(config.resolve(dataset, **changes), DataFiles())
    assert words in str(refusal.value)


@pytest.fixture
def images(tmp_path):
    """A folder of eight images of two classes."""
    for number in range(8):
        path = tmp_path / "images" / f"class {number // 4}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), (30 * number, 0, 0)).save(path)
    return tmp_path / "images"


def test_own_images_come_as_they_are_or_in_own_proportions(images):
    whole = catalogue.load(config.resolve("image_folder"), DataFiles(images))
    assert whole.class_counts.tolist() == [4, 4]
    shares = config.resolve("image_folder", class_proportions=(0.2, 0.8))
    assert catalogue.load(shares, DataFiles(images)).class_counts.tolist() == [1, 4]
    wrong = config.resolve("image_folder", class_proportions=(0.2, 0.3, 0.5))
    with pytest.raises(UsageError, match="the given proportions are 3, and the data has 2 classes"):
        catalogue.load(wrong, DataFiles(images))


def test_proportions_need_labels(images):
    shares = config.resolve("image_folder", class_proportions=(0.2, 0.8))
    with pytest.raises(UsageError, match="--class_proportions needs labels"):
        catalogue.load(shares, DataFiles(images / "class 0"))


@pytest.mark.parametrize(
    ("dataset", "changes", "classes", "side"),
    [
        ("chairs", {"class_ids": ("0000", "0002"), "class_proportions": (0.5, 0.5)}, 2, 64),
        ("shapenet", {}, 5, 64),
        ("youtube_faces", {"num_classes": 3}, 3, 128),
        ("youtube_faces", {"num_classes": 3, "second_stage_size": 0}, 3, 64),
    ],
)
def test_data_in_many_files_is_decoded_once(tmp_path, dataset, changes, classes, side, monkeypatch):
    source = REAL / DATA_SETS[dataset].source.place
    if not source.is_dir():
        pytest.skip(f"no {source}")
    (tmp_path / source.name).symlink_to(source, target_is_directory=True)
    cfg = config.resolve(dataset, **changes)
    files = DataFiles(tmp_path, cache_dir=tmp_path / "cache")
    first = catalogue.load(cfg, files)
    assert len(first.class_names) == classes and first.images.shape[1:] == (side, side, 3)
    entries = list((tmp_path / "cache" / decoded_cache.FOLDER).iterdir())
    assert len(entries) == (2 if dataset == "chairs" else 1)  # outlines too
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["cache", source.name])
    monkeypatch.setattr(image, "_decode", lambda *_: pytest.fail("decoded twice"))
    assert catalogue.load(cfg, files).fingerprint == first.fingerprint


def test_only_images_of_ones_own_have_bursts():
    with pytest.raises(UsageError, match="--bursts=name does not fit --dataset=digits"):
        catalogue.load(config.resolve("digits", bursts="name"), DataFiles())
