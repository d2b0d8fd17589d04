"""Both families of networks against the published shapes, counted by hand."""

import dataclasses
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.networks.layers import GatedLinearUnit
from elastic_infogan_tf.models.networks.stages import build_stages

DATASETS = ["mnist", "cars"]
NETWORKS = ["generator", "trunk", "discriminator_head", "q_head"]

# kernels + biases, and scale and offset per channel of each batch normalisation; 62 + 10 and
# 100 + 10 are noise and code.
PARAMETERS = {
    "mnist": {
        "generator": [
            (62 + 10) * 1024 + 2 * 1024,
            1024 * 7 * 7 * 128 + 2 * 7 * 7 * 128,
            4 * 4 * 128 * 64 + 2 * 64,
            4 * 4 * 64 * 1 + 1,
        ],
        "trunk": [
            4 * 4 * 1 * 64 + 64,
            4 * 4 * 64 * 128 + 2 * 128,
            7 * 7 * 128 * 1024 + 2 * 1024,
        ],
        "discriminator_head": [1024 + 1],
        "q_head": [1024 * 128 + 2 * 128, 128 * 10 + 10],
    },
    "cars": {
        # A GLU halves the channels, so each convolution makes twice the published number.
        "generator": [
            (100 + 10) * 4 * 4 * 2048 + 2 * 4 * 4 * 2048,
            3 * 3 * 1024 * 1024 + 2 * 1024,
            3 * 3 * 512 * 512 + 2 * 512,
            3 * 3 * 256 * 256 + 2 * 256,
            3 * 3 * 128 * 128 + 2 * 128,
            3 * 3 * 64 * 3 + 3,
        ],
        "trunk": [
            4 * 4 * 3 * 64 + 64,
            4 * 4 * 64 * 128 + 2 * 128,
            4 * 4 * 128 * 256 + 2 * 256,
            4 * 4 * 256 * 512 + 2 * 512,
        ],
        "discriminator_head": [4 * 4 * 512 + 1],
        "q_head": [3 * 3 * 512 * 512 + 2 * 512, 4 * 4 * 512 * 10 + 10],
    },
}


IMAGES = {"mnist": (28, 28, 1), "cars": (64, 64, 3)}
FAMILIES = {"mnist": "infogan", "cars": "stackgan"}
NOISE = {"mnist": 62, "cars": 100}
CODES = 10


def _build(dataset, base_channels=2, seed=0):
    """The one stage of a data set."""
    sizes = {"noise_dim": NOISE[dataset], "num_codes": CODES, "base_channels": base_channels}
    (stage,) = build_stages(FAMILIES[dataset], IMAGES[dataset], **sizes, seed=seed)
    return stage


@pytest.fixture(scope="module")
def published():
    """The one stage of each data set."""
    return {name: _build(name, base_channels=64) for name in DATASETS}


def _inputs(stage, count=3, seed=0):
    rng = np.random.default_rng(seed)
    shape = (count, stage.generator.inputs[0].shape[-1])
    noise = tf.constant(rng.normal(size=shape), tf.float32)
    return [noise, tf.one_hot(rng.integers(CODES, size=count), CODES)]


def _stages(model, *kinds):
    """Output shapes, without the batch, of the layers of some kinds."""
    return [layer.output.shape[1:] for layer in model.layers if isinstance(layer, kinds)]


def _output_shapes(model):
    outputs = model(keras.KerasTensor(model.input_shape))
    return {name: tensor.shape for name, tensor in outputs.items()}


def _weights(networks):
    return [weight.numpy() for name in NETWORKS for weight in getattr(networks, name).weights]


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("network", NETWORKS)
def test_trainable_parameters_are_the_published_layers(published, dataset, network):
    variables = getattr(published[dataset], network).trainable_variables
    counted = sum(int(np.prod(variable.shape)) for variable in variables)
    assert counted == sum(PARAMETERS[dataset][network])


def test_mnist_shapes_are_infogans(published):
    networks = published["mnist"]
    layers = keras.layers
    assert _stages(networks.generator, layers.ReLU) == [(1024,), (6272,), (14, 14, 64)]
    assert networks.generator.output_shape == (None, 28, 28, 1)
    assert _stages(networks.trunk, layers.LeakyReLU) == [(14, 14, 64), (7, 7, 128), (1024,)]
    assert _stages(networks.q_head, layers.LeakyReLU) == [(128,)]
    assert _output_shapes(networks.q_head) == {"logits": (None, 10), "features": (None, 128)}


