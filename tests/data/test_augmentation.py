"""Transforms against NumPy's own, corner by corner, and their randomness."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.config import PRESETS, Augmentation
from elastic_infogan_tf.data import augmentation as aug

NONE = Augmentation(0.0, 1.0, 1.0, 0.0, 0.0, False, 0)
SHAPE = (9, 9, 2)


def _images(count=3, shape=SHAPE):
    return np.random.default_rng(0).integers(0, 256, (count, *shape)).astype(np.float32)


def _moved(images, background=0.0, **changes):
    count = len(images)
    parameters = {
        "angle": np.zeros(count, np.float32),
        "zoom": np.ones(count, np.float32),
        "shift": np.zeros((count, 2), np.float32),
        "shear": np.zeros((count, 2), np.float32),
        "perspective": np.zeros((count, 2), np.float32),
        "mirrored": np.zeros(count, np.float32),
    } | {name: np.asarray(value, np.float32) for name, value in changes.items()}
    transforms = aug.projective_transforms(images.shape[1:], **parameters)
    return aug.apply_transforms(tf.constant(images), transforms, background).numpy()


def test_identity_parameters_give_the_same_image():
    np.testing.assert_array_equal(_moved(_images()), _images())
    np.testing.assert_array_equal(aug.augment(_images(), NONE, [1, 2]).numpy(), _images())


@pytest.mark.parametrize("shape", [(9, 9, 2), (8, 8, 1)])
def test_quarter_turns_equal_numpys(shape):
    images = _images(3, shape)
    turned = _moved(images, angle=np.pi / 2 * np.array([1, 2, 3]))
    for times, image, result in zip((1, 2, 3), images, turned, strict=True):
        np.testing.assert_allclose(result, np.rot90(image, times), atol=0.01)


def test_mirroring_swaps_left_and_right():
    np.testing.assert_array_equal(_moved(_images(), mirrored=[1, 1, 1]), _images()[:, :, ::-1])


def test_translation_moves_right_and_down_and_fills_with_the_background():
    images = _images(1, (4, 6, 1))
    expected = np.full_like(images, 77)
    expected[:, 1:, 2:] = images[:, :-1, :-2]
    np.testing.assert_allclose(_moved(images, 77.0, shift=[[2, 1]]), expected, atol=1e-4)


def test_zooming_in_enlarges_about_the_centre():
    image = np.zeros((1, 9, 9, 1), np.float32)
    image[0, 4, 4], image[0, 4, 6] = 50, 100
    large = _moved(image, zoom=[2.0])[0, :, :, 0]
    assert large[4, 4] == 50 and large[4, 8] == 100 and large[4, 6] == 0


def test_shear_and_perspective_move_a_corner_by_their_share():
    height = width = 101
    half, side = 50.0, 101
    parameters = [np.zeros(1), np.ones(1), np.zeros((1, 2)), [[0.04, 0.0]], [[0.0, 0.04 / side]]]
    names = ("angle", "zoom", "shift", "shear", "perspective")
    row = aug.projective_transforms(
        (height, width, 1),
        **{name: np.asarray(v, np.float32) for name, v in zip(names, parameters, strict=True)},
        mirrored=np.zeros(1, np.float32),
    ).numpy()[0]
    matrix = np.append(row, 1).reshape(3, 3)
    x, y, depth = matrix @ [100, 100, 1]
    scale = 1 + 0.04 / side * half
    assert x / depth - half == pytest.approx((half + 0.04 * half) / scale, abs=1e-3)
    assert y / depth - half == pytest.approx(half / scale, abs=1e-3)


def test_background_at_the_corners():
    images = np.full((4, 16, 16, 3), 10, np.uint8)
    away = dataclasses.replace(NONE, zoom_out=0.5, zoom_in=0.5, background=200)
    result = aug.augment(images, away, [0, 0]).numpy()
    np.testing.assert_array_equal(result[:, [0, 0, -1, -1], [0, -1, 0, -1]], 200)
    np.testing.assert_array_equal(result[:, 8, 8], 10)


@pytest.mark.parametrize("dataset", sorted(PRESETS))
def test_no_seam_between_equal_image_and_background(dataset):
    preset = PRESETS[dataset]
    images = np.full((8, *preset.image_shape), preset.augmentation.background, np.uint8)
    result = aug.augment(images, preset.augmentation, [3, 4]).numpy()
    np.testing.assert_allclose(result, images, atol=1e-3)


@pytest.mark.parametrize("dataset", sorted(PRESETS))
def test_each_image_gets_a_transform_of_its_own_that_the_seed_decides(dataset):
    preset = PRESETS[dataset]
    arguments = (64, preset.image_shape, preset.augmentation)
    first = aug.random_transforms(*arguments, [1, 2]).numpy()
    assert first.shape == (64, 8) and first.dtype == np.float32
    assert len(np.unique(first, axis=0)) == 64
    np.testing.assert_array_equal(first, aug.random_transforms(*arguments, [1, 2]).numpy())
    assert not np.isclose(first, aug.random_transforms(*arguments, [1, 3]).numpy()).all(1).any()


def test_random_strengths_stay_in_range_and_reach_it():
    strong = Augmentation(30.0, 0.8, 1.2, 0.1, 0.0, False, 0)
    rows = aug.random_transforms(4000, (41, 21, 1), strong, [5, 6]).numpy()
    angle = np.degrees(np.arctan2(rows[:, 3], rows[:, 0]))
    zoom = 1 / np.hypot(rows[:, 0], rows[:, 3])
    # Where the centre's content comes to lie: undo the linear part.
    linear = np.stack([rows[:, [0, 1]], rows[:, [3, 4]]], axis=1)
    centre = np.linalg.solve(linear, (np.array([10, 20]) - rows[:, [2, 5]])[..., None])[..., 0]
    shift = centre - [10, 20]
    for values, low, high in (
        (angle, -30, 30),
        (zoom, 0.8, 1.2),
        (shift[:, 0], -2.1, 2.1),
        (shift[:, 1], -4.1, 4.1),
    ):
        reach = high - low
        assert low - 1e-3 <= values.min() < low + 0.01 * reach
        assert high - 0.01 * reach < values.max() <= high + 1e-3
        assert abs(values.mean() - (low + high) / 2) < 0.02 * reach


def test_half_of_the_images_are_mirrored():
    rows = aug.random_transforms(
        2000, (8, 8, 1), dataclasses.replace(NONE, horizontal_flip=True), [7, 8]
    ).numpy()
    assert 0.45 < (rows[:, 0] < 0).mean() < 0.55


def test_distortion_moves_corners_by_at_most_its_share():
    distorted = dataclasses.replace(NONE, distortion=0.08)
    rows = aug.random_transforms(4000, (28, 28, 1), distorted, [9, 9]).numpy()
    matrices = np.concatenate([rows, np.ones((4000, 1))], axis=1).reshape(-1, 3, 3)
    corners = np.array([[0, 0, 1], [27, 0, 1], [0, 27, 1], [27, 27, 1]]).T
    moved = matrices @ corners
    offset = np.abs(moved[:, :2] / moved[:, 2:] - corners[:2])
    assert 0.06 * 28 < offset.max() < 0.09 * 28  # first order: a little over is possible


def test_integer_and_float_images_agree_and_stay_in_range():
    preset = PRESETS["mnist"].augmentation
    images = _images(16, (28, 28, 1))
    results = [aug.augment(images.astype(kind), preset, [1, 1]).numpy() for kind in ("u1", "f4")]
    np.testing.assert_array_equal(*results)
    assert results[0].dtype == np.float32
    assert results[0].min() >= 0 and results[0].max() <= 255
