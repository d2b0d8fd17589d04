"""Classifiers: their networks, their training on data that is easy, what they refuse."""

import dataclasses
import random
import signal
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import Interrupted, UsageError
from elastic_infogan_tf.evaluation import classifier_training
from elastic_infogan_tf.evaluation.classifier_training import train_classifier
from elastic_infogan_tf.evaluation.classifiers import CLASSIFIERS, Classifier

SHAPES = {"mnist_cnn": (28, 28, 1), "resnet50": (32, 32, 3), "small_cnn": (32, 32, 3)}


def easy(count=60, shape=(28, 28, 1), classes=3, seed=0):
    """Images whose class is which part of them is bright."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = rng.integers(0, 60, (count, *shape)).astype(np.uint8)
    height = shape[0] // classes
    for image, label in zip(images, labels, strict=True):
        image[label * height : (label + 1) * height] += 150
    return LabelledImages(images, labels, tuple("abcdefgh"[:classes]), "made up")


STATE = Path("state.npz")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)


def train(data, name, weights, stop_if_requested=lambda: None):
    return train_classifier(data, name, weights, STATE, stop_if_requested)


@pytest.fixture
def short(monkeypatch):
    """All recipes cut down to a few steps of few images."""
    cut = {
        name: dataclasses.replace(recipe, epochs=8, most_steps=24, batch_size=16)
        for name, recipe in CLASSIFIERS.items()
    }
    monkeypatch.setattr(classifier_training, "CLASSIFIERS", cut)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_has_logits_of_its_features(name):
    model = CLASSIFIERS[name].build(SHAPES[name], 7)
    outputs = model(scale(np.zeros((2, *SHAPES[name]), np.uint8)))
    assert outputs["logits"].shape == (2, 7)
    last = model.layers[-1]
    expected = outputs["features"].numpy() @ last.kernel.numpy() + last.bias.numpy()
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-4, atol=1e-5)


def test_the_mnist_classifier_has_two_convolutions_and_two_dense_layers():
    kinds = [
        type(layer).__name__ for layer in CLASSIFIERS["mnist_cnn"].build((28, 28, 1), 10).layers
    ]
    assert [kind for kind in kinds if kind in ("Conv2D", "MaxPooling2D", "Dense")] == [
        *["Conv2D", "MaxPooling2D"] * 2,
        *["Dense"] * 2,
    ]


@pytest.mark.parametrize("name", ["mnist_cnn", pytest.param("small_cnn", marks=pytest.mark.slow)])
def test_training_learns_what_can_be_learned(name, short, capsys):
    data = easy(shape=SHAPES[name])
    classifier = train(data, name, None)
    assert classifier.accuracy == 1.0 and classifier.held_out_images == 12
    features, classes = classifier.features_and_predictions(data.images)
    assert np.array_equal(classes, data.labels) and classes.dtype == np.int64
    assert features.shape == (60, 128) and features.dtype == np.float32
    out = capsys.readouterr()
    assert f"training the classifier {name} on 48 of 60 labelled images, source: made up" in out.out
    assert "its accuracy on the other 12: 1.0000" in out.out and "classifier" in out.err


@pytest.fixture
def eagerly():
    """Without programs: two steps of a deep network are sooner taken than its program is built."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.slow
def test_resnet50_trains_and_says_what_is_faster_without_a_gpu(short, eagerly, monkeypatch, capsys):
    recipe = dataclasses.replace(CLASSIFIERS["resnet50"], epochs=1, most_steps=2, batch_size=4)
    monkeypatch.setitem(classifier_training.CLASSIFIERS, "resnet50", recipe)
    classifier = train(easy(20, (32, 32, 3)), "resnet50", None)
    features, classes = classifier.features_and_predictions(easy(3, (32, 32, 3)).images)
    assert features.shape == (3, 2048) and set(classes) <= {0, 1, 2}
    hint = "without a GPU that is slow: --classifier=small_cnn takes"
    assert (hint in capsys.readouterr().out) == (not tf.config.list_physical_devices("GPU"))


@pytest.mark.slow
def test_equal_data_gives_an_equal_classifier(short):
    first, second = (train(easy(), "mnist_cnn", None) for _ in range(2))
    for weight, other in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        assert np.array_equal(weight, other)


class KilledError(Exception):
    """What ends a training at once."""


def _stop_after(steps, error):
    """Returns what raises after so many steps."""
    countdown = iter(range(steps - 1, -1, -1))

    def stop():
        if not next(countdown):
            raise error

    return stop


