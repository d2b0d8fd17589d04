"""A classifier is trained once for its data, and never met by other data."""

import dataclasses
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from elastic_infogan_tf.commands.command_line import ending_in_order
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import Interrupted, UsageError
from elastic_infogan_tf.evaluation import classifier_cache, classifiers
from elastic_infogan_tf.evaluation.classifier_cache import (
    cache_key,
    load_or_train,
    require_trainable,
)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28, 1)).astype(np.uint8)
    return LabelledImages(images, np.arange(40) % 2, ("a", "b"), "Made up (twice)")


@pytest.fixture(autouse=True)
def short(monkeypatch):
    recipe = dataclasses.replace(classifiers.CLASSIFIERS["mnist_cnn"], epochs=1, batch_size=8)
    monkeypatch.setitem(classifiers.CLASSIFIERS, "mnist_cnn", recipe)


def test_the_second_time_it_is_read(data, tmp_path, capsys):
    first = load_or_train(data, "mnist_cnn", tmp_path / "cache", None)
    assert "training the classifier" in capsys.readouterr().out
    second = load_or_train(data, "mnist_cnn", tmp_path / "cache", None)
    assert "training the classifier" not in capsys.readouterr().out
    assert (second.name, second.accuracy, second.held_out_images) == (
        "mnist_cnn",
        first.accuracy,
        8,
    )
    for output, other in zip(
        first.features_and_predictions(data.images),
        second.features_and_predictions(data.images),
        strict=True,
    ):
        np.testing.assert_allclose(output, other, rtol=1e-5)
    (folder,) = (tmp_path / "cache" / "classifiers").iterdir()
    assert folder.name.startswith("mnist_cnn-made-up-twice-2-classes-")
    info = json.loads((folder / "info.json").read_text())
    assert info["accuracy"] == first.accuracy and info["class_names"] == ["a", "b"]


def test_runs_that_start_together_train_it_once(data, tmp_path, capsys):
    with ThreadPoolExecutor(2) as pool:
        both = list(
            pool.map(lambda _: load_or_train(data, "mnist_cnn", tmp_path / "cache", None), range(2))
        )
    assert both[0].accuracy == both[1].accuracy
    assert capsys.readouterr().out.count("training the classifier") == 1


def test_anything_it_depends_on_changes_its_key(data, tmp_path, monkeypatch):
    weights = tmp_path / "start.weights.h5"
    weights.write_bytes(b"some")
    pixels = data.images.copy()
    pixels[0, 0, 0, 0] ^= 1
    keys = [
        cache_key(data, "mnist_cnn", None),
        cache_key(data, "small_cnn", None),
        cache_key(data, "mnist_cnn", weights),
        cache_key(dataclasses.replace(data, images=pixels), "mnist_cnn", None),
        cache_key(dataclasses.replace(data, labels=1 - data.labels), "mnist_cnn", None),
        cache_key(dataclasses.replace(data, class_names=("a", "c")), "mnist_cnn", None),
    ]
    weights.write_bytes(b"other")
    keys.append(cache_key(data, "mnist_cnn", weights))
    monkeypatch.setattr(classifier_cache, "RECIPE", classifier_cache.RECIPE + 1)
    keys.append(cache_key(data, "mnist_cnn", None))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("part", ["classifier.keras", "info.json"])
def test_a_corrupted_one_is_trained_again(data, tmp_path, capsys, part):
    first = load_or_train(data, "mnist_cnn", tmp_path, None)
    (folder,) = (tmp_path / "classifiers").iterdir()
    (folder / part).write_text("corrupted")
    capsys.readouterr()
    again = load_or_train(data, "mnist_cnn", tmp_path, None)
    out = capsys.readouterr().out
    assert "is corrupted" in out and "training the classifier" in out
    assert again.accuracy == first.accuracy
    assert os.listdir(tmp_path / "classifiers") == [folder.name]
    load_or_train(data, "mnist_cnn", tmp_path, None)
    assert "corrupted" not in capsys.readouterr().out


def test_a_cache_that_cannot_be_written_is_refused_before_the_training(data, tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*classifiers: .*--cache_dir"):
        load_or_train(data, "mnist_cnn", tmp_path / "file", None)
    assert capsys.readouterr().out == ""


def test_an_interrupted_training_is_resumed_by_whoever_needs_it(data, tmp_path, capsys):
    def stop():
        os.kill(os.getpid(), signal.SIGTERM)

    expected = load_or_train(data, "mnist_cnn", tmp_path / "whole", None)
    with pytest.raises(Interrupted), ending_in_order():
        load_or_train(data, "mnist_cnn", tmp_path, None, stop)
    (state,) = os.listdir(tmp_path / "classifiers")
    assert state.endswith(".state.npz")
    classifier = load_or_train(data, "mnist_cnn", tmp_path, None)
    assert "resuming it after step 1 of 4" in capsys.readouterr().out
    for weight, other in zip(classifier.model.weights, expected.model.weights, strict=True):
        assert np.array_equal(weight, other)
    (folder,) = os.listdir(tmp_path / "classifiers")
    assert folder.startswith("mnist_cnn-")


def test_what_could_not_be_made_is_refused_before_anything_is(data, tmp_path):
    weights = tmp_path / "own.weights.h5"
    classifiers.CLASSIFIERS["small_cnn"].build((28, 28, 1), 5).save_weights(weights)
    (tmp_path / "file").touch()
    for name, cache, own, words in (
        ("vgg", "cache", None, "--classifier must be one of mnist_cnn"),
        ("resnet50", "cache", None, "needs images of 32x32 or more"),
        ("mnist_cnn", "file/cache", None, "cannot write .*file is a file; .*--cache_dir"),
        ("mnist_cnn", "cache", weights, "own.weights.h5 has no layer that fits"),
        ("mnist_cnn", "cache", tmp_path / "gone", "gone cannot be read"),
    ):
        with pytest.raises(UsageError, match=words):
            require_trainable(data, name, tmp_path / cache, own)
    require_trainable(data, "small_cnn", tmp_path / "cache", weights)
    assert sorted(os.listdir(tmp_path)) == ["file", "own.weights.h5"]


def test_unknown_names_and_missing_weights_are_refused(data, tmp_path):
    with pytest.raises(UsageError, match=r"--classifier must be one of mnist_cnn.*Received: vgg"):
        load_or_train(data, "vgg", tmp_path, None)
    with pytest.raises(UsageError, match=r"--classifier_weights=.*gone cannot be read"):
        load_or_train(data, "mnist_cnn", tmp_path, tmp_path / "gone")
