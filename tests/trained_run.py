"""The one small run that all tests of finished runs look at, and what keeps trainings short."""

import contextlib
import dataclasses
import json
import os
import shutil
from pathlib import Path

import keras
import pytest
from filelock import FileLock

from elastic_infogan_tf import train
from elastic_infogan_tf.data.sets import digits
from elastic_infogan_tf.evaluation import classifier_cache, classifiers
from elastic_infogan_tf.evaluation.figures import features, figure_table
from elastic_infogan_tf.run import evaluate, fitting, preparation
from elastic_infogan_tf.run import train as run_train
from tests.run_command import run_command

FLAGS = [
    "--dataset=digits",
    "--base_channels=2",
    "--batch_size=400",  # 3 steps an epoch
    "--epochs=2",
    "--strategy=one",
    "--nojit_compile",
    "--evaluate_every=1",
    "--checkpoint_every=1",
]
EVALUATION = ["--images_per_code=30", "--classifier=mnist_cnn"]


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run of two epochs, evaluated after each and at its end.

    Attributes:
        folder: of the run; to be looked at only, a command gets a copy.
        cache: with its classifier.
        printed: by the command that trained it.
        counts: how often that command did what is dear, by name.
    """

    folder: Path
    cache: Path
    printed: str
    counts: dict[str, int]

    @property
    def evaluate_flags(self):
        """Flags of `evaluate` that give the results in the folder."""
        return [*EVALUATION, f"--model_dir={self.folder}", f"--cache_dir={self.cache}"]

    @property
    def flags(self):
        """Flags of the command that trained it; later ones override them."""
        return [*FLAGS, *self.evaluate_flags]

    def copy(self, place):
        """Returns this run in another folder, where it may be spoilt."""
        shutil.copytree(self.folder, place)
        return dataclasses.replace(self, folder=place)


def trained_run(place, cache):
    """Returns the run in a folder of the session's processes: the first one that asks trains it."""
    place.mkdir(exist_ok=True)
    folder, said = place / "run", place / "said.json"
    with FileLock(place / "lock"):
        if not said.exists():
            run = TrainedRun(folder, cache, "", {})
            with short_evaluations(), counting() as counts:
                code, out, err = run_command(train, *run.flags)
            assert code == 0, err
            said.write_text(json.dumps({"printed": out, "counts": counts}))
    return TrainedRun(folder, cache, **json.loads(said.read_text()))


def session_folder(tmp_path_factory):
    """Returns a folder that all of a session's processes share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextlib.contextmanager
def short_evaluations():
    """Classifiers trained for an epoch only, and the embedding of few images."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("mnist_cnn", "small_cnn"):
            recipe = dataclasses.replace(classifiers.CLASSIFIERS[name], epochs=1)
            patch.setitem(classifiers.CLASSIFIERS, name, recipe)
        patch.setattr(features, "_EMBEDDED", 60)
        yield


@contextlib.contextmanager
def counting():
    """Yields how often the data is loaded, a classifier asked for and a model built from now on."""
    counted = {}

    def count(module, name):
        function = getattr(module, name)

        def counting_function(*arguments, **keywords):
            counted[name] = counted.get(name, 0) + 1
            return function(*arguments, **keywords)

        patch.setattr(module, name, counting_function)

    with pytest.MonkeyPatch.context() as patch:
        count(digits, "load")
        count(classifier_cache, "load_or_train")
        for module in (preparation, evaluate):
            count(module, "build_model")
        yield counted


@contextlib.contextmanager
def bare_trainings():
    """Trainings that draw no figures and export nothing, where a test looks at neither."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "Figures", lambda *_: keras.callbacks.Callback())
        patch.setattr(figure_table, "FIGURES", ())
        patch.setattr(run_train, "write_export", lambda folder, model: None)
        yield
