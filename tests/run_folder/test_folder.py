"""A run folder holds one run and says what it was made with."""

import dataclasses
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import elastic_infogan_tf
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.names import name_in, run_name
from elastic_infogan_tf.run_folder.record import make_record, remembered_folder
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.data_sets import BUILTIN
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.utils.files import only_process


def _data(source="made up", pixel=0):
    images = np.full((6, 28, 28, 1), pixel, np.uint8)
    return LabelledImages(images, np.array([0, 0, 0, 0, 1, 1]), ("a", "b"), source)


@pytest.fixture
def config(make_config):
    return make_config("digits", epochs=3)


def _replace(config, **changes):
    schedule = dataclasses.replace(config.schedule, **changes)
    return dataclasses.replace(config, schedule=schedule)


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "runs" / "one")


def _open(folder, config, data=None, need_bytes=0, writes=True):
    data = data or _data()
    with folder.open(config, data, None, need_bytes=need_bytes, writes=writes) as known:
        return known


def test_a_flat_record_of_before_the_groups_is_gone_on_with(folder, make_config):
    """Version 0.1.0 wrote the settings of all models, and `stream`, side by side."""
    start = {"generator_learning_rate": 2e-4, "instance_noise": 0.0}  # the digits' of then
    config = make_config("digits", epochs=3, **start)
    _open(folder, config)
    record = json.loads(folder.record.read_text())
    old = json.loads((Path(__file__).parents[1] / "settings" / "config_0_1_0.json").read_text())
    flat = old["config"] | {"base_channels": 2, "batch_size": 4, "epochs": 2, "beta": 5.0}
    folder.record.write_text(json.dumps(record | {"config": flat}))
    assert _open(folder, config) is True
    assert folder.read_record()["config"] == config.to_json()


def test_a_new_folder_is_made_and_known_the_next_time(folder, config):
    assert _open(folder, config) is False
    assert os.listdir(folder.root) == ["config.json"]
    assert _open(folder, config) is True


def test_an_empty_folder_may_be_used(folder, config):
    folder.root.mkdir(parents=True)
    assert _open(folder, config) is False


def test_the_record_says_what_the_run_was_made_with(folder, config):
    data = _data()
    _open(folder, config, data)
    record = folder.read_record()
    assert record == make_record(config, data)
    assert Config.from_json(record["config"]) == config
    # Two classes of 4/6 and 2/6: two of a random pair are the same class with 16/36 + 4/36.
    assert record["data"] == {
        "source": "made up",
        "data_dir": None,
        "images": 6,
        "class_names": ["a", "b"],
        "class_counts": [4, 2],
        "expected_false_negatives": pytest.approx(20 / 36),
        "fingerprint": data.fingerprint,
    }
    assert record["versions"]["elastic_infogan_tf"] == elastic_infogan_tf.__version__
    assert {"python", "tensorflow", "keras", "numpy"} <= record["versions"].keys()
    assert re.search(r"\d+ cores", record["machine"])


def test_how_it_was_run_is_recorded_and_may_change(folder, config):
    for every in (10, 20):
        how = {"run": RunSettings(checkpoint_every=every), "evaluation": EvaluationSettings()}
        with folder.open(config, _data(), None, need_bytes=0, writes=True, how=how):
            recorded = folder.read_record()["how"]
        assert recorded["run"]["checkpoint_every"] == every
        assert recorded["evaluation"]["images_per_code"] == 1000


def test_data_without_labels_has_no_counts(config):
    data = dataclasses.replace(_data(), labels=None)
    record = make_record(config, data)["data"]
    assert (record["class_counts"], record["expected_false_negatives"]) == (None, None)


def test_a_check_refuses_what_opening_would_and_makes_nothing(folder, config):
    def check(config, need_bytes=0):
        folder.check(config, _data(), None, need_bytes=need_bytes)

    check(config)
    with pytest.raises(UsageError, match=r"\d+\.\d MB are needed, \d+\.\d MB are free"):
        check(config, 10**18)
    assert not folder.root.parent.exists()
    _open(folder, config)
    check(config)
    with pytest.raises(UsageError, match="seed was 0, is 7"):
        check(_replace(config, seed=7))
    with only_process(folder.lock, "it"), pytest.raises(UsageError, match="in use by another"):
        check(config)
    (folder.root.parent / "file").touch()
    with pytest.raises(UsageError, match="file is a file"):
        RunFolder(folder.root.parent / "file" / "run").check(config, _data(), None, need_bytes=0)


