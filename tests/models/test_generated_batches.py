"""The noise and codes of a generated batch: functions of seed, step and place, however computed."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN


@pytest.fixture
def build(make_config):
    """A function (dataset, **changes) -> a narrow model."""
    return lambda dataset, **changes: ElasticInfoGAN(make_config(dataset, **changes))


def test_generated_images_are_a_function_of_seed_and_step(build, fake_batch):
    model, twin, other = build("mnist"), build("mnist"), build("mnist", seed=1)
    for weight, source in zip(other.weights, model.weights, strict=True):
        weight.assign(source)
    drawn = [one.generate_batch(fake_batch(one.config, step=5)) for one in (model, twin, other)]
    later = model.generate_batch(fake_batch(model.config, step=6))
    (code, fake), (twin_code, twin_fake), (other_code, _) = drawn
    np.testing.assert_array_equal(code, twin_code)
    np.testing.assert_array_equal(fake, twin_fake)
    assert not np.allclose(code, other_code) and not np.allclose(code, later[0])


def test_a_code_depends_on_its_place_in_the_global_batch_alone(build, fake_batch):
    model = build("mnist")
    batch = fake_batch(model.config)
    whole, _ = model.generate_batch(batch)
    part, _ = model.generate_batch({name: rows[2:] for name, rows in batch.items()})
    np.testing.assert_array_equal(part, whole[2:])


def test_xla_generates_the_same_batch(build, fake_batch):
    """One replica is compiled by XLA, several are not: both must draw the same noise and code."""
    model = build("mnist")
    batch = fake_batch(model.config)
    code, fake = model.generate_batch(batch)
    compiled_code, compiled_fake = tf.function(model.generate_batch, jit_compile=True)(batch)
    np.testing.assert_allclose(compiled_code, code, atol=1e-4)
    np.testing.assert_allclose(compiled_fake, fake, atol=1e-4)
