"""StackGAN-v2's two stages against shapes and parameters counted by hand, and how they share."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.networks.layers import GatedLinearUnit
from elastic_infogan_tf.models.networks.stages import Networks, build_stages
from elastic_infogan_tf.training.checkpoints import Checkpoints

SIZES = [64, 128]
CODES = 40
KINDS = ("trunk", "discriminator_head", "q_head")


def _build(size, base_channels=2, seed=0):
    """The networks with a second stage of that size; 0: of one stage."""
    shape = (size or 64, size or 64, 3)
    sizes = {"noise_dim": 100, "num_codes": CODES, "base_channels": base_channels}
    stages = build_stages("stackgan", shape, **sizes, second_stage_size=size, seed=seed)
    return Networks(stages, CODES)


@pytest.fixture(scope="module")
def published():
    """The networks of the published width, for both sizes."""
    return {size: _build(size, base_channels=64) for size in SIZES}


def _inputs(count=3, seed=0):
    rng = np.random.default_rng(seed)
    noise = tf.constant(rng.normal(size=(count, 100)), tf.float32)
    return [noise, tf.one_hot(rng.integers(CODES, size=count), CODES)]


def _outputs(model, *kinds):
    """Output shapes, without the batch, of the layers of some kinds."""
    return [layer.output.shape[1:] for layer in model.layers if isinstance(layer, kinds)]


def _count(variables):
    return sum(int(np.prod(variable.shape)) for variable in variables)


@pytest.mark.parametrize("size", SIZES)
def test_the_second_generator_is_stackgan_v2s(published, size):
    first, second = (stage.generator for stage in published[size].stages)
    assert first.output_shape == (None, 64, 64, 3)
    assert second.output_shape == (None, size, size, 3)
    gated = [(4, 4, 1024), (8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 64)]
    assert _outputs(first, GatedLinearUnit) == gated
    upsampled = [(128, 128, 32)] if size == 128 else []
    # The joint block and one in each residual block.
    assert _outputs(second, GatedLinearUnit) == gated + 3 * [(64, 64, 64)] + upsampled
    assert _outputs(second, keras.layers.Concatenate)[-1] == (64, 64, 64 + CODES)
    assert _outputs(second, keras.layers.Add) == 2 * [(64, 64, 64)]


@pytest.mark.parametrize("size", SIZES)
def test_the_second_generators_parameters_counted_by_hand(published, size):
    residual = 3 * 3 * 64 * 128 + 2 * 128 + 3 * 3 * 64 * 64 + 2 * 64
    layers = [3 * 3 * (64 + CODES) * 128 + 2 * 128, residual, residual]
    if size == 128:
        layers += [3 * 3 * 64 * 64 + 2 * 64, 3 * 3 * 32 * 3 + 3]
    else:
        layers += [3 * 3 * 64 * 3 + 3]
    first, second = (stage.generator for stage in published[size].stages)
    everything = published[size].images.trainable_variables
    assert _count(everything) - _count(first.trainable_variables) == sum(layers)
    # The second stage has no use for the first one's image.
    assert _count(everything) - _count(second.trainable_variables) == 3 * 3 * 64 * 3 + 3


@pytest.mark.parametrize("size", SIZES)
def test_each_stage_has_its_own_trunk_and_heads(published, size):
    halvings = [(32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512)]
    larger = [(64, 64, 64), (32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024), (4, 4, 512)]
    expected = [halvings, larger if size == 128 else halvings]
    for stage, shapes in zip(published[size].stages, expected, strict=True):
        assert _outputs(stage.trunk, keras.layers.LeakyReLU) == shapes
        assert _count(stage.discriminator_head.trainable_variables) == 4 * 4 * 512 + 1
        head = 3 * 3 * 512 * 512 + 2 * 512 + 4 * 4 * 512 * CODES + CODES
        assert _count(stage.q_head.trainable_variables) == head
    one, two = (
        {id(x) for kind in KINDS for x in getattr(stage, kind).weights}
        for stage in published[size].stages
    )
    assert not one & two


def test_the_trunk_of_128_has_stackgan_v2s_parameters(published):
    smaller, larger = (stage.trunk.trainable_variables for stage in published[128].stages)
    fifth = 4 * 4 * 512 * 1024 + 2 * 1024
    assert _count(larger) - _count(smaller) == fifth + 3 * 3 * 1024 * 512 + 2 * 512


@pytest.mark.parametrize("size", SIZES)
def test_every_width_scales_with_base_channels(size):
    two, four = _build(size, base_channels=2), _build(size, base_channels=4)
    outside = {1, 3, 4, CODES, 100 + CODES}
    parts = [[networks.images] for networks in (two, four)]
    for networks, own in zip((two, four), parts, strict=True):
        own += [getattr(stage, kind) for stage in networks.stages for kind in KINDS]
    for slim_part, wide_part in zip(*parts, strict=True):
        for slim, wide in zip(slim_part.weights, wide_part.weights, strict=True):
            for before, after in zip(slim.shape[-2:], wide.shape[-2:], strict=True):
                joint = before == 2 + CODES and after == 4 + CODES
                constant = after == before and before in outside
                assert after == 2 * before or joint or constant, slim.path


def test_the_narrowest_networks_build():
    images = _build(128, base_channels=1).images(_inputs())
    assert [image.shape for image in images] == [(3, 64, 64, 3), (3, 128, 128, 3)]


@pytest.mark.parametrize("size", SIZES)
def test_all_images_are_those_of_the_stages(size):
    networks, inputs = _build(size), _inputs()
    together = networks.images(inputs, training=False)
    for stage, images in zip(networks.stages, together, strict=True):
        np.testing.assert_allclose(stage.generator(inputs, training=False), images, atol=1e-6)
        assert np.abs(images).max() <= 1


@pytest.mark.parametrize("size", SIZES)
def test_the_code_joins_the_second_stage_by_itself(size):
    """With the first stage's features at zero the second image still depends on the code."""
    networks = _build(size)
    first, second = networks.stages
    features = first.generator.layers[-1].input
    rest = keras.Model([features, second.generator.inputs[1]], second.generator.output)
    code = tf.eye(CODES)[:3]
    images = rest([tf.zeros([3, 64, 64, 2]), code], training=True).numpy()
    assert np.abs(images[0] - images[1]).mean() > 0.1 * np.abs(images).mean()


