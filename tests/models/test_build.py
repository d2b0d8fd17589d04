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
    """A function (build) -> the configuration of a method whose module has it."""

    def register(build):
        module = types.ModuleType("somebodys.method")
        module.build = build
        monkeypatch.setitem(sys.modules, "somebodys", types.ModuleType("somebodys"))
        monkeypatch.setitem(sys.modules, "somebodys.method", module)
        row = dataclasses.replace(
            configuration.METHODS["uniform_infogan"], model="somebodys.method"
        )
        monkeypatch.setitem(configuration.METHODS, "own", row)
        return make_config("digits", method="own", seed=5)

    return register


def test_a_module_elsewhere_gets_the_runs_settings(own_method):
    def build(settings, **rest):
        return vars(settings) | {"ours": getattr(settings, "ours", 7), "rest": rest}

    given = build_model(own_method(build), [3, 4], 9, jit_compile=True)
    expected = {
        "image_shape": (28, 28, 1),
        "num_classes": 10,
        "seed": 5,
        "info_weight": 1.0,
        "prior": "uniform",
        "contrastive": "none",
        "proportions": [3, 4],
        "num_images": 9,
        "ours": 7,
        "rest": {"jit_compile": True},
    }
    assert expected.items() <= given.items()
    assert "contrastive_weight" not in given  # of other methods


def test_a_setting_that_nobody_has_is_refused_by_name(own_method):
    with pytest.raises(UsageError, match=r"--method=own needs warmth, no setting of this run; let"):
        build_model(own_method(lambda settings: settings.warmth), None)
    with pytest.raises(AttributeError, match="'tuple' object has no attribute 'width'"):
        build_model(own_method(lambda settings: settings.image_shape.width), None)


def test_a_model_all_in_float32_cannot_compute_in_another_dtype(own_method):
    config = own_method(lambda settings: keras.Sequential([keras.layers.Dense(settings.seed)]))
    assert build_model(config, None).layers[0].units == 5
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, dtype="bfloat16"))
    with pytest.raises(UsageError, match=r"--method=own cannot compute in bfloat16: .* float32;"):
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
        "trunk_updates": "all",
        "temperature": 0.3,
        "seed": 4,
    }
    rates = {"learning_rate": 1e-3, "generator_learning_rate": 2e-3}
    model = build_model(make_config("digits", **changes, **rates), None, steps_per_execution=3)
    assert type(model) is ElasticInfoGAN and model.contrastive == "nt_xent"
    assert model.prior.temperature == changes.pop("temperature")
    assert {name: getattr(model, name) for name in changes} == changes
    rates = [float(optimizer.learning_rate) for optimizer in model.optimizers]
    assert rates == pytest.approx([1e-3, 2e-3, 1e-3])
    assert (model.noise_dim, model.num_codes, model.image_shape) == (62, 10, (28, 28, 1))
    assert model.steps_per_execution == 3 and model.compiled


def test_settings_reach_the_vae(make_config):
    changes = {"beta": 7.0, "temperature": 0.4, "seed": 4}
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
