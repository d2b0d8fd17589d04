"""What is dear is done once: loading and hashing the data, the classifier, building the model."""

import dataclasses

import numpy as np
import pytest

from elastic_infogan_tf import evaluate, train
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import digits
from elastic_infogan_tf.evaluation import classifier_cache, classifier_recipes
from elastic_infogan_tf.evaluation.figures import embedding
from elastic_infogan_tf.run import finished_run, preparation, report
from tests.run_command import run_command

FLAGS = ["--dataset=digits", "--base_channels=2", "--batch_size=400", "--strategy=one"]
HOW = ["--nojit_compile", "--images_per_code=3", "--keep_checkpoints=9", "--checkpoint_every=1"]


@pytest.fixture
def counts(monkeypatch):
    """How often things were done since the last look."""
    counted = {}

    def count(module, name, key=None):
        function = getattr(module, name)

        def counting(*arguments, **keywords):
            counted[key or name] = counted.get(key or name, 0) + 1
            return function(*arguments, **keywords)

        monkeypatch.setattr(module, name, counting)

    count(digits, "load")
    count(classifier_cache, "load_or_train")
    for module in (preparation, finished_run, report):
        count(module, "build_model")
    recipe = dataclasses.replace(classifier_recipes.CLASSIFIERS["small_cnn"], epochs=1)
    monkeypatch.setitem(classifier_recipes.CLASSIFIERS, "small_cnn", recipe)
    monkeypatch.setattr(embedding, "_EMBEDDED", 40)

    def look():
        seen = dict(counted)
        counted.clear()
        return seen

    return look


def test_a_training_and_an_evaluation_load_the_data_once(tmp_path, counts):
    where = [f"--model_dir={tmp_path / 'run'}", f"--cache_dir={tmp_path / 'cache'}"]
    flags = [*FLAGS, *HOW, "--classifier=small_cnn", *where, "--epochs=2", "--evaluate_every=1"]
    code, _, err = run_command(train, *flags)
    assert code == 0, err
    # One model is trained; another, of random weights, is what a Q that learned nothing is.
    assert counts() == {"load": 1, "load_or_train": 1, "build_model": 2}

    # Finished and evaluated: nothing is left to do that needs a classifier.
    assert run_command(train, *flags)[0] == 0
    assert counts() == {"load": 1, "build_model": 1}

    argv = ["--images_per_code=3", "--classifier=small_cnn", *where, "--checkpoint=all"]
    code, out, err = run_command(evaluate, *argv)
    assert code == 0, err
    assert out.count("evaluation: digits") == 2
    assert counts() == {"load": 1, "load_or_train": 1, "build_model": 2}


def test_pixels_are_hashed_once():
    data = LabelledImages(np.zeros((2, 1, 1, 1), np.uint8), None, (), "made up")
    first = data.fingerprint
    data.images[:] = 1
    assert data.fingerprint == first
    assert dataclasses.replace(data).fingerprint != first
