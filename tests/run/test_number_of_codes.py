"""A run that chooses its number of codes by its images, and is one of that number from then on."""

import csv
import json

import numpy as np
import pytest

from elastic_infogan_tf import train
from elastic_infogan_tf.run import number_of_codes
from tests.run_command import assert_refused, run_command

KINDS, EACH = 4, 15


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four kinds of images: each a bright square at a place of its own, and noise."""
    pixels = np.random.default_rng(0).integers(0, 40, (KINDS * EACH, 64, 64, 3))
    for number in range(len(pixels)):
        row, column = divmod(number % KINDS, 2)
        pixels[number, 32 * row : 32 * row + 32, 32 * column : 32 * column + 32] = 250
    path = tmp_path_factory.mktemp("images") / "mine.npz"
    np.savez(path, images=pixels.astype(np.uint8))
    return path


def _train(images, folder, number, *more):
    flags = [
        "--dataset=npz",
        f"--data_dir={images}",
        "--method=clustered_infogan",
        f"--num_classes={number}",
        f"--model_dir={folder}",
        "--augment=none",
        "--base_channels=2",
        "--batch_size=15",  # 4 steps an epoch
        "--epochs=2",
        "--strategy=one",
        "--nojit_compile",
        "--noevaluate",
    ]
    return run_command(train, *flags, *more)


@pytest.fixture(scope="module")
def run(images, tmp_path_factory):
    """A folder of a finished run, and what the run printed."""
    folder = tmp_path_factory.mktemp("runs") / "auto"
    code, out, err = _train(images, folder, "auto")
    assert code == 0, err
    return folder, out, err


def test_the_number_of_kinds_is_found_before_the_training(run):
    folder, out, err = run
    found = json.loads((folder / "number_of_codes.json").read_text())
    assert found["curve"]["numbers"] == [2, 3, 4, 5, 6] and found["curve"]["recommended"] == KINDS
    assert found["data"]["images"] == KINDS * EACH
    assert "number of codes: 4, chosen of 2 to 6" in out and "features, epoch" in err
    assert (folder / "figures" / "number_of_codes.png").exists()


def test_the_run_is_one_of_that_number(run, images, tmp_path):
    folder, _, _ = run
    config = json.loads((folder / "config.json").read_text())["config"]
    assert config["data"]["num_classes"] == KINDS
    code, out, err = _train(images, tmp_path / "told", KINDS)
    assert code == 0, err
    assert json.loads((tmp_path / "told" / "config.json").read_text())["config"] == config
    mine, others = (_computed(one) for one in (folder, tmp_path / "told"))
    assert len(mine) == 3 and mine == others
    assert "recommended number of codes: 4, of up to 8" in out


def _computed(folder):
    """Returns a run's clusters, and the losses of its epochs without how long they took."""
    with (folder / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["images_per_second"]
    return [json.loads((folder / "clusters.json").read_text()), *rows]


def test_the_same_command_goes_on_without_choosing_again(run, images, tmp_path, monkeypatch):
    folder, _, _ = run
    monkeypatch.setattr(number_of_codes, "build_encoder", None)
    code, out, err = _train(images, folder, "auto")
    assert code == 0, err
    assert "number of codes: 4, which this run was begun with" in out
    assert "finished already" in out


def test_what_was_chosen_is_read_where_images_and_settings_are_the_same(
    run, images, tmp_path, monkeypatch
):
    """As where the training was broken off before it had begun."""

    class LearnedError(Exception):
        pass

    def learn(*arguments, **keywords):
        raise LearnedError

    monkeypatch.setattr(number_of_codes, "build_encoder", learn)
    chosen = (run[0] / "number_of_codes.json").read_text()
    (tmp_path / "figures").mkdir()
    (tmp_path / "number_of_codes.json").write_text(chosen)
    code, out, err = _train(images, tmp_path, "auto")
    assert code == 0, err
    assert "number_of_codes.json has it" in out

    for number, content in enumerate(["{}", "no JSON", chosen]):
        other = tmp_path / f"other{number}"
        other.mkdir()
        (other / "number_of_codes.json").write_text(content)
        with pytest.raises(LearnedError):
            _train(images, other, "auto", "--seed=1")


def test_a_dry_run_says_that_the_number_is_chosen(images, tmp_path):
    code, out, _ = _train(images, tmp_path, "auto", "--dry_run")
    assert code == 0
    assert "number of codes: chosen by these images before the training" in out


def test_a_folder_with_other_files_is_refused_before_anything_is_learned(images, tmp_path):
    (tmp_path / "letter.txt").touch()
    assert_refused(_train(images, tmp_path, "auto"), "holds other files and no config.json")