@pytest.mark.parametrize(
    ("dataset", "changes", "data_dir", "name"),
    [
        ("digits", {}, None, "digits"),
        ("cars", {"split": 3, "class_set": 2}, "data", "cars-set2-split3"),
        ("cars", {"method": "clustered_infogan"}, None, "cars-clustered_infogan"),
        ("cars", {"base_channels": 2}, None, "cars-base2"),
        ("youtube_faces", {"num_classes": 5, "seed": 3}, None, "youtube_faces-5-seed3"),
        ("image_folder", {"base_channels": 2}, "my/chairs/", "chairs-10"),
        ("image_folder", {"method": "elastic_infogan"}, "my/chairs/", "chairs-elastic_infogan-10"),
        ("image_folder", {"num_classes": 8}, "a [*]ü.d", "a_ü.d-8"),
        ("npz", {}, "x/mine.npz", "mine-10"),
        ("tfds:a/b", {}, "cache", "tfds-a-b-10"),
        ("image_folder", {}, "/", "image_folder-10"),
    ],
)
def test_a_runs_name_is_short_and_says_what_differs(dataset, changes, data_dir, name):
    assert run_name(resolve(dataset, **changes), data_dir and Path(data_dir)) == name


def test_a_run_of_an_earlier_versions_name_goes_on_in_its_folder(tmp_path):
    config, images = resolve("image_folder", num_classes=8, base_channels=8), Path("objects")
    assert name_in(tmp_path, config, images) == "objects-8"
    earlier = "image_folder-objects-clustered_infogan-k8-base8-seed0"
    (tmp_path / earlier).mkdir()
    assert name_in(tmp_path, config, images) == earlier


def test_a_folder_of_runs_is_refused_with_their_names(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").touch()
    with pytest.raises(UsageError, match=r"give one of the runs inside: .*a, .*b"):
        RunFolder(tmp_path).read_record()


def test_what_is_needed_and_what_is_free_are_never_the_same_number(folder, config, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=2_040_000))
    with pytest.raises(UsageError, match=r"2\.1 MB are needed, 2\.0 MB are free"):
        folder.check(config, _data(), None, need_bytes=2_041_000)


def test_another_configuration_is_refused_by_the_names_of_what_differs(folder, config):
    _open(folder, config)
    before = folder.record.read_bytes()
    other = _replace(config, learning_rate=0.5, seed=7)
    with pytest.raises(UsageError) as error:
        _open(folder, other)
    said = str(error.value)
    assert f"--model_dir={folder.root}" in said
    assert "learning_rate was 0.0002, is 0.5" in said
    assert "seed was 0, is 7" in said
    assert "batch_size" not in said
    assert folder.record.read_bytes() == before


def test_epochs_may_grow_but_not_shrink(folder, config):
    _open(folder, config)
    _open(folder, _replace(config, epochs=5))
    assert folder.read_record()["config"]["schedule"]["epochs"] == 5
    with pytest.raises(UsageError, match="epochs was 5, is 4"):
        _open(folder, _replace(config, epochs=4))
    assert folder.read_record()["config"]["schedule"]["epochs"] == 5


def test_other_pixels_or_another_source_are_another_run(folder, config):
    _open(folder, config)
    with pytest.raises(UsageError, match="data fingerprint was"):
        _open(folder, config, _data(pixel=1))
    with pytest.raises(UsageError, match="source was made up, is original"):
        _open(folder, config, _data(source="original"))


def test_own_images_may_be_renamed_but_not_changed(folder, make_config):
    config = make_config("image_folder", epochs=3)
    _open(folder, config, _data("image folder holidays"))
    assert _open(folder, config, _data("image folder summer")) is True
    assert folder.read_record()["data"]["source"] == "image folder summer"
    with pytest.raises(UsageError, match="data fingerprint was"):
        _open(folder, config, _data("image folder summer", pixel=1))


def test_built_in_images_are_in_no_folder(folder, config):
    """Earlier versions took them, in silence, where a folder without cars was given."""
    for source, found in ((BUILTIN, None), ("original", folder.root)):
        record = {"data": {"source": source, "data_dir": str(folder.root)}}
        assert remembered_folder(record) == found


def test_how_the_source_was_asked_for_does_not_count(folder, make_config):
    _open(folder, make_config("cars", source="auto"))
    assert _open(folder, make_config("cars", source="builtin")) is True


