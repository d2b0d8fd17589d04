"""tensorflow-datasets, where it is installed, and what is said where it is not."""

import sys

import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from tests import loading


def load(name, data_dir, image_shape):
    return loading.load(f"tfds:{name}", data_dir, image_shape=image_shape)


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(UsageError, match=r"needs tensorflow-datasets.*pip install"):
        load("cifar10", None, (8, 8, 3))


@pytest.fixture
def make_data_set(tmp_path):
    """A function that writes four images of levels 0, 50, 100, 150 as a data set of one split."""
    tfds = pytest.importorskip("tensorflow_datasets", reason="tensorflow-datasets is an extra")

    def make(class_name, features, example, split="train"):
        # Not registered, so that tests may use a name twice: it is found by its files.
        class Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
            """Four images."""

            VERSION = tfds.core.Version("1.0.0")
            name = class_name

            def _info(self):
                return self.dataset_info_from_configs(
                    features=tfds.features.FeaturesDict(features(tfds.features))
                )

            def _split_generators(self, dl_manager):
                return {split: self._generate_examples()}

            def _generate_examples(self):
                for number in range(4):
                    yield number, example(number)

        Builder(data_dir=str(tmp_path)).download_and_prepare()
        return tmp_path

    return make


def _image(number, channels=3, dtype=np.uint8):
    return np.full((10, 12, channels), 50 * number, dtype)


def test_a_data_set_with_labels(make_data_set):
    folder = make_data_set(
        "tiny_images",
        lambda types: {
            "image": types.Image(shape=(None, None, 3)),
            "label": types.ClassLabel(names=["cat", "dog"]),
        },
        lambda number: {"image": _image(number), "label": number % 2},
    )
    data = load("tiny_images", folder, (8, 8, 3))
    levels = data.images.mean(axis=(1, 2, 3))
    assert sorted(levels) == [0, 50, 100, 150]
    assert data.labels.tolist() == (levels / 50 % 2).astype(int).tolist()
    assert data.class_names == ("cat", "dog") and data.source == "tfds tiny_images"


@pytest.mark.parametrize("label", [None, -1])
def test_a_data_set_without_labels_or_with_unknown_ones(make_data_set, label):
    labelled = {} if label is None else {"label": label}
    folder = make_data_set(
        "plain_images",
        lambda types: {
            "image": types.Image(shape=(None, None, 1)),
            **({} if label is None else {"label": types.ClassLabel(num_classes=2)}),
        },
        lambda number: {"image": _image(number, 1), **labelled},
    )
    data = load("plain_images", folder, (8, 8, 3))
    assert data.images.shape == (4, 8, 8, 3) and data.labels is None and data.class_names == ()


@pytest.mark.parametrize(
    ("channels", "dtype", "words"),
    [(4, np.uint8, r"uint8 \[None, None, 4\]"), (1, np.uint16, r"uint16 \[None, None, 1\]")],
)
def test_other_kinds_of_images_are_refused(make_data_set, channels, dtype, words):
    folder = make_data_set(
        "odd_images",
        lambda types: {"image": types.Image(shape=(None, None, channels), dtype=dtype)},
        lambda number: {"image": _image(number, channels, dtype)},
    )
    with pytest.raises(UsageError, match=f"tfds:odd_images has images of {words}"):
        load("odd_images", folder, (8, 8, 3))


def test_a_data_set_without_images_or_without_its_split_is_refused(make_data_set):
    folder = make_data_set(
        "tiny_numbers", lambda types: {"x": np.int64}, lambda number: {"x": number}
    )
    with pytest.raises(UsageError, match="has the features x and no image"):
        load("tiny_numbers", folder, (8, 8, 3))
    make_data_set(
        "test_images",
        lambda types: {"image": types.Image(shape=(None, None, 3))},
        lambda number: {"image": _image(number)},
        split="test",
    )
    with pytest.raises(UsageError, match=r"cannot load test_images .*Unknown split 'train'"):
        load("test_images", folder, (8, 8, 3))


def test_an_unknown_name_is_refused(tmp_path):
    pytest.importorskip("tensorflow_datasets", reason="tensorflow-datasets is an extra")
    with pytest.raises(UsageError, match="tensorflow-datasets cannot load no_such_images"):
        load("no_such_images", tmp_path, (8, 8, 3))
