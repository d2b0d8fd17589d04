"""The noise and codes of a generated batch: functions of seed, step and place, however computed."""

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.networks.stages import build_stages
from elastic_infogan_tf.models.prior import Prior


def _model(seed=0):
    sizes = {"noise_dim": 62, "num_codes": 10, "base_channels": 2}
    stages = build_stages("infogan", (28, 28, 1), **sizes, seed=seed)
    return ElasticInfoGAN(stages, Prior(10), seed=seed)


def test_generated_images_are_a_function_of_seed_and_step(fake_batch):
    model, twin, other = _model(), _model(), _model(seed=1)
    for weight, source in zip(other.weights, model.weights, strict=True):
        weight.assign(source)
    drawn = [each.generate_batch(fake_batch(each, step=5)) for each in (model, twin, other)]
    later = model.generate_batch(fake_batch(model, step=6))
    (code, fake), (twin_code, twin_fake), (other_code, _) = drawn
    np.testing.assert_array_equal(code, twin_code)
    np.testing.assert_array_equal(fake, twin_fake)
    assert not np.allclose(code, other_code) and not np.allclose(code, later[0])


def test_a_code_depends_on_its_place_in_the_global_batch_alone(fake_batch):
    model = _model()
    batch = fake_batch(model)
    whole, _ = model.generate_batch(batch)
    part, _ = model.generate_batch({name: rows[:2] for name, rows in batch.items()})
    np.testing.assert_allclose(part, whole[:2], rtol=1e-5)


def test_xla_generates_the_same_batch(fake_batch):
    """One replica is compiled by XLA, several are not: both must draw the same noise and code."""
    model = _model()
    batch = fake_batch(model)
    code, fake = model.generate_batch(batch)
    compiled_code, compiled_fake = tf.function(model.generate_batch, jit_compile=True)(batch)
    np.testing.assert_allclose(compiled_code, code, atol=1e-4)
    np.testing.assert_allclose(compiled_fake, fake, atol=1e-4)
