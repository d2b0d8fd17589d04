"""A training that must end early ends in order: nothing good is lost, and it says what to do."""

import csv
import os
import re
import shutil
import signal
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf import train
from elastic_infogan_tf.errors import DivergenceError, UsageError
from elastic_infogan_tf.training.checkpoints import CheckpointCallback, Checkpoints
from elastic_infogan_tf.training.guards import (
    DivergenceGuard,
    FolderGuard,
    GoesOnWithout,
    StopOnSignal,
)
from elastic_infogan_tf.training.metrics_log import MetricsLog

EPOCHS = 4


@pytest.fixture
def fit(random_batches):
    """A function (model, steps, callbacks, epochs) that trains on from where the model stands."""

    def train(model, steps, callbacks, epochs=1):
        model.fit(
            random_batches(model, steps * epochs, start=model.step),
            epochs=epochs,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )

    return train


def _files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_loss_that_is_nan_stops_and_the_last_good_checkpoint_stays(tmp_path, small_model, fit):
    model = small_model()
    checkpoints = Checkpoints(tmp_path, model)
    callbacks = [DivergenceGuard(checkpoints), CheckpointCallback(checkpoints, every=1)]
    fit(model, 2, callbacks)
    before = _files(tmp_path)
    assert "ckpt-2.index" in before
    # Only phase 2 meets the prior; the other terms of step 3 come before it and are finite.
    model.prior.logits.assign(np.full(10, np.nan, np.float32))
    with pytest.raises(DivergenceError) as error:
        fit(model, 2, callbacks)
    message = str(error.value)
    assert re.match(r"\w+ is nan at step 3; training stopped\.", message)
    assert f"The last good checkpoint is {tmp_path / 'ckpt-2'}." in message
    assert _files(tmp_path) == before


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_the_term_that_is_not_finite_is_named(tmp_path, small_model, value):
    model = small_model()
    guard = DivergenceGuard(Checkpoints(tmp_path, model))
    guard.set_model(model)
    guard.on_train_batch_end(0, {"generator_loss": 1.0, "information_loss": 2.0})
    message = rf"information_loss is {value} at step 0; .* checkpoint is none yet"
    with pytest.raises(DivergenceError, match=message):
        guard.on_train_batch_end(0, {"generator_loss": 1.0, "information_loss": value})


@pytest.mark.usefixtures("bare_trainings")
def test_an_absurd_learning_rate_ends_the_command_with_code_1(tmp_path, capsys):
    code = train.main([*_flags(tmp_path / "run", batch_size=400), "--learning_rate=1e20"])
    message = capsys.readouterr().err.splitlines()[-1]
    assert code == 1
    assert re.match(r"error: \w+ is (nan|-?inf) at step \d+; training stopped\.", message)
    assert "a smaller --learning_rate." in message
    assert not (tmp_path / "run" / "checkpoints").exists()
    assert not (tmp_path / "run" / "export").exists()


@pytest.fixture(autouse=True)
def with_a_terminal():
    """SIGHUP as where nothing ignores it; the tests themselves may be run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_the_signals_are_handed_back(tmp_path, small_model):
    model = small_model()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in signals]
    with StopOnSignal(Checkpoints(tmp_path, model)):
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert [signal.getsignal(number) for number in signals] == before


def test_under_nohup_a_terminal_that_is_gone_stops_nothing():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopOnSignal(None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_waits_for_the_step_and_a_second_one_does_not(tmp_path, small_model, number):
    model = small_model()
    with StopOnSignal(Checkpoints(tmp_path, model)) as stop:
        stop.set_model(model)
        stop.set_params({"steps": 3})
        stop.on_train_batch_end(0)
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt, match="stopped after step 0, which is saved"):
            stop.on_train_batch_end(1)
        with pytest.raises(KeyboardInterrupt, match="at once"):
            os.kill(os.getpid(), number)
            time.sleep(10)  # ended by the signal
    assert (tmp_path / "ckpt-0.index").exists()


def test_a_worker_that_does_not_write_does_not_say_it_saved(tmp_path, small_model):
    model = small_model()
    with StopOnSignal(Checkpoints(tmp_path, model, writes=False)) as stop:
        stop.set_model(model)
        os.kill(os.getpid(), signal.SIGTERM)
        message = "^stopped after step 0; the first worker has the checkpoints$"
        with pytest.raises(KeyboardInterrupt, match=message):
            stop.on_epoch_end(0)
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_keeps_nothing_says_so(small_model):
    with StopOnSignal(None) as stop:
        stop.set_model(small_model())
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt, match="stopped after step 0; nothing of it is kept"):
            stop.stop_if_requested("votes")


class _SignalAfter(keras.callbacks.Callback):
    """Sends SIGINT once a step has ended."""

    def __init__(self, step):
        super().__init__()
        self._step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self._step:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("step", "rows"), [(2, ["1"]), (3, ["1"]), (4, ["1", "2"])])
def test_a_signal_in_the_last_step_of_an_epoch_does_not_cost_its_row(
    tmp_path, small_model, fit, step, rows
):
    model = small_model()
    writer = tf.summary.create_file_writer(str(tmp_path))
    log = MetricsLog(tmp_path / "metrics.csv", writer, 4, "made up", 0)
    message = f"stopped after step {step}, which is saved"
    with (
        StopOnSignal(Checkpoints(tmp_path, model)) as stop,
        pytest.raises(KeyboardInterrupt, match=message),
    ):
        fit(model, 2, [_SignalAfter(step), log, stop], epochs=3)
    assert (tmp_path / f"ckpt-{step}.index").exists()
    with (tmp_path / "metrics.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == rows


def _flags(model_dir, batch_size=50):
    return [
        "--dataset=digits",
        "--base_channels=2",
        f"--batch_size={batch_size}",
        f"--epochs={EPOCHS}",
        "--strategy=one",
        "--nojit_compile",
        f"--checkpoint_every={EPOCHS}",
        f"--model_dir={model_dir}",
        "--noevaluate",
    ]


def test_a_run_folder_that_is_gone_ends_the_training_at_the_next_step(tmp_path, small_model):
    record = tmp_path / "run" / "config.json"
    record.parent.mkdir()
    record.write_text("{}")
    guard = FolderGuard(record)
    guard.set_model(small_model())
    guard.on_train_batch_end(0)
    shutil.rmtree(record.parent)
    message = (
        rf"{record} was there and is gone after step 0: .*put it back and run the same command"
    )
    with pytest.raises(UsageError, match=message):
        guard.on_train_batch_end(1)


def test_what_cannot_be_drawn_costs_one_warning(tmp_path, small_model, fit, capsys):
    model = small_model()
    writer = tf.summary.create_file_writer(str(tmp_path / "board"))
    path = tmp_path / "taken" / "metrics.csv"
    path.parent.write_text("a file where the folder of the log should be")
    log = GoesOnWithout(MetricsLog(path, writer, 4, "made up", 0), "rows of metrics.csv")
    fit(model, 2, [log], epochs=3)
    assert model.step == 6
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(
        f"warning: rows of metrics.csv are left out, all else goes on: {path}"[:60]
    )
    path.parent.unlink()
    fit(model, 2, [log])
    with path.open(newline="") as file:  # and when there is room again, it is all there
        assert [row["step"] for row in csv.DictReader(file)] == ["2", "4", "6", "8"]


def test_what_breaks_otherwise_is_not_swallowed(tmp_path):
    class Broken(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise UsageError("an image that cannot be read")

    with pytest.raises(UsageError, match="cannot be read"):
        GoesOnWithout(Broken(), "images").on_epoch_end(0)
