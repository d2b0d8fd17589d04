"""Every method, and the two-stage network, by the commands: train, resume, evaluate, export."""

import csv
import json

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf import train
from elastic_infogan_tf.settings.methods import METHODS, published
from tests import trained_run
from tests.run_command import run_command
from tools import make_tables

HOW = ["--base_channels=2", "--strategy=one", "--nojit_compile", "--images_per_code=4"]
SEVEN = {
    "joint_vae",
    "uniform_infogan",
    "gumbel_softmax",
    "gumbel_softmax_pos_ntxent",
    "elastic_infogan",
    "ground_truth_infogan",
    "ground_truth_infogan_ntxent",
}
RESUMED = {"joint_vae", "elastic_infogan"}  # one of each kind of model whose epochs may grow
TRUE = np.array([0.148, 0.037, 0.032, 0.144, 0.136, 0.114, 0.056, 0.112, 0.144, 0.078])  # digits


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("short_evaluations")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a run of each method, named after it."""
    return tmp_path_factory.mktemp("methods")


def _train(folder, cache_dir, *flags, resumed=False):
    """Trains two epochs, the second one in a second go if asked, with an evaluation at the end."""
    argv = [*HOW, *flags, f"--model_dir={folder}", f"--cache_dir={cache_dir}"]
    if resumed:
        with trained_run.bare_trainings():  # the second go draws and exports
            code, _, err = run_command(train, *argv, "--epochs=1", "--noevaluate")
        assert code == 0, err
    code, out, err = run_command(train, *argv, "--epochs=2")
    assert code == 0, err
    assert ("resuming after step" in out) == resumed
    return json.loads((folder / "results.json").read_text())


def _endpoints(folder, codes, noise, shape):
    """Calls every endpoint of the SavedModel; returns the prior's probabilities."""
    model = tf.saved_model.load(str(folder / "export"))
    images = model.sample(tf.constant(3))["images"].numpy()
    assert images.shape == (3, *shape) and np.abs(images).max() <= 1
    drawn = model.generate(tf.zeros([2, noise]), tf.one_hot([0, 1], codes))["images"]
    assert drawn.shape == (2, *shape)
    probabilities = model.encode(images)["code"].numpy()
    assert probabilities.shape[0] == 3 and np.isfinite(probabilities).all()
    return model.prior()["probabilities"].numpy()


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_trains_resumes_evaluates_and_exports(runs, cache_dir, method):
    folder = runs / method
    flags = ("--dataset=digits", "--batch_size=400", f"--method={method}")
    results = _train(folder, cache_dir, *flags, resumed=method in RESUMED)
    assert results["step"] == 6 and results["run"]["config"]["model"]["method"] == method
    assert np.array(results["generated"]["contingency"]).sum() == 40
    noise = results["run"]["config"]["model"]["noise_dim"]
    prior = _endpoints(folder, 10, noise, (28, 28, 1))
    if METHODS[method].knows_proportions:
        np.testing.assert_allclose(prior, TRUE, atol=1e-3)
    elif method == "clustered_infogan":
        assert (folder / "figures" / "clusters_at_switch.png").exists()
        sizes = np.array(json.loads((folder / "clusters.json").read_text())["sizes"])
        np.testing.assert_allclose(prior, sizes / sizes.sum(), atol=0.03)  # of 3 steps since
    elif METHODS[method].prior == "learned":
        assert 0 < np.abs(prior - 0.1).max() < 0.01
    else:
        np.testing.assert_allclose(prior, 0.1, atol=1e-6)
    is_vae = method == "joint_vae"
    assert (folder / "figures" / "reconstructions.png").exists() == is_vae


def test_the_seven_rows_are_all_of_them_and_stand_in_the_tables(runs, tmp_path):
    assert set(published()) == SEVEN
    code, _, err = run_command(make_tables, *(runs / name for name in SEVEN), f"--out={tmp_path}")
    assert code == 0, err
    with (tmp_path / "tables.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "nmi" and row["mean"]]
    assert {row["method"] for row in rows} == SEVEN


def test_the_two_stage_network_is_judged_by_its_second_stage(tmp_path, cache_dir):
    images = np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(24) % 2)
    results = _train(
        tmp_path / "run",
        cache_dir,
        "--dataset=npz",
        "--method=elastic_infogan",
        f"--data_dir={tmp_path / 'mine.npz'}",
        "--num_classes=2",
        "--batch_size=4",
        "--second_stage_size=128",
        "--classifier=small_cnn",
    )
    assert results["step"] == 12
    assert results["run"]["config"]["data"]["image_shape"] == [128, 128, 3]
    noise = results["run"]["config"]["model"]["noise_dim"]
    _endpoints(tmp_path / "run", 2, noise, (128, 128, 3))
