"""tensorflow-datasets, where it is installed, and what is said where it is not."""

import sys

import numpy as np
import pytest

from elastic_infogan_tf.data.tfds_images import load
from elastic_infogan_tf.errors import UsageError


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(UsageError, match=r"needs tensorflow-datasets.*pip install"):
        load("cifar10", None, (8, 8, 3))


def _define_builder():
    tfds = pytest.importorskip("tensorflow_datasets", reason="tensorflow-datasets is an extra")

    class TinyPictures(tfds.core.GeneratorBasedBuilder):
        """Four pictures of two classes."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=(None, None, 3)),
                "label": tfds.features.ClassLabel(names=["cat", "dog"]),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for number in range(4):
                image = np.full((10, 12, 3), 50 * number, np.uint8)
                yield number, {"image": image, "label": number % 2}

    return TinyPictures


def test_a_data_set_with_labels(tmp_path):
    _define_builder()(data_dir=str(tmp_path)).download_and_prepare()
    data = load("tiny_pictures", tmp_path, (8, 8, 3))
    levels = data.images.mean(axis=(1, 2, 3))
    assert sorted(levels) == [0, 50, 100, 150]
    assert data.labels.tolist() == (levels / 50 % 2).astype(int).tolist()
    assert data.class_names == ("cat", "dog") and data.source == "tfds tiny_pictures"


def test_an_unknown_name_is_refused(tmp_path):
    pytest.importorskip("tensorflow_datasets", reason="tensorflow-datasets is an extra")
    with pytest.raises(UsageError, match="tensorflow-datasets cannot load no_such_pictures"):
        load("no_such_pictures", tmp_path, (8, 8, 3))
