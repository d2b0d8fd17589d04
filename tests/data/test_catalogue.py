"""From config to training set: right loader, right counts, seeded."""

from pathlib import Path

import numpy as np
import pytest

from elastic_infogan_tf import config
from elastic_infogan_tf.data import cars, catalogue, mnist
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.published_splits import CARS_SPLITS, MNIST_SPLIT_COUNTS
from elastic_infogan_tf.errors import UsageError

REAL = Path(__file__).parents[3] / "shared" / "data"


def _blank(per_class, shape, source):
    labels = np.repeat(np.arange(10), per_class)
    return LabelledImages(
        np.zeros((len(labels), *shape), np.uint8), labels, tuple("abcdefghij"), source
    )


def test_mnist_gets_the_published_counts(monkeypatch):
    monkeypatch.setattr(mnist, "load", lambda data_dir: _blank(7000, (1, 1, 1), "original"))
    for split in (1, 50):
        data = catalogue.load(config.resolve("mnist", split=split), None)
        assert tuple(data.class_counts) == MNIST_SPLIT_COUNTS[split - 1]


def test_cars_keep_all_views_of_the_most_frequent_car(monkeypatch):
    asked = []

    def load(*arguments):
        asked.append(arguments)
        return _blank(96, (2, 2, 3), "original")

    monkeypatch.setattr(cars, "load", load)
    cfg = config.resolve("cars", split=5, class_set=4, source="original")
    data = catalogue.load(cfg, Path("somewhere"))
    assert asked == [(Path("somewhere"), 4, "original")]
    shares = np.array(CARS_SPLITS[4])
    np.testing.assert_array_equal(data.class_counts, np.floor(shares * 96 / shares.max() + 1e-6))
    assert data.class_counts.max() == 96


def test_digits_follow_mnist_proportions_and_the_runs_seed():
    cfg = config.resolve("digits", split=2, seed=5)
    data = catalogue.load(cfg, None)
    published = np.array(MNIST_SPLIT_COUNTS[1])
    ratio = data.class_counts / published
    assert np.abs(ratio * published.max() - ratio[3] * published.max()).max() < 10
    np.testing.assert_array_equal(data.class_counts.argmax(), published.argmax())
    assert catalogue.load(cfg, None).fingerprint == data.fingerprint
    other = catalogue.load(config.resolve("digits", split=2, seed=6), None)
    assert other.fingerprint != data.fingerprint
    np.testing.assert_array_equal(other.class_counts, data.class_counts)


def test_full_data_come_before_the_draw():
    assert len(catalogue.load_full(config.resolve("digits"), None).images) == 1797


@pytest.mark.parametrize("dataset, source", [("mnist", "builtin"), ("digits", "original")])
def test_sources_that_a_data_set_does_not_have(dataset, source):
    with pytest.raises(UsageError, match=f"--source={source} does not fit --dataset={dataset}"):
        catalogue.load(config.resolve(dataset, source=source), None)


@pytest.mark.parametrize("dataset, total", [("mnist", 42_794), ("cars", 578)])
def test_real_data(dataset, total):
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    data = catalogue.load(config.resolve(dataset), REAL)
    assert len(data.images) == total and data.source == "original"
    assert data.images.shape[1:] == config.resolve(dataset).image_shape
