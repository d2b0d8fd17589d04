"""What a discriminator sees is moved and has holes, and gradients go back through that."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.discriminator_inputs import (
    KINDS,
    PLACES,
    augmented,
    cut_out,
    translated,
)
from elastic_infogan_tf.models.infogan import FAKE_STREAM, GENERATOR_STREAM, REAL_STREAM
from elastic_infogan_tf.settings.model import DISCRIMINATOR_AUGMENTS

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 16, 24


def _images(count=5):
    return RNG.uniform(-1, 1, (count, HEIGHT, WIDTH, 3)).astype(np.float32)


def _places(count, size=PLACES):
    return RNG.uniform(0.001, 0.999, (count, size)).astype(np.float32)


def _naive_translated(image, places):
    """Pixel by pixel; what comes from outside is grey."""
    down, right = (
        int(place * (2 * size // 8 + 1)) - size // 8
        for place, size in zip(places, image.shape, strict=False)
    )
    result = np.zeros_like(image)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            if 0 <= y - down < HEIGHT and 0 <= x - right < WIDTH:
                result[y, x] = image[y - down, x - right]
    return result


def _naive_cut_out(image, places):
    top, left = (
        int(place * size) - size // 4 for place, size in zip(places, image.shape, strict=False)
    )
    result = image.copy()
    result[max(top, 0) : max(top + HEIGHT // 2, 0), max(left, 0) : max(left + WIDTH // 2, 0)] = 0
    return result


@pytest.mark.parametrize(
    ("ours", "naive"), [(translated, _naive_translated), (cut_out, _naive_cut_out)]
)
def test_each_image_is_changed_in_its_own_way(ours, naive):
    images, places = _images(40), _places(40, 2)
    expected = [naive(image, place) for image, place in zip(images, places, strict=True)]
    np.testing.assert_array_equal(ours(tf.constant(images), tf.constant(places)), expected)


@pytest.mark.parametrize(("place", "shift"), [(1e-7, -2), (0.5, 0), (1 - 2.0**-24, 2)])
def test_an_image_moves_an_eighth_of_its_side_at_most(place, shift):
    image = np.zeros((1, HEIGHT, WIDTH, 1), np.float32)
    image[0, 8, 8] = 1.0
    moved = translated(tf.constant(image), tf.constant([[place, 0.5]], tf.float32)).numpy()
    assert np.argwhere(moved[0, :, :, 0]).tolist() == [[8 + shift, 8]]


def test_a_hole_is_a_quarter_of_the_image_or_what_is_inside():
    ones = tf.ones([2, HEIGHT, WIDTH, 3])
    left = cut_out(ones, tf.constant([[0.5, 0.5], [1e-7, 1e-7]])).numpy().mean(axis=(1, 2, 3))
    np.testing.assert_allclose(left, [3 / 4, 15 / 16], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_go_back_to_the_pixels_that_are_seen(kind):
    images, places = tf.constant(_images()), tf.constant(_places(5))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(augmented(images, kind, places) ** 2)
    gradient = tape.gradient(total, images)
    seen = np.isin(images.numpy(), augmented(images, kind, places).numpy())
    np.testing.assert_allclose(gradient, np.where(seen, 2 * images.numpy(), 0), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_xla_augments_the_same(kind):
    images, places = tf.constant(_images()), tf.constant(_places(5))
    plain, compiled = (
        tf.function(lambda x, p: augmented(x, kind, p), jit_compile=jit)(images, places)
        for jit in (False, True)
    )
    np.testing.assert_array_equal(plain, compiled)


def test_the_setting_has_the_models_kinds():
    assert DISCRIMINATOR_AUGMENTS == KINDS


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("method", ["elastic_infogan", "clustered_infogan"])
def test_both_phases_of_a_step_see_augmented_images(make_config, fake_batch, kind, method):
    """Real, generated and generated-again images have random numbers of their own."""
    config = make_config("digits", method=method, discriminator_augment=kind, seed=3)
    model = build_model(config, None, 16)
    model.instance_noise = type(model.instance_noise)()  # none
    batch = fake_batch(model, 4)
    batch["row"] = batch["index"]
    for stream in (REAL_STREAM, FAKE_STREAM, GENERATOR_STREAM):
        shown = model.shown(batch["image"], stream, batch)
        seed = tf.random.fold_in(tf.constant([3, stream + 0x100]), 0)
        places = replicas.uniform([4, PLACES], seed)
        np.testing.assert_array_equal(shown, augmented(batch["image"], kind, places))
    plain = build_model(make_config("digits", method=method, seed=3), None, 16)
    for each in (model, plain):
        each.train_step(batch)
    for part in ("discriminator_variables", "generator_variables"):
        mine, others = (
            [variable.numpy() for variable in getattr(each, part)] for each in (model, plain)
        )
        assert all(np.isfinite(values).all() for values in mine)
        assert any(np.abs(x - y).max() > 1e-6 for x, y in zip(mine, others, strict=True))