@pytest.mark.parametrize("name", ["mnist_cnn", "small_cnn"])
def test_an_interrupted_training_ends_as_one_that_was_not(name, short, monkeypatch, capsys):
    data = easy(shape=SHAPES[name])
    whole = train(data, name, None)
    assert not STATE.exists()
    with pytest.raises(Interrupted):
        train(data, name, None, _stop_after(5, Interrupted("", signal.SIGINT)))
    assert "the classifier's training is saved after step 5 of 24" in capsys.readouterr().out
    # What kills it leaves what was saved now and then.
    monkeypatch.setattr(classifier_training, "_SECONDS_BETWEEN_SAVES", 0.0)
    with pytest.raises(KilledError):
        train(data, name, None, _stop_after(7, KilledError()))
    assert "resuming it after step 5 of 24" in capsys.readouterr().out
    resumed = train(data, name, None)
    assert "resuming it after step 12 of 24" in capsys.readouterr().out
    assert resumed.accuracy == whole.accuracy
    for variable, other in zip(resumed.model.variables, whole.model.variables, strict=True):
        assert np.array_equal(variable, other), variable.path
    # Nothing is left to do.
    again = train(data, name, None)
    assert np.array_equal(again.model.weights[-1], whole.model.weights[-1])


def test_a_state_that_is_corrupted_or_of_another_training_is_left_out(short, monkeypatch, capsys):
    stop = _stop_after(3, Interrupted("", signal.SIGINT))
    with pytest.raises(Interrupted):
        train(easy(), "mnist_cnn", None, stop)
    expected = train(easy(), "small_cnn", None).model.weights  # has read that state: another's
    assert "state.npz is left out, and the training begins anew" in capsys.readouterr().out
    good = STATE.read_bytes()
    for bad in (b"text", good[: len(good) // 2]):
        STATE.write_bytes(bad)
        weights = train(easy(), "small_cnn", None).model.weights
        assert "state.npz is left out" in capsys.readouterr().out
        assert np.array_equal(weights[-1], expected[-1])


def test_accuracy_is_that_of_the_held_out_images_alone(short):
    """Labels without meaning can be memorised, but not for images never seen."""
    data = easy(200)
    labels = np.random.default_rng(5).permutation(data.labels)
    noise = np.random.default_rng(6).integers(0, 256, data.images.shape).astype(np.uint8)
    shuffled = dataclasses.replace(data, images=noise, labels=labels)
    assert train(shuffled, "mnist_cnn", None).accuracy < 0.6


@pytest.mark.parametrize(("accuracy", "warns"), [(0.95, False), (0.9499, True)])
def test_an_unsure_classifier_warns(accuracy, warns):
    model = CLASSIFIERS["mnist_cnn"].build((28, 28, 1), 2)
    warning = Classifier(model, "mnist_cnn", accuracy, 10).warning
    assert (warning is not None) == warns
    assert not warns or "0.9499, below 0.95" in warning


def test_many_images_are_classified_in_order():
    model = CLASSIFIERS["mnist_cnn"].build((28, 28, 1), 3)
    images = np.random.default_rng(0).integers(0, 256, (253, 28, 28, 1)).astype(np.uint8)
    features, classes = Classifier(model, "mnist_cnn", 1.0, 1).features_and_predictions(images)
    expected = model(scale(images), training=False)
    np.testing.assert_allclose(features, expected["features"], rtol=1e-4, atol=1e-5)
    assert np.array_equal(classes, np.argmax(expected["logits"], axis=1))


def test_training_starts_from_given_weights(short, tmp_path, monkeypatch):
    start = CLASSIFIERS["mnist_cnn"].build((28, 28, 1), 5)  # another number of classes
    start.save_weights(tmp_path / "start.weights.h5")
    monkeypatch.setattr(classifier_training, "_fit", lambda *_: None)
    model = train(easy(), "mnist_cnn", tmp_path / "start.weights.h5").model
    assert np.array_equal(model.layers[1].kernel.numpy(), start.layers[1].kernel.numpy())
    assert model.layers[-1].kernel.shape[-1] == 3


def test_weights_that_do_not_fit_at_all_are_refused(short, tmp_path):
    CLASSIFIERS["small_cnn"].build((28, 28, 1), 5).save_weights(tmp_path / "small.weights.h5")
    with pytest.raises(UsageError, match=r"small.weights.h5 has no layer that fits"):
        train(easy(), "mnist_cnn", tmp_path / "small.weights.h5")
    (tmp_path / "text.weights.h5").write_text("not weights")
    with pytest.raises(UsageError, match=r"text.weights.h5 cannot be read"):
        train(easy(), "mnist_cnn", tmp_path / "text.weights.h5")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (dataclasses.replace(easy(), labels=None), "found no labels"),
        (dataclasses.replace(easy(), labels=np.zeros(60, np.int64), class_names=("a",)), "[60]"),
        (dataclasses.replace(easy(), labels=np.array([0] * 30 + [1] * 29 + [2])), "[30, 29, 1]"),
        (easy(9), "[3, 3, 3]"),
    ],
)
def test_images_that_cannot_be_split_are_refused(data, words):
    with pytest.raises(UsageError) as refusal:
        train(data, "mnist_cnn", None)
    assert words in str(refusal.value) and "--noevaluate" in str(refusal.value)


def test_resnet50_needs_larger_images():
    with pytest.raises(UsageError, match=r"needs images of 32x32 or more, and these are 28x28"):
        train(easy(), "resnet50", None)


def test_pythons_random_numbers_go_on_as_before(short):
    random.seed(5)
    expected = random.random()
    random.seed(5)
    train(easy(), "mnist_cnn", None)
    assert random.random() == expected
