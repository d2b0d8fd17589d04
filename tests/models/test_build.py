"""From a configuration to its model: the row's module is loaded and gets what it asks for."""

import dataclasses
import sys
import types

import keras
import numpy as np
import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.joint_vae import JointVAE
from elastic_infogan_tf.settings import config as configuration
from elastic_infogan_tf.settings.methods import METHODS


@pytest.fixture
def own_method(monkeypatch, make_config):
    """A function (door) -> the configuration of a method whose module has that `build`."""

    def register(door):
        module = types.ModuleType("somebodys.method")
        module.build = door
        monkeypatch.setitem(sys.modules, "somebodys", types.ModuleType("somebodys"))
        monkeypatch.setitem(sys.modules, "somebodys.method", module)
        row = dataclasses.replace(
            configuration.METHODS["uniform_infogan"], model="somebodys.method"
        )
        monkeypatch.setitem(configuration.METHODS, "own", row)
        return make_config("digits", method="own", seed=5)

    return register


def test_a_module_elsewhere_gets_what_its_door_asks_for(own_method):
    def build(*, image_shape, num_classes, seed, prior, contrastive, proportions, ours=7, **rest):
        return dict(locals())

    found = build_model(own_method(build), [3, 4], jit_compile=True)
    assert found == {
        "image_shape": (28, 28, 1),
        "num_classes": 10,
        "seed": 5,
        "prior": "uniform",
        "contrastive": "none",
        "proportions": [3, 4],
        "ours": 7,
        "rest": {"jit_compile": True},
    }


def test_a_door_that_asks_for_what_nobody_has_is_refused_by_name(own_method):
    def build(*, image_shape, warmth, length):
        raise AssertionError("not reached")

    with pytest.raises(UsageError, match=r"--method=own needs warmth, length, no setting"):
        build_model(own_method(build), None)


def test_a_door_that_asks_for_no_dtype_is_float32s(own_method):
    config = own_method(lambda *, seed: seed)
    assert build_model(config, None) == 5
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, dtype="bfloat16"))
    with pytest.raises(UsageError, match=r"--method=own cannot compute in bfloat16: .* no param"):
        build_model(config, None)


@pytest.mark.parametrize("method", METHODS)
def test_no_variable_is_of_int32_which_a_gpu_keeps_where_xla_cannot_reach_it(make_config, method):
    model = build_model(make_config("digits", method=method), np.ones(10), 8)
    types = {keras.backend.standardize_dtype(variable.dtype) for variable in model.variables}
    assert "float32" in types and "int32" not in types


def test_settings_reach_the_infogan(make_config):
    changes = {
        "contrastive_weight": 3.0,
        "contrastive_temperature": 0.7,
        "info_weight": 0.5,
        "prior_entropy_weight": 0.25,
        "trunk_updates": "all",
        "temperature": 0.3,
        "seed": 4,
    }
    rates = {"learning_rate": 1e-3, "prior_learning_rate": 2e-3}
    model = build_model(make_config("digits", **changes, **rates), None, steps_per_execution=3)
    assert type(model) is ElasticInfoGAN and model.contrastive == "nt_xent"
    assert model.prior.temperature == changes.pop("temperature")
    assert {name: getattr(model, name) for name in changes} == changes
    found = [float(optimizer.learning_rate) for optimizer in model.optimizers]
    assert found == pytest.approx([1e-3, 1e-3, 2e-3])
    assert (model.noise_dim, model.num_codes, model.image_shape) == (62, 10, (28, 28, 1))
    assert model.steps_per_execution == 3 and model.compiled


def test_settings_reach_the_vae(make_config):
    changes = {"beta": 7.0, "capacity": 2.0, "capacity_steps": 9, "temperature": 0.4, "seed": 4}
    model = build_model(make_config("digits", method="joint_vae", **changes), None)
    assert type(model) is JointVAE and isinstance(model, keras.Model) and model.compiled
    assert {name: getattr(model, name) for name in changes} == changes
    assert float(model.optimizer_of_all.learning_rate) == pytest.approx(5e-4)


def test_class_counts_are_the_prior_of_a_method_that_knows_them(make_config):
    counts = np.arange(1, 11)
    known = build_model(make_config("digits", method="ground_truth_infogan"), counts)
    learned = build_model(make_config("digits"), counts)
    np.testing.assert_allclose(known.prior.probabilities, counts / counts.sum(), rtol=1e-5)
    np.testing.assert_allclose(learned.prior.probabilities, np.full(10, 0.1), rtol=1e-6)
    with pytest.raises(UsageError, match="the data has no labels"):
        build_model(make_config("digits", method="ground_truth_infogan"), None)
