"""The suite's one place for TensorFlow's set-up, and what several test files share."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: none takes them all
    for name in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OMP_NUM", "OPENBLAS_NUM"):
        os.environ.setdefault(f"{name}_THREADS", "1")

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.settings import config as configuration
from elastic_infogan_tf.settings import data as data_settings
from elastic_infogan_tf.settings.transforms import Augmentation
from tests import cost, trained_run
from tests.models import small_networks

# Two logical CPUs, so that a strategy with two replicas runs anywhere; they can be set only before
# TensorFlow initialises, hence here, at import.
_CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(_CPU, [tf.config.LogicalDeviceConfiguration()] * 2)


if sys.platform == "win32":  # what they are about, signals, terminals and limits, it has not
    collect_ignore = ["commands/test_signals.py", "fuzz", "kills", "utils/test_progress_bar.py"]
    collect_ignore += ["test_wheel.py", "training/test_guards.py"]

# Files that take minutes, the longest ones first. They begin first, so that at the end no process
# waits for one of them.
_LONG = ("test_methods", "test_wheel", "test_multi_worker", "test_sweep", "test_kills")
_LONG += ("test_elastic_infogan", "test_golden", "test_evaluate", "test_commands", "test_fitting")
_LONG += ("test_replicas", "test_notebook", "test_extending", "test_serving", "test_two_stages")


def pytest_configure(config):
    config.pluginmanager.register(cost)


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(_LONG)))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """What is kept between runs stays out of the home folder, unless a test says where."""
    place = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_settings, "default_cache", lambda: place)
        yield


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory):
    """The classifiers of all tests; who trains one for it does so within `short_evaluations`."""
    return trained_run.session_folder(tmp_path_factory) / "cache"


@pytest.fixture(scope="session")
def trained(tmp_path_factory, cache_dir):
    """The session's one `TrainedRun`, to be looked at only."""
    place = trained_run.session_folder(tmp_path_factory) / "trained"
    return trained_run.trained_run(place, cache_dir)


@pytest.fixture
def copied(trained, tmp_path):
    """A copy of the run, to run commands on and to be spoilt."""
    return trained.copy(tmp_path / "run")


@pytest.fixture(scope="module")
def short_evaluations():
    with trained_run.short_evaluations():
        yield


@pytest.fixture
def bare_trainings():
    with trained_run.bare_trainings():
        yield


@pytest.fixture(scope="session")
def make_config():
    """A function (dataset, **changes) -> a validated config of narrow networks and batch 4."""

    def make(dataset, **changes):
        return configuration.resolve(dataset, **({"base_channels": 2, "batch_size": 4} | changes))

    return make


@pytest.fixture(scope="session")
def small_model(make_config):
    """A function (**changes) -> a model of small networks for 8x8 images and ten codes."""

    def make(**changes):
        config = small_networks.instead_of_its_own(make_config("digits", **changes))
        return build_model(config, None, run_eagerly=True)  # sooner ready than a program

    return make


@pytest.fixture(scope="session")
def fake_batch():
    """A function (model, rows, step, seed) -> the pipeline's dict for one step, random pixels."""

    def make(model, rows=4, step=0, seed=0):
        rng = np.random.default_rng(seed)
        shape = (rows, *model.image_shape)
        return {
            "image": tf.constant(rng.uniform(-1, 1, shape), tf.float32),
            "transform": tf.constant(rng.uniform(-1, 1, shape), tf.float32),
            "step": tf.fill([rows], tf.constant(step, tf.int64)),
            "index": tf.range(rows, dtype=tf.int64),
        }

    return make


@pytest.fixture(scope="session")
def random_batches():
    """A function (model, steps, rows, start) -> the pipeline's batches of random images."""
    turned = Augmentation(10.0, 0.9, 1.1, 0.05, 0.05, horizontal_flip=False, background=0)

    def make(model, steps, rows=4, start=0):
        shape = (4 * rows, *model.image_shape)
        images = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
        return pipeline.batches(
            images, rows, model.seed, turned, start_step=start, stop_step=start + steps
        )

    return make


@pytest.fixture(scope="session")
def naive_nt_xent():
    """A function (features, partners, temperature) -> NT-Xent per pair, by the published sum."""

    def cosine(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True)) / np.sqrt(
            np.sum(a * a) * np.sum(b * b)
        )

    def loss(features, partners, temperature):
        rows = np.concatenate([features, partners]).astype(np.float64)
        count = len(features)
        anchors = np.zeros(2 * count)
        for i in range(2 * count):
            positive = (i + count) % (2 * count)
            denominator = 0.0
            for k in range(2 * count):
                if k != i:
                    denominator += np.exp(cosine(rows[i], rows[k]) / temperature)
            numerator = np.exp(cosine(rows[i], rows[positive]) / temperature)
            anchors[i] = -np.log(numerator / denominator)
        return (anchors[:count] + anchors[count:]) / 2

    return loss