def test_a_folder_with_other_files_is_refused_and_left_alone(folder, config):
    folder.root.mkdir(parents=True)
    (folder.root / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files and no config\.json"):
        _open(folder, config)
    assert os.listdir(folder.root) == ["thesis.tex"]


def test_a_record_that_is_being_written_is_no_other_file(folder, config):
    folder.root.mkdir(parents=True)
    (folder.root / ".config.json.123").write_text("{ half a")
    assert _open(folder, config, writes=False) is False
    assert _open(folder, config) is False


def test_a_place_that_cannot_be_written_is_refused(tmp_path, config):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*run: .*--model_dir"):
        _open(RunFolder(tmp_path / "file" / "run"), config)


def test_too_little_room_is_refused_with_both_numbers(folder, config):
    message = r"1000000000000\.0 MB are needed, \d+\.\d MB are free"
    with pytest.raises(UsageError, match=message):
        _open(folder, config, need_bytes=10**18)
    assert os.listdir(folder.root) == []


def test_a_process_that_does_not_write_makes_nothing(folder, config):
    assert _open(folder, config, need_bytes=10**18, writes=False) is False
    assert not folder.root.parent.exists()


def test_a_process_that_does_not_write_checks_the_run_all_the_same(folder, config):
    _open(folder, config)
    assert _open(folder, _replace(config, epochs=9), writes=False) is True
    assert folder.read_record()["config"]["schedule"]["epochs"] == 3
    with pytest.raises(UsageError, match="seed was 0, is 1"):
        _open(folder, _replace(config, seed=1), writes=False)


def test_reading_what_is_not_a_run_folder_is_refused(folder):
    with pytest.raises(UsageError, match=r"is not a run folder: there is no config\.json"):
        folder.read_record()


def test_a_record_that_cannot_be_is_refused_by_file_and_field(folder, config):
    _open(folder, config)
    record = json.loads(folder.record.read_text())
    record["config"]["schedule"]["epochs"] = None
    folder.record.write_text(json.dumps(record))
    with pytest.raises(UsageError, match=r"config\.json .* neither --epochs nor --steps"):
        folder.read_record()
    record["config"]["schedule"]["epochs"], record["config"]["model"]["dtype"] = 1, "auto"
    folder.record.write_text(json.dumps(record))
    with pytest.raises(UsageError, match=r"--dtype must be one of float32, bfloat16\. Rec"):
        folder.read_record()
    record["data"]["images"] = "six"
    folder.record.write_text(json.dumps(record))
    with pytest.raises(UsageError, match=r"its data\.images must be .*integer. Received: six; put"):
        folder.read_record()
    folder.record.write_text("{ half a")
    with pytest.raises(UsageError, match=r"config\.json is corrupted: it is no JSON"):
        folder.read_record()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch,step\n1,5\n2,x\n", r"line 3 must have a whole number as step. Received: x"),
        ("epoch,step\n1,5\n2\n", "line 3 must have 2 cells. Received: 1"),
        ("epoch,step\n2,10\n1,5\n", "line 3 must have a step from 10 up. Received: 5"),
        ("epoch,step,loss\n1,5,?\n", "line 2 must have a number as loss"),
        ("epoch,step,state\n1,5,fine\n", "line 2 must have one of .* as state"),
        ("", "its first line must name columns"),
        ('epoch,step\n1,"5\n', "it is no CSV"),
    ],
)
def test_corrupted_metrics_are_refused_by_line_and_column(folder, text, said):
    folder.root.mkdir(parents=True)
    folder.metrics.write_text(text)
    with pytest.raises(
        UsageError, match=rf"metrics\.csv is corrupted: {said}.*; put back the file"
    ):
        folder.require_readable()


def test_a_record_of_another_version_is_refused(folder, config):
    _open(folder, config)
    record = json.loads(folder.record.read_text())
    del record["config"]["schedule"]["epochs"]
    record["config"]["model"]["colour"] = "red"
    with pytest.raises(UsageError, match=r"missing \['epochs'\], unknown \['colour'\]"):
        Config.from_json(record["config"])


def test_states_are_those_of_the_epochs_up_to_a_step(folder):
    folder.root.mkdir(parents=True)
    assert folder.states_until(9) == []
    # The first row is of a version that did not say.
    folder.metrics.write_text("epoch,step,state\n1,3,\n2,6,alive\n3,9,dead\n4,12,alive\n")
    assert folder.states_until(9) == ["alive", "dead"]
    assert folder.states_until(3) == []


def test_a_run_that_lost_its_checkpoints_is_not_begun_anew(folder):
    folder.root.mkdir(exist_ok=True, parents=True)
    folder.metrics.write_text("epoch,step\n1,5\n2,10\n")
    folder.refuse_to_start_over(checkpoint_every=3)  # the first was not due yet
    folder.refuse_to_start_over(checkpoint_every=2)  # or was being written: a row comes before it
    with pytest.raises(UsageError, match=r"metrics of 2 epochs and no checkpoint in checkpoints/"):
        folder.refuse_to_start_over(checkpoint_every=1)


@pytest.mark.parametrize("name", ["a[1]", "a*", "b?", "c\\d"])
def test_a_name_that_is_a_pattern_to_tensorflow_is_refused(tmp_path, config, name):
    folder = RunFolder(tmp_path / name)
    for use in (lambda: _open(folder, config), folder.read_record):
        with pytest.raises(UsageError, match="in its path, which TensorFlow reads as a pattern"):
            use()
    assert not folder.root.exists()
