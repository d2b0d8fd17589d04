"""The folded upsampling convolution equals the pair of layers it replaces."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.networks.layers import UpsamplingConv2D


def _random(shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def _unfolded(filters, channels, kernel):
    """The layers that UpsamplingConv2D stands for, with its kernel."""
    image = keras.Input((None, None, channels))
    convolution = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
    upsampled = keras.layers.UpSampling2D(2, interpolation="nearest")(image)
    model = keras.Model(image, convolution(upsampled))
    convolution.kernel.assign(kernel)
    return model


@pytest.mark.parametrize(
    ("height", "width", "channels", "filters"),
    [
        (4, 4, 8, 6),
        (1, 1, 3, 2),
        (5, 5, 1, 1),
        (3, 7, 2, 5),
        (8, 2, 4, 3),
        (1, 6, 2, 2),
        (5, 4, 3, 2),
    ],
)
def test_folding_changes_neither_outputs_nor_gradients(height, width, channels, filters):
    layer = UpsamplingConv2D(filters, keras.initializers.RandomNormal(stddev=0.3, seed=1))
    inputs = _random((2, height, width, channels))
    layer.build(inputs.shape)
    model = _unfolded(filters, channels, layer.kernel)
    upstream = _random((2, 2 * height, 2 * width, filters), seed=1)
    results = []
    for apply, kernel in ((layer, layer.kernel), (model, model.trainable_variables[0])):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = apply(inputs)
            loss = tf.reduce_sum(outputs * upstream)
        results.append((outputs, *tape.gradient(loss, [inputs, kernel.value])))
    for folded, unfolded in zip(*results, strict=True):
        np.testing.assert_allclose(folded, unfolded, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("side", [4, 8, 9])
def test_gradients_in_bfloat16_are_those_of_float32(side):
    """With and without matrix products for the kernel's."""
    inputs, upstream = _random((2, side, side, 6)), _random((2, 2 * side, 2 * side, 5), seed=1)
    results = []
    for dtype in ("float32", "mixed_bfloat16"):
        layer = UpsamplingConv2D(
            5, keras.initializers.RandomNormal(stddev=0.3, seed=1), dtype=dtype
        )
        layer.build(inputs.shape)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.cast(layer(inputs), tf.float32) * upstream)
        results.append(tape.gradient(loss, [inputs, layer.kernel.value]))
    for one, other in zip(*results, strict=True):
        assert one.dtype == other.dtype == tf.float32
        np.testing.assert_allclose(one, other, atol=0.02 * np.abs(one).max())


def test_upsampling_takes_any_batch_size_inside_a_model_and_knows_its_shape():
    image = keras.Input((3, 5, 2))
    layer = UpsamplingConv2D(4, "zeros")
    model = keras.Model(image, layer(image))
    assert layer.compute_output_shape((None, 3, 5, 2)) == model.output_shape == (None, 6, 10, 4)
    assert [model(tf.zeros((n, 3, 5, 2))).shape for n in (1, 3)] == [(1, 6, 10, 4), (3, 6, 10, 4)]
    assert [tuple(weight.shape) for weight in layer.weights] == [(3, 3, 2, 4)]


def test_upsampling_survives_its_config():
    layer = UpsamplingConv2D(4, keras.initializers.RandomNormal(stddev=0.02, seed=9), name="up")
    twin = keras.layers.deserialize(keras.layers.serialize(layer))
    assert isinstance(twin, UpsamplingConv2D)
    assert (twin.name, twin.filters) == ("up", 4)
    for one in (layer, twin):
        one.build((None, 4, 4, 3))
    np.testing.assert_array_equal(layer.kernel, twin.kernel)
