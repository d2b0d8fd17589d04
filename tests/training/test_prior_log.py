"""The prior over time, as TensorBoard reads it."""

import types

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf.training.tensorboard import PriorLog


def _log(folder, probabilities, step):
    """A log of a model with a prior at a step, and the model."""
    prior = types.SimpleNamespace(probabilities=tf.constant(probabilities))
    log = PriorLog(tf.summary.create_file_writer(str(folder)))
    log.set_model(types.SimpleNamespace(prior=prior, step=step))
    return log


def _read(folder, tag):
    events = EventAccumulator(str(folder), {"tensors": 0}).Reload().Tensors(tag)
    return {event.step: tf.make_ndarray(event.tensor_proto) for event in events}


def test_every_epoch_has_a_line_of_each_code_and_the_codes_as_a_histogram(tmp_path):
    log = _log(tmp_path, [0.25, 0.5, 0.25], 0)
    log.on_train_begin()
    log.model.prior.probabilities = tf.constant([0.125, 0.625, 0.25])
    log.model.step = 8
    log.on_epoch_end(0)
    assert {
        step: float(value) for step, value in _read(tmp_path, "prior/probability_01").items()
    } == {
        0: 0.5,
        8: 0.625,
    }
    codes = _read(tmp_path, "prior/codes")
    assert list(codes) == [0, 8]
    expected = [[-0.5, 0.5, 0.125], [0.5, 1.5, 0.625], [1.5, 2.5, 0.25]]
    np.testing.assert_allclose(codes[8], expected)
    spread = _read(tmp_path, "prior/probabilities")[8]
    assert spread[:, 2].sum() == 3 and (spread[0, 0], spread[-1, 1]) == (0.125, 0.625)


def test_a_resumed_run_does_not_say_its_prior_twice(tmp_path):
    log = _log(tmp_path, [0.5, 0.5], 8)
    log.on_train_begin()
    log.model.step = 16
    log.on_epoch_end(1)
    assert list(_read(tmp_path, "prior/codes")) == [16]


def test_of_many_codes_the_histograms_are_there(tmp_path):
    log = _log(tmp_path, np.full(60, 1 / 60, np.float32), 4)
    log.on_epoch_end(0)
    tags = EventAccumulator(str(tmp_path), {"tensors": 0}).Reload().Tags()["tensors"]
    assert sorted(tags) == ["prior/codes", "prior/probabilities"]
