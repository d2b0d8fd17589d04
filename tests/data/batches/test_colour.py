"""Colour changes against Pillow's, and their randomness."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance

from elastic_infogan_tf.data.batches import augmentation
from elastic_infogan_tf.settings.transforms import PHOTOS


def _images(count, channels, low=0, high=256):
    return np.random.default_rng(0).integers(low, high, (count, 8, 6, channels)).astype(np.float32)


@pytest.mark.parametrize(
    ("place", "enhance"),
    [(0, ImageEnhance.Brightness), (1, ImageEnhance.Contrast), (2, ImageEnhance.Color)],
)
@pytest.mark.parametrize("factor", [0.6, 1.0, 1.5])
def test_each_change_equals_pillows(place, enhance, factor):
    images = _images(3, 3)
    factors = np.ones((3, 3), np.float32)
    factors[:, place] = factor
    result = augmentation.change(tf.constant(images), tf.constant(factors)).numpy()
    for image, changed in zip(images, result, strict=True):
        expected = enhance(Image.fromarray(image.astype(np.uint8))).enhance(factor)
        # Pillow rounds the grey and the result to whole levels.
        np.testing.assert_allclose(changed, np.asarray(expected), atol=1.6)


def test_the_changes_follow_one_another_and_only_the_result_is_clipped():
    image = np.full((1, 1, 2, 3), 200, np.float32)
    image[0, 0, 1] = 100
    factors = np.array([[1.5, 0.5, 1.0]], np.float32)
    # Brightness: 300 and 150, mean 225; half the contrast: 262.5 and 187.5.
    result = augmentation.change(tf.constant(image), tf.constant(factors)).numpy()
    np.testing.assert_allclose(result[0, 0, :, 0], [255, 187.5], rtol=1e-5)


def test_a_grey_image_has_no_saturation_and_changes_like_the_same_image_in_rgb():
    grey = _images(4, 1)
    factors = np.random.default_rng(1).uniform(0.7, 1.3, (4, 3)).astype(np.float32)
    alone = augmentation.change(tf.constant(grey), tf.constant(factors)).numpy()
    as_rgb = augmentation.change(tf.constant(np.repeat(grey, 3, -1)), tf.constant(factors)).numpy()
    np.testing.assert_allclose(np.repeat(alone, 3, -1), as_rgb, atol=1e-3)
    factors[:, 2] = 0
    np.testing.assert_array_equal(
        alone, augmentation.change(tf.constant(grey), tf.constant(factors))
    )


def test_no_saturation_leaves_the_luma_and_no_contrast_its_mean():
    images = _images(2, 3)
    luma = images @ np.array([0.299, 0.587, 0.114], np.float32)
    pale = augmentation.change(tf.constant(images), tf.constant([[1.0, 1.0, 0.0]] * 2)).numpy()
    np.testing.assert_allclose(pale, np.repeat(luma[..., None], 3, -1), atol=1e-2)
    flat = augmentation.change(tf.constant(images), tf.constant([[1.0, 0.0, 1.0]] * 2)).numpy()
    mean = luma.mean(axis=(1, 2))[:, None, None, None]
    np.testing.assert_allclose(flat, mean * np.ones_like(flat), atol=1e-2)


def test_no_strength_changes_nothing():
    images = _images(4, 3)
    result = augmentation.jitter(tf.constant(images), 0.0, 0.0, 0.0, [1, 2]).numpy()
    np.testing.assert_allclose(result, images, atol=1e-3)


def test_factors_stay_in_their_range_reach_it_and_differ_by_image():
    pixel = np.full((4000, 1, 1, 1), 100, np.float32)
    factor = augmentation.jitter(tf.constant(pixel), 0.2, 0.0, 0.0, [3, 4]).numpy().ravel() / 100
    assert 0.8 - 1e-5 <= factor.min() < 0.805 and 1.195 < factor.max() <= 1.2 + 1e-5
    assert abs(factor.mean() - 1) < 0.01
    pair = np.tile(np.array([90, 110], np.float32).reshape(1, 1, 2, 1), (4000, 1, 1, 1))
    both = augmentation.jitter(tf.constant(pair), 0.2, 0.4, 0.0, [3, 4]).numpy()[:, 0, :, 0]
    brightness = both.mean(axis=1) / 100
    contrast = (both[:, 1] - both[:, 0]) / 20 / brightness
    assert 0.6 - 1e-3 <= contrast.min() < 0.61 and 1.39 < contrast.max() <= 1.4 + 1e-3
    assert abs(np.corrcoef(brightness, contrast)[0, 1]) < 0.06
    assert len(np.unique(brightness.round(6))) > 3900


def test_equal_seeds_give_equal_changes_and_all_stay_in_range():
    images = tf.constant(_images(16, 3))
    first, again, other = (
        augmentation.jitter(images, 0.5, 0.5, 0.5, seed).numpy()
        for seed in ([1, 2], [1, 2], [1, 3])
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 5
    assert first.min() == 0 and first.max() == 255


def test_so_many_images_lose_their_colour_and_all_keep_their_brightness():
    images = tf.constant(_images(400, 3))
    changed = augmentation.tone(images, 0.3, 1.0, [1, 2]).numpy()
    is_grey = np.ptp(changed, axis=-1).max(axis=(1, 2)) < 1e-3
    assert 0.2 < is_grey.mean() < 0.4
    np.testing.assert_allclose(changed[~is_grey], images.numpy()[~is_grey], rtol=1e-5)
    luma = augmentation.luma(images).numpy()
    np.testing.assert_allclose(changed[is_grey][..., :1], luma[is_grey], rtol=1e-4)


def test_gamma_is_log_uniform_and_keeps_black_and_white():
    images = np.full((2_000, 1, 3, 1), 255.0, np.float32)
    images[:, 0, 0], images[:, 0, 1] = 0, 255 * 0.5
    changed = augmentation.tone(tf.constant(images), 0.0, 2.0, [3, 4]).numpy()
    assert (changed[:, 0, 0] == 0).all() and (changed[:, 0, 2] == 255).all()
    exponents = np.log2(-np.log2(changed[:, 0, 1, 0] / 255))  # of the powers of one half
    assert -1 <= exponents.min() < -0.95 and 0.95 < exponents.max() <= 1
    assert abs(exponents.mean()) < 0.05 and abs(exponents.std() - 1 / np.sqrt(3)) < 0.03


def test_tone_is_drawn_apart_from_the_other_transforms():
    images = _images(4, 3)
    usual = dataclasses.replace(PHOTOS, brightness=0.0, contrast=0.0, saturation=0.0)
    moved = augmentation.augment(images, usual, [5, 6]).numpy()
    toned = dataclasses.replace(usual, grey=1.0)
    grey = augmentation.augment(images, toned, [5, 6]).numpy()
    np.testing.assert_allclose(grey, np.repeat(augmentation.luma(moved), 3, axis=-1), rtol=1e-4)
