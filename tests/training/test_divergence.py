"""Losses that leave all bounds are told of, each with what helps against it."""

import math

import pytest

from elastic_infogan_tf.errors import DivergenceError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.training.checkpoints import Checkpoints
from elastic_infogan_tf.training.guards import DivergenceGuard


@pytest.fixture
def guard(tmp_path, make_config):
    model = build_model(make_config("digits"), None)
    guard = DivergenceGuard(Checkpoints(tmp_path, model))
    guard.set_model(model)
    return guard


@pytest.mark.parametrize(
    ("term", "flag"),
    [
        ("contrastive_loss", "--contrastive_temperature"),
        ("generator_loss", "--generator_learning_rate"),
        ("discriminator_loss", "--instance_noise"),
        ("information_loss", "--info_weight"),
        ("continuous_kl", "--beta"),
        ("discrete_kl", "--beta"),
        ("reconstruction_loss", "--learning_rate"),
        ("cluster_loss", "--learning_rate"),
    ],
)
def test_the_advice_fits_the_term_that_broke(guard, term, flag):
    # The sum breaks with its term, and comes before it by the alphabet.
    with pytest.raises(DivergenceError, match=rf"^{term} is nan at step 0.* Try .*{flag}"):
        guard.on_train_batch_end(0, {"loss": math.nan, term: math.nan})


def test_a_loss_far_beyond_its_first_value_is_warned_of_once(guard, capsys):
    guard.on_train_batch_end(0, {"generator_loss": 0.7, "reconstruction_loss": -8000.0})
    guard.on_train_batch_end(1, {"generator_loss": 999.0, "reconstruction_loss": 7.9e6})
    assert capsys.readouterr().out == ""
    guard.on_train_batch_end(2, {"generator_loss": -1001.0, "reconstruction_loss": 1.0})
    guard.on_train_batch_end(3, {"generator_loss": 1e6, "reconstruction_loss": 9e6})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("warning: generator_loss is -1e+03 at step 0, far beyond")
    assert "--generator_learning_rate" in line
