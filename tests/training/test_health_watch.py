"""What is said of a generator while it trains, and how often."""

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.training.metrics_log import HealthWatch
from tests.evaluation.known_model import KnownModel, grey_images

LATE = 5000


class Fading(KnownModel):
    """The known generator, whose contrast can be turned down to one grey image."""

    step = LATE

    def __init__(self):
        super().__init__([0, 1, 2, 3], [0.25] * 4)
        self.contrast = tf.Variable(1.0)

    def generator(self, inputs, training):
        return self.contrast * super().generator(inputs, training)


@pytest.fixture
def watch(tmp_path):
    """A function (earlier states) -> a watch over a model that fades, and the model."""

    def make(earlier=()):
        model = Fading()
        writer = tf.summary.create_file_writer(str(tmp_path))
        return HealthWatch(model, grey_images(), writer, earlier), model

    return make


def _epochs(watch, model, contrasts):
    states = []
    for contrast in contrasts:
        model.contrast.assign(contrast)
        watch.measure()
        states.append(watch.state)
    return states


def test_the_known_generator_is_as_varied_as_its_data(watch):
    signs = watch()[0].measure()
    assert signs["pixel_spread"] == pytest.approx(1, abs=0.25)
    assert signs["information_share"] < 0.1 and signs["unused_codes"] == 0
    assert signs["mean_difference"] < 0.45


def test_signs_of_one_model_are_the_same_twice(watch):
    watch, _ = watch()
    assert watch.measure() == watch.measure()


def test_a_healthy_run_is_not_spoken_of(watch, capsys):
    states = _epochs(*watch(), [1, 1, 1, 1])
    assert states == [health.ALIVE] * 4
    assert capsys.readouterr().out == ""


def test_a_death_is_said_once_and_its_end_once(watch, capsys, tmp_path):
    states = _epochs(*watch(), [1, 0, 0, 0, 1, 1, 1])
    assert states == [health.ALIVE, *[health.DEAD] * 3, *[health.ALIVE] * 3]
    lines = capsys.readouterr().out.strip().split("\n")
    assert lines == [
        f"step {LATE}: {health.advice(state)}" for state in (health.DEAD, health.ALIVE)
    ]
    events = EventAccumulator(str(tmp_path), {"tensors": 0}).Reload()
    texts = [tf.make_ndarray(event.tensor_proto) for event in events.Tensors("health/state")]
    assert [str(np.ravel(text)[0], "utf-8") for text in texts] == lines


def test_one_bad_epoch_is_not_spoken_of(watch, capsys):
    _epochs(*watch(), [1, 0, 1, 0, 1, 1])
    assert capsys.readouterr().out == ""


def test_a_run_that_goes_on_says_nothing_twice(watch, capsys):
    dead = [health.DEAD] * 2
    _epochs(*watch(dead), [0, 0])
    assert capsys.readouterr().out == ""
    _epochs(*watch(dead), [1, 1])
    assert health.advice(health.ALIVE) in capsys.readouterr().out
    # What was begun before goes on.
    _epochs(*watch(dead[:1]), [0])
    assert health.advice(health.DEAD) in capsys.readouterr().out


def test_the_first_steps_are_not_spoken_of(watch, capsys):
    watch, model = watch()
    model.step = 10
    assert _epochs(watch, model, [0, 0, 0]) == [health.TOO_EARLY] * 3
    assert capsys.readouterr().out == ""


def test_a_vae_has_signs_and_no_state(tmp_path, capsys):
    model = Fading()
    model.contrast.assign(0)
    writer = tf.summary.create_file_writer(str(tmp_path))
    watch = HealthWatch(model, grey_images(), writer, is_judged=False)
    for _ in range(3):
        assert watch.measure()["pixel_spread"] == 0
    assert watch.state is None and capsys.readouterr().out == ""
