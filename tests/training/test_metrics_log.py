"""Every epoch's means, by hand, in the CSV and in TensorBoard."""

import csv
import types

import pytest
import tensorflow as tf

from elastic_infogan_tf.training import metrics_log
from elastic_infogan_tf.training.metrics_log import MetricsLog

BATCH = 4


@pytest.fixture
def clock(monkeypatch):
    """The log's clock; tests set `now`."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(metrics_log.time, "perf_counter", lambda: clock.now)
    return clock


@pytest.fixture
def writer(tmp_path):
    return tf.summary.create_file_writer(str(tmp_path / "tensorboard"))


def _make(path, writer, first_step=0):
    log = MetricsLog(path, writer, BATCH, "made up", first_step)
    log.set_model(types.SimpleNamespace(step=first_step))
    return log


def _epoch(log, epoch, losses, clock, seconds=2.0, **more):
    log.on_epoch_begin(epoch)
    for batch, loss in enumerate(losses):
        log.model.step += 1
        log.on_train_batch_end(batch, {"loss": loss, **more})
    clock.now += seconds
    log.on_epoch_end(epoch, {"loss": losses[-1]})


def _rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_holds_the_means_of_its_epoch(tmp_path, writer, clock):
    path = tmp_path / "run" / "metrics.csv"
    log = _make(path, writer)
    _epoch(log, 0, [1.0, 2.0, 6.0], clock, accuracy=0.5)
    _epoch(log, 1, [0.25, 0.5, 0.75], clock, seconds=0.5, accuracy=1.0)
    first, second = _rows(path)
    assert first == {
        "epoch": "1",
        "step": "3",
        "steps": "3",
        "source": "made up",
        "accuracy": "0.5",
        "loss": "3",
        "images_per_second": "6",  # 3 steps of 4 images in 2 s
    }
    assert (second["epoch"], second["step"], second["loss"]) == ("2", "6", "0.5")
    assert second["images_per_second"] == "24"


def test_an_entropy_keeps_the_digits_in_which_it_moves(tmp_path, writer, clock):
    log = _make(tmp_path / "metrics.csv", writer)
    _epoch(log, 0, [1.0], clock, prior_entropy=2.3025851)
    _epoch(log, 1, [1.0], clock, prior_entropy=2.3025846)
    entropies = [row["prior_entropy"] for row in _rows(tmp_path / "metrics.csv")]
    assert entropies == ["2.3025851", "2.3025846"]


def test_an_interrupted_epoch_says_over_how_many_steps_it_averages(tmp_path, writer, clock):
    path = tmp_path / "metrics.csv"
    log = _make(path, writer, first_step=1)
    _epoch(log, 0, [1.0, 3.0], clock)
    (row,) = _rows(path)
    assert (row["epoch"], row["step"], row["steps"], row["loss"]) == ("1", "3", "2", "2")
    assert row["images_per_second"] == "4"


def test_a_resumed_run_goes_on_in_the_file_and_drops_what_came_after(tmp_path, writer, clock):
    path = tmp_path / "metrics.csv"
    log = _make(path, writer)
    for epoch in range(3):
        _epoch(log, epoch, [1.0, 1.0, 1.0], clock)
    resumed = _make(path, writer, first_step=6)
    assert [row["step"] for row in _rows(path)] == ["3", "6", "9"]
    _epoch(resumed, 2, [7.0, 7.0, 7.0], clock)
    rows = [(row["epoch"], row["step"], row["loss"]) for row in _rows(path)]
    assert rows == [("1", "3", "1"), ("2", "6", "1"), ("3", "9", "7")]


def test_a_column_that_is_new_is_empty_in_the_old_rows(tmp_path, writer, clock):
    path = tmp_path / "metrics.csv"
    _epoch(_make(path, writer), 0, [1.0], clock)
    _epoch(_make(path, writer, first_step=1), 1, [1.0], clock, accuracy=0.5)
    assert [row["accuracy"] for row in _rows(path)] == ["", "0.5"]


def test_tensorboard_gets_the_same_numbers_at_the_step(tmp_path, writer, clock):
    _epoch(_make(tmp_path / "metrics.csv", writer), 0, [1.0, 2.0, 6.0], clock)
    logged = {}
    for events in (tmp_path / "tensorboard").iterdir():
        for record in tf.data.TFRecordDataset(str(events)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                logged[value.tag] = (event.step, float(tf.make_ndarray(value.tensor)))
    assert logged == {"losses/loss": (3, 3.0), "speed/images_per_second": (3, 6.0)}


def test_scores_stand_in_the_rows_of_their_epochs(tmp_path, writer, clock):
    measured = []

    def scores():
        measured.append(log.model.step)
        return {"nmi": log.model.step / 100}

    path = tmp_path / "metrics.csv"
    log = MetricsLog(path, writer, BATCH, "made up", 0, scores, scores_every=2)
    log.set_model(types.SimpleNamespace(step=0))
    for epoch in range(5):
        _epoch(log, epoch, [1.0, 2.0], clock)
    assert measured == [4, 8]
    assert [row["nmi"] for row in _rows(path)] == ["", "0.04", "", "0.08", ""]
    # A run that goes on without scores keeps those it has.
    log = MetricsLog(path, writer, BATCH, "made up", 10)
    log.set_model(types.SimpleNamespace(step=10))
    _epoch(log, 5, [1.0], clock)
    assert [row["nmi"] for row in _rows(path)] == ["", "0.04", "", "0.08", "", ""]


def test_signs_of_life_and_state_stand_in_every_row(tmp_path, writer, clock):
    watch = types.SimpleNamespace(measure=lambda: {"pixel_spread": 0.25}, state="dead")
    log = MetricsLog(tmp_path / "metrics.csv", writer, BATCH, "made up", 0, watch=watch)
    log.set_model(types.SimpleNamespace(step=0))
    for epoch in range(2):
        _epoch(log, epoch, [1.0], clock)
    rows = _rows(tmp_path / "metrics.csv")
    assert [(row["pixel_spread"], row["state"]) for row in rows] == [("0.25", "dead")] * 2