@pytest.mark.parametrize("size", SIZES)
def test_the_first_stage_starts_as_the_one_stage_of_that_seed(size):
    (alone,), (first, second) = _build(0, seed=3).stages, _build(size, seed=3).stages
    for kind in ("generator", *KINDS):
        pairs = zip(getattr(alone, kind).weights, getattr(first, kind).weights, strict=True)
        for one, two in pairs:
            np.testing.assert_array_equal(one, two)
    starts = [
        weight.numpy().ravel()[:16]
        for part in (first.trunk, second.generator, second.trunk, second.q_head)
        for weight in part.trainable_variables
        if len(weight.shape) > 1
    ]
    for one, two in itertools.combinations(starts, 2):
        assert not np.allclose(one, two, atol=1e-6)


def test_real_images_of_the_first_stage_are_means_of_two_by_two_pixels():
    first, second = _build(128).stages
    images = np.random.default_rng(0).uniform(-1, 1, (2, 128, 128, 3)).astype(np.float32)
    expected = images.reshape(2, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(first.resize(tf.constant(images)), expected, atol=1e-6)
    np.testing.assert_array_equal(second.resize(tf.constant(images)), images)
    small = tf.constant(expected)
    for stage in _build(64).stages:
        np.testing.assert_array_equal(stage.resize(small), small)


def test_the_models_networks_are_the_last_stages_and_it_holds_all_weights(make_config):
    model = build_model(make_config("youtube_faces"), None)
    first, last = model.networks.stages
    for kind in ("generator", *KINDS):
        assert getattr(model, kind) is getattr(last, kind)
    held = {id(weight) for weight in model.weights}
    for stage in (first, last):
        for kind in ("generator", *KINDS):
            assert {id(weight) for weight in getattr(stage, kind).weights} <= held
    updated = [*model.discriminator_variables, *model.generator_variables]
    updated += model.prior.trainable_variables
    assert {id(x) for x in updated} == {id(x) for x in model.trainable_variables}
    assert len(updated) == len(model.trainable_variables)  # no phase updates what another does


def test_a_checkpoint_holds_both_stages(make_config, fake_batch, tmp_path):
    config = make_config("youtube_faces", num_classes=4)
    model, other = (build_model(config, None) for _ in range(2))
    model.train_step(fake_batch(model))
    Checkpoints(tmp_path, model).save()
    assert Checkpoints(tmp_path, other).restore() and other.step == 1
    optimizers = [(one, two) for one, two in zip(model.optimizers, other.optimizers, strict=True)]
    pairs = [(model.weights, other.weights), *((a.variables, b.variables) for a, b in optimizers)]
    for ours, theirs in pairs:
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one.numpy(), two.numpy(), err_msg=one.path)
