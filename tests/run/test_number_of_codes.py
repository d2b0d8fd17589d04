"""A run that chooses its number of codes by its images, and is one of that number from then on."""

import csv
import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf import train
from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.run import number_of_codes
from elastic_infogan_tf.run import train as run_train
from elastic_infogan_tf.run.number_of_codes import with_number_of_codes
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.data import AUTO, DataFiles
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from tests.run_command import assert_refused, run_command

KINDS, EACH = 4, 20
FLAGS = [
    "--dataset=own",
    "--method=clustered_infogan",
    "--augment=none",
    "--base_channels=2",
    "--batch_size=20",  # 4 steps an epoch
    "--epochs=2",
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",
]


@pytest.fixture(scope="module", autouse=True)
def own():
    """A data set of 28x28 images of one's own, whose networks are soon built; no exports."""
    row = dataclasses.replace(DATA_SETS["digits"], loader="npz", gives_classes=False, splits=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATA_SETS, "own", row)
        patch.setattr(run_train, "write_export", lambda folder, model: None)
        yield


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four kinds of images: each a bright square at a place of its own, and noise."""
    pixels = np.random.default_rng(0).integers(0, 40, (KINDS * EACH, 28, 28, 1))
    for number in range(len(pixels)):
        row, column = divmod(number % KINDS, 2)
        pixels[number, 14 * row : 14 * row + 14, 14 * column : 14 * column + 14] = 250
    path = tmp_path_factory.mktemp("images") / "mine.npz"
    np.savez(path, images=pixels.astype(np.uint8))
    return path


def _train(images, folder, number, *more):
    where = [f"--data_dir={images}", f"--model_dir={folder}", f"--num_classes={number}"]
    return run_command(train, *FLAGS, *where, *more)


@pytest.fixture(scope="module")
def run(images, tmp_path_factory):
    """A folder of a finished run, and what the run printed."""
    folder = tmp_path_factory.mktemp("runs") / "auto"
    code, out, err = _train(images, folder, "auto")
    assert code == 0, err
    return folder, out, err


@pytest.mark.slow
def test_the_number_of_kinds_is_found_before_the_training(run):
    folder, out, err = run
    found = json.loads((folder / "number_of_codes.json").read_text())
    assert found["curve"]["numbers"] == list(range(2, 9)) and found["curve"]["recommended"] == KINDS
    assert found["data"]["images"] == KINDS * EACH
    assert f"number of codes: {KINDS}, chosen of 2 to 8" in out and "features, epoch" in err
    assert (folder / "figures" / "number_of_codes.png").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("bare_trainings")
def test_the_run_is_bit_by_bit_the_one_of_that_number(run, images, tmp_path):
    folder, _, _ = run
    config = json.loads((folder / "config.json").read_text())["config"]
    assert config["data"]["num_classes"] == KINDS
    code, _, err = _train(images, tmp_path / "told", KINDS)
    assert code == 0, err
    assert json.loads((tmp_path / "told" / "config.json").read_text())["config"] == config
    mine, others = (_computed(one) for one in (folder, tmp_path / "told"))
    assert len(mine) == 3 and mine == others


def _computed(folder):
    """Returns a run's clusters, and the losses of its epochs without how long they took."""
    with (folder / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["images_per_second"]
    return [json.loads((folder / "clusters.json").read_text()), *rows]


@pytest.mark.slow
def test_the_curve_up_to_twice_the_codes_comes_with_the_clusters(run):
    folder, out, _ = run
    curve = json.loads((folder / "clusters.json").read_text())["curve"]
    assert curve["numbers"] == list(range(2, 2 * KINDS + 1))
    assert "recommended" not in out  # nobody asked for another number
    assert (folder / "figures" / "cluster_count.png").exists()


@pytest.mark.slow
def test_clusters_are_in_tensorboard_by_the_runs_one_writer(run):
    folder, out, _ = run
    assert len(list((folder / "tensorboard").glob("events*.v2"))) == 1
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    for name in ("clusters_at_switch", "cluster_count"):
        (event,) = events.Tensors(f"figures/{name}")
        assert event.step == 4
        _, _, png = tf.make_ndarray(event.tensor_proto)
        pixels = tf.io.read_file(str(folder / "figures" / f"{name}.png"))
        expected = tf.io.decode_png(pixels, channels=3)
        np.testing.assert_array_equal(tf.io.decode_png(png, channels=3), expected)
    (sizes,) = events.Tensors("clusters/sizes")
    assert sizes.step == 4
    assert f"look at {folder / 'figures' / 'clusters_at_switch.png'}" in out


@pytest.mark.slow
def test_the_same_command_goes_on_without_choosing_again(run, images, monkeypatch):
    monkeypatch.setattr(number_of_codes, "build_encoder", None)
    code, out, err = _train(images, run[0], "auto")
    assert code == 0, err
    assert f"number of codes: {KINDS}, which this run was begun with" in out
    assert "finished already" in out


class LearnedError(Exception):
    """What a test ends the choosing with."""


@pytest.fixture
def choose(images, monkeypatch):
    """A function (folder, **settings) -> the number of codes; it is read, or `LearnedError`."""

    def learn(*arguments, **keywords):
        raise LearnedError

    def choose_for(folder, **changes):
        settings = {"method": "clustered_infogan", "num_classes": AUTO, "base_channels": 2}
        settings |= {"augment": ["none"], "batch_size": 20, "epochs": 2} | changes
        config = resolve("own", **settings)
        data = catalogue.load(config, DataFiles(images))
        strategy = tf.distribute.get_strategy()
        found = with_number_of_codes(config, data, RunFolder(folder), strategy, False)
        return found.data.num_classes

    monkeypatch.setattr(number_of_codes, "build_encoder", learn)
    return choose_for


@pytest.mark.slow
def test_what_was_chosen_is_read_where_the_training_had_not_begun(run, tmp_path, choose):
    chosen = (run[0] / "number_of_codes.json").read_text()
    (tmp_path / "figures").mkdir()
    (tmp_path / "number_of_codes.json").write_text(chosen)
    assert choose(tmp_path) == KINDS
    with pytest.raises(LearnedError):
        choose(tmp_path, seed=1)
    other = json.loads(chosen)
    other["data"]["fingerprint"] = "of other images"
    for content in (json.dumps(other), "{}", "no JSON"):
        (tmp_path / "number_of_codes.json").write_text(content)
        with pytest.raises(LearnedError):
            choose(tmp_path)


@pytest.mark.slow
def test_a_dry_run_says_that_the_number_is_chosen(images, tmp_path):
    code, out, _ = _train(images, tmp_path, "auto", "--dry_run", "--nojit_compile")
    assert code == 0
    assert "number of codes: chosen by these images before the training" in out


def test_more_codes_than_half_of_the_images_are_refused(images, tmp_path):
    refused = _train(images, tmp_path, KINDS * EACH // 2 + 1)
    assert_refused(refused, "--num_classes=41 is more than half of the 80 images; give 40 or fewer")
    assert not any(tmp_path.iterdir())


def test_a_number_of_codes_that_was_not_given_is_said(images):
    asked = [*FLAGS, f"--data_dir={images}", "--strategy=multi_worker"]
    line = "--num_classes was not given: 10 codes\n"
    for more, said in ([], line), (["--num_classes=auto"], ""), (["--num_classes=3"], ""):
        code, out, _ = run_command(train, *asked, *more)
        assert (code, out) == (2, said)


def test_a_folder_with_other_files_is_refused_before_anything_is_learned(images, tmp_path):
    (tmp_path / "letter.txt").touch()
    assert_refused(_train(images, tmp_path, "auto"), "holds other files and no config.json")
