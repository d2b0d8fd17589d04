"""Batch normalisation is Keras'; GLU; initialisers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.networks.layers import (
    GatedLinearUnit,
    batch_norm,
    normal_initializers,
)


def _random(shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


@pytest.mark.parametrize("shape", [(5, 7), (1, 4), (4, 3, 2, 6), (2, 1, 1, 3)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-4), ("mixed_bfloat16", 1e-2)])
def test_normalising_a_batch_is_keras_layer_in_outputs_gradients_and_statistics(
    shape, dtype, tolerance
):
    ours = batch_norm("ours", dtype)
    keras_own = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, dtype=dtype)
    inputs = tf.cast(3 * _random(shape) + 1, ours.compute_dtype)
    upstream = tf.cast(_random(shape, seed=1), ours.compute_dtype)
    results = []
    for layer in (ours, keras_own):
        layer.build(shape)
        layer.gamma.assign(np.linspace(0.5, 2, shape[-1]))
        layer.beta.assign(np.linspace(-1, 1, shape[-1]))
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
        gradients = tape.gradient(outputs, [inputs, layer.gamma.value, layer.beta.value], upstream)
        moving = (layer.moving_mean, layer.moving_variance)
        results.append([outputs, *gradients, *moving, layer(inputs, training=False)])
    for one, other in zip(*results, strict=True):
        assert one.dtype == other.dtype
        one, other = (tf.cast(tf.convert_to_tensor(part), tf.float32) for part in (one, other))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def test_a_frozen_normalisation_keeps_its_statistics():
    layer = batch_norm("frozen")
    layer.trainable = False
    inputs = _random((4, 3))
    np.testing.assert_allclose(layer(inputs, training=True), inputs, rtol=1e-4)
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(3))


def test_normalising_survives_its_config():
    layer = batch_norm("norm", "mixed_bfloat16")
    same = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(same) is type(layer) and same.get_config() == layer.get_config()


def test_glu_gates_the_first_half_of_the_channels_with_the_second():
    inputs = _random((2, 3, 4, 6)).numpy()
    expected = inputs[..., :3] / (1 + np.exp(-inputs[..., 3:]))
    layer = GatedLinearUnit()
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 3, 4, 6)) == (None, 3, 4, 3)


def test_glu_survives_its_config():
    layer = GatedLinearUnit(name="gate")
    twin = keras.layers.deserialize(keras.layers.serialize(layer))
    assert isinstance(twin, GatedLinearUnit) and twin.name == "gate"


def test_each_initialiser_draws_its_own_numbers_with_the_official_deviation():
    initializers = normal_initializers(seed=4)
    draws = [np.asarray(next(initializers)((40, 50))) for _ in range(3)]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(draws[first].ravel(), draws[second].ravel())[0, 1]) < 0.1
    for draw in draws:
        assert draw.mean() == pytest.approx(0, abs=0.002)
        assert draw.std() == pytest.approx(0.02, rel=0.05)


def test_equal_seeds_draw_equal_numbers():
    first, second = (next(normal_initializers(seed=4))((5, 6)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_batch_norm_has_the_official_momentum_and_epsilon():
    """PyTorch moves a tenth of the way to the batch's statistics, and adds 1e-5 to the variance."""
    layer = batch_norm("norm")
    inputs = tf.constant([[1.0], [3.0]])
    outputs = layer(inputs, training=True)
    np.testing.assert_allclose(outputs, [[-1 / np.sqrt(1 + 1e-5)], [1 / np.sqrt(1 + 1e-5)]], 1e-6)
    np.testing.assert_allclose(layer.moving_mean, [0.2], rtol=1e-6)
