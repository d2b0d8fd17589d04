"""The main job: steps first, the classifier when it is needed, and nothing lost on Ctrl-C."""

import csv
import dataclasses
import json
import os
import re
import signal

import keras
import pytest

from elastic_infogan_tf import train
from elastic_infogan_tf.evaluation import classifiers
from elastic_infogan_tf.evaluation.figures import figure_table
from tests.run_command import assert_refused, run_command

FLAGS = ["--dataset=digits", "--base_channels=2", "--batch_size=400"]  # 3 steps an epoch
FLAGS += ["--epochs=4", "--evaluate_every=2", "--strategy=one", "--nojit_compile"]
FLAGS += ["--classifier=mnist_cnn", "--images_per_code=2"]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A classifier of few steps, and no figures."""
    recipe = dataclasses.replace(classifiers.CLASSIFIERS["mnist_cnn"], most_steps=8, batch_size=64)
    monkeypatch.setitem(classifiers.CLASSIFIERS, "mnist_cnn", recipe)
    monkeypatch.setattr(figure_table, "FIGURES", ())


def _interrupt_at(monkeypatch, last):
    """Sends SIGINT when the classifier's training has taken so many steps."""
    step = keras.Model.train_on_batch

    def interrupt(model, *batch):
        loss = step(model, *batch)
        if int(model.optimizer.iterations.numpy()) == last:
            os.kill(os.getpid(), signal.SIGINT)
        return loss

    monkeypatch.setattr(keras.Model, "train_on_batch", interrupt)


def _metrics(folder):
    with (folder / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: row[name] for name in row if name != "images_per_second"} for row in rows]


@pytest.mark.slow
def test_a_run_stopped_in_its_classifier_ends_as_one_that_was_not(tmp_path, monkeypatch):
    def flags(name):
        return [*FLAGS, f"--model_dir={tmp_path / name}", f"--cache_dir={tmp_path / name}-cache"]

    code, whole, err = run_command(train, *flags("whole"))
    assert code == 0, err
    first, made = whole.index("the first step takes"), whole.index("training the classifier")
    assert first < made < whole.index("time: about ")
    assert re.search(r"time: about \d+ seconds for 2 steps on this machine, by 9 steps of", whole)

    with monkeypatch.context() as patch:
        _interrupt_at(patch, 3)
        code, out, err = run_command(train, *flags("stopped"))
    assert (code, "saved after step 3 of 8" in out) == (128 + signal.SIGINT, True)
    assert "stopped after step 3, which is saved. Run the same command again" in err
    assert [row["step"] for row in _metrics(tmp_path / "stopped")] == ["3"]

    code, out, err = run_command(train, *flags("stopped"))
    assert code == 0, err
    assert "resuming after step 3 of 12" in out and "resuming it after step 3 of 8" in out
    assert _metrics(tmp_path / "stopped") == _metrics(tmp_path / "whole")
    results = [
        json.loads((tmp_path / name / "results.json").read_text()) for name in ("whole", "stopped")
    ]
    assert results[0] == results[1]


@pytest.mark.parametrize("more", [[], ["--dry_run"], ["--dry_run=json"]])
@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--classifier=resnet50", ["needs images of 32x32 or more"]),
        ("--cache_dir={}/file", ["--cache_dir must be a folder"]),
        ("--classifier_weights={}/gone", ["--classifier_weights must be a file that is there"]),
        ("--classifier_weights={}/file", ["file cannot be read"]),
    ],
)
def test_a_classifier_that_cannot_be_made_is_refused_before_the_training(
    tmp_path, flag, words, more
):
    (tmp_path / "file").touch()
    where = [f"--model_dir={tmp_path / 'run'}", f"--cache_dir={tmp_path / 'cache'}"]
    result = run_command(train, *FLAGS, *where, flag.format(tmp_path), *more)
    assert_refused(result, *words)
    assert os.listdir(tmp_path) == ["file"]