def test_cars_shapes_are_one_stage_stackgans(published):
    networks = published["cars"]
    layers = keras.layers
    assert _stages(networks.generator, GatedLinearUnit) == [
        (4, 4, 1024),
        (8, 8, 512),
        (16, 16, 256),
        (32, 32, 128),
        (64, 64, 64),
    ]
    assert networks.generator.output_shape == (None, 64, 64, 3)
    trunk = [(32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512)]
    assert _stages(networks.trunk, layers.LeakyReLU) == trunk
    assert _stages(networks.q_head, layers.LeakyReLU) == [(4, 4, 512)]
    assert _output_shapes(networks.q_head) == {
        "logits": (None, 10),
        "features": (None, 4 * 4 * 512),
    }


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_first_layer_of_the_trunk_has_no_batch_norm_and_the_others_have(published, dataset):
    kinds = (keras.layers.Conv2D, keras.layers.Dense, keras.layers.BatchNormalization)
    trunk = published[dataset].trunk
    order = [isinstance(x, kinds[2]) for x in trunk.layers if isinstance(x, kinds)]
    assert order == [False] + [False, True] * (len(order) // 2)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_leak_is_a_fifth(published, dataset):
    for network in (published[dataset].trunk, published[dataset].q_head):
        leaks = [x for x in network.layers if isinstance(x, keras.layers.LeakyReLU)]
        assert leaks
        for leak in leaks:
            np.testing.assert_allclose(leak(tf.constant([-1.0, 2.0])), [-0.2, 2.0], rtol=1e-6)


@pytest.mark.parametrize("dataset", DATASETS)
def test_images_stay_between_minus_one_and_one_and_reach_both_sides(dataset):
    networks = _build(dataset)
    last = networks.generator.layers[-1]
    last.kernel.assign(last.kernel * 1000)
    images = networks.generator(_inputs(networks), training=True).numpy()
    assert images.shape == (3, *IMAGES[dataset]) and images.dtype == np.float32
    assert -1 <= images.min() < -0.9 and 0.9 < images.max() <= 1


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("training", [False, True])
def test_heads_give_a_logit_per_image_and_a_logit_per_code(dataset, training):
    networks = _build(dataset)
    images = networks.generator(_inputs(networks), training=training)
    features = networks.trunk(images, training=training)
    assert networks.discriminator_head(features, training=training).shape == (3,)
    outputs = networks.q_head(features, training=training)
    assert outputs["logits"].shape == (3, 10)
    assert len(outputs["features"].shape) == 2


@pytest.mark.parametrize("dataset", DATASETS)
def test_both_noise_and_code_reach_the_image(dataset):
    networks = _build(dataset)
    noise, code = _inputs(networks)
    images, other_noise, other_code = (
        networks.generator(inputs, training=True).numpy()
        for inputs in ([noise, code], [noise[::-1], code], [noise, code[:, ::-1]])
    )
    for other in (other_noise, other_code):
        assert np.abs(other - images).mean() > 0.1 * np.abs(images).mean()


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_width_scales_with_base_channels(dataset):
    """All kernels and offsets of twice the base are as wide, except towards the outside world."""
    two, four = _build(dataset, base_channels=2), _build(dataset, base_channels=4)
    outside = {1, 3, 4, CODES, NOISE[dataset] + CODES}
    for name in NETWORKS:
        pairs = zip(getattr(two, name).weights, getattr(four, name).weights, strict=True)
        for slim, wide in pairs:
            for before, after in zip(slim.shape[-2:], wide.shape[-2:], strict=True):
                assert after == 2 * before or (after == before and before in outside), slim.path
    assert four.trunk.output_shape[-1] == 2 * two.trunk.output_shape[-1]


@pytest.mark.parametrize("dataset", DATASETS)
def test_equal_seeds_equal_weights_and_others_differ(dataset):
    first, again, other = (_weights(_build(dataset, seed=s)) for s in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    kernels = [i for i, weight in enumerate(first) if weight.ndim > 1]
    assert all(not np.array_equal(first[i], other[i]) for i in kernels)


def test_the_largest_seed_builds():
    assert np.all(np.isfinite(_build("mnist", seed=2**31 - 1).trunk.weights[0]))


@pytest.mark.parametrize("dataset", DATASETS)
def test_no_two_layers_start_with_the_same_numbers(dataset):
    networks = _build(dataset, base_channels=4)
    starts = [weight.ravel()[:16] for weight in _weights(networks) if weight.ndim > 1]
    assert len(starts) == {"mnist": 10, "cars": 13}[dataset]
    for one, two in itertools.combinations(starts, 2):
        assert not np.allclose(one, two, atol=1e-6)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_kernel_starts_with_the_official_deviation(published, dataset):
    for weight in _weights(published[dataset]):
        if weight.ndim > 1:
            assert weight.std() == pytest.approx(0.02, rel=0.1)


def test_networks_are_named_for_the_checkpoint():
    networks = _build("mnist")
    for field in dataclasses.fields(networks):
        assert getattr(networks, field.name).name == field.name
