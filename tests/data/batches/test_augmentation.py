"""Transforms against NumPy's own, corner by corner, and their randomness."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches import augmentation as aug
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.transforms import TRANSFORMS, Augmentation, choose

NONE = Augmentation(0.0, 1.0, 1.0, 0.0, 0.0, False, 0)
SHAPE = (9, 9, 2)


def _images(count=3, shape=SHAPE):
    return np.random.default_rng(0).integers(0, 256, (count, *shape)).astype(np.float32)


def _moved(images, background=0.0, **changes):
    count = len(images)
    parameters = {
        "angle": np.zeros(count, np.float32),
        "zoom": np.ones((count, 2), np.float32),
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
    large = _moved(image, zoom=[[2.0, 2.0]])[0, :, :, 0]
    assert large[4, 4] == 50 and large[4, 8] == 100 and large[4, 6] == 0


def test_zooming_one_way_follows_the_image_after_its_rotation():
    image = np.zeros((1, 9, 9, 1), np.float32)
    image[0, 4, 6], image[0, 6, 4] = 50, 100  # to the right and below
    wide = _moved(image, zoom=[[2.0, 1.0]])[0, :, :, 0]
    assert wide[4, 8] == 50 and wide[6, 4] == 100
    turned = _moved(image, zoom=[[2.0, 1.0]], angle=[np.pi / 2])[0, :, :, 0]
    np.testing.assert_allclose([turned[2, 4], turned[4, 8]], [50, 100], atol=0.01)


def test_stretching_keeps_the_area_and_its_bounds_and_leaves_the_other_draws():
    moves = dataclasses.replace(NONE, rotation=20.0, translation=0.1, stretch=2.0)
    plain, stretched = (
        aug.random_transforms(1000, (64, 64, 3), dataclasses.replace(moves, stretch=s), [3, 4])
        .numpy()[:, [0, 1, 3, 4]]
        .reshape(-1, 2, 2)
        for s in (1.0, 2.0)
    )
    # Output to input: the columns of the rotation are divided by the scales.
    scales = np.linalg.norm(plain, axis=1) / np.linalg.norm(stretched, axis=1)
    quotients = scales[:, 0] / scales[:, 1]
    np.testing.assert_allclose(scales.prod(axis=1), 1, rtol=1e-4)
    assert 0.5 <= quotients.min() < 0.52 and 1.92 < quotients.max() <= 2.0
    assert abs(np.log(quotients).mean()) < 0.05
    np.testing.assert_allclose(stretched * scales[:, np.newaxis], plain, atol=1e-4)


def test_shear_and_perspective_move_a_corner_by_their_share():
    height = width = 101
    half, side = 50.0, 101
    parameters = [
        np.zeros(1),
        np.ones((1, 2)),
        np.zeros((1, 2)),
        [[0.04, 0.0]],
        [[0.0, 0.04 / side]],
    ]
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


def test_without_a_background_the_edge_pixels_are_repeated():
    image = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    moved = _moved(image, None, shift=[[2, 1]])
    expected = [[0, 0, 0, 1], [0, 0, 0, 1], [4, 4, 4, 5]]
    np.testing.assert_allclose(moved[0, :, :, 0], expected, atol=1e-4)


@pytest.mark.parametrize("dataset", sorted(DATA_SETS))
@pytest.mark.parametrize("kinds", [None, list(TRANSFORMS)])
def test_no_seam_between_equal_image_and_background(dataset, kinds):
    strengths = DATA_SETS[dataset].augmentation
    strengths = strengths if kinds is None else choose(strengths, kinds)
    level = 90 if strengths.background is None else strengths.background
    images = np.full((64, 28, 28, 3), level, np.uint8)
    result = aug.augment(images, strengths, [3, 4]).numpy()
    of_the_image = result.mean(axis=(1, 2, 3), keepdims=True)  # colour changes all of it alike
    np.testing.assert_allclose(result, np.broadcast_to(of_the_image, result.shape), atol=1e-2)
    if not strengths.brightness:
        np.testing.assert_allclose(of_the_image, level, atol=1e-3)


@pytest.mark.parametrize("dataset", sorted(DATA_SETS))
def test_each_image_gets_a_transform_of_its_own_that_the_seed_decides(dataset):
    arguments = (64, (32, 24, 3), DATA_SETS[dataset].augmentation)
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


def test_a_rotation_that_fills_shows_no_background():
    """A square turned by a, and enlarged by cos a + sin a, covers the upright one."""
    filling = dataclasses.replace(NONE, rotation=20.0, rotation_fills=True, background=200)
    images = np.zeros((200, 21, 21, 1), np.uint8)
    assert aug.augment(images, filling, [1, 2]).numpy().max() == pytest.approx(0, abs=1e-2)
    bare = dataclasses.replace(filling, rotation_fills=False)
    assert aug.augment(images, bare, [1, 2]).numpy().max() > 100
    rows = aug.random_transforms(4000, (21, 21, 1), filling, [5, 6]).numpy()
    angle, zoom = np.arctan2(rows[:, 3], rows[:, 0]), 1 / np.hypot(rows[:, 0], rows[:, 3])
    np.testing.assert_allclose(zoom, np.cos(angle) + np.abs(np.sin(angle)), rtol=1e-5)


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
    preset = DATA_SETS["mnist"].augmentation
    images = _images(16, (28, 28, 1))
    results = [aug.augment(images.astype(kind), preset, [1, 1]).numpy() for kind in ("u1", "f4")]
    np.testing.assert_array_equal(*results)
    assert results[0].dtype == np.float32
    assert results[0].min() >= 0 and results[0].max() <= 255


def test_a_crop_sees_its_window_only_and_enlarges_it():
    images = _images(3, (8, 12, 2))
    still = aug.projective_transforms(
        (8, 12, 2),
        angle=np.zeros(3, np.float32),
        zoom=np.ones((3, 2), np.float32),
        shift=np.zeros((3, 2), np.float32),
        shear=np.zeros((3, 2), np.float32),
        perspective=np.zeros((3, 2), np.float32),
        mirrored=np.zeros(3, np.float32),
    )
    place = np.array([[-1, -1], [1, -1], [0, 1]], np.float32)
    windows = aug.crop(still, (8, 12, 2), np.full(3, 0.5, np.float32), place)
    result = aug.apply_transforms(tf.constant(images), windows, None).numpy()
    rows_columns = [(0, 0), (0, 6), (4, 3)]  # top left corners of the 4 x 6 windows
    for image, (row, column), enlarged in zip(images, rows_columns, result, strict=True):
        # Enlarged twofold, a 2 x 2 block averages to the pixel's own smoothing by 1/8, 3/4, 1/8.
        block = enlarged.reshape(4, 2, 6, 2, 2).mean(axis=(1, 3))
        for axis in (0, 1):
            widths = [(1, 1) if a == axis else (0, 0) for a in range(3)]
            padded = np.pad(image, widths, mode="edge")
            parts = [np.take(padded, range(k, k + image.shape[axis]), axis) for k in range(3)]
            image = 0.125 * parts[0] + 0.75 * parts[1] + 0.125 * parts[2]
        expected = image[row : row + 4, column : column + 6]
        np.testing.assert_allclose(block, expected, atol=1e-2)


def test_random_crops_lie_in_the_image_keep_their_share_and_go_everywhere():
    rows = aug.random_transforms(
        4000, (41, 21, 1), dataclasses.replace(NONE, crop=0.6), [5, 6]
    ).numpy()
    np.testing.assert_allclose(rows[:, [1, 3, 6, 7]], 0, atol=1e-6)
    np.testing.assert_allclose(rows[:, 0], rows[:, 4], rtol=1e-5)
    area = rows[:, 0] * rows[:, 4]
    assert 0.6 <= area.min() < 0.605 and 0.995 < area.max() <= 1
    assert abs(area.mean() - 0.8) < 0.01
    for size, scale, offset in ((21, rows[:, 0], rows[:, 2]), (41, rows[:, 4], rows[:, 5])):
        first, last = offset - scale / 2, scale * (size - 0.5) + offset  # edges of the window
        assert first.min() > -0.501 and last.max() < size - 0.499
        place = (first + 0.5) / (size - scale * size + 1e-9)
        large = scale < 0.95  # elsewhere rounding hides the place
        assert place[large].min() < 0.01 and place[large].max() > 0.99
        assert abs(place[large].mean() - 0.5) < 0.02


def test_cropping_leaves_the_other_draws_as_they_are():
    strengths = DATA_SETS["cars"].augmentation
    shape, seed = (64, 64, 3), [8, 1]
    plain = aug.random_transforms(16, shape, strengths, seed).numpy()
    cropped = aug.random_transforms(
        16, shape, dataclasses.replace(strengths, crop=0.5), seed
    ).numpy()
    np.testing.assert_array_equal(cropped[:, 6:], plain[:, 6:])
    # x' = side * x + offset * depth, row by row of the matrices.
    for first in (0, 3):
        basis = np.stack([plain[:, first : first + 3], np.c_[plain[:, 6:], np.ones(16)]], axis=2)
        for matrix, row in zip(basis, cropped[:, first : first + 3], strict=True):
            (side, _), residual, _, _ = np.linalg.lstsq(matrix, row, rcond=None)
            assert 0.5**0.5 - 1e-3 < side < 1 + 1e-3 and residual.max(initial=0) < 1e-5


def test_colour_leaves_the_other_draws_as_they_are():
    images = _images(6, (16, 16, 3)) * 0.3 + 60
    strengths = DATA_SETS["cars"].augmentation
    plain = aug.augment(images, dataclasses.replace(strengths, background=100), [2, 9]).numpy()
    bright = dataclasses.replace(strengths, background=100, brightness=0.3)
    ratio = aug.augment(images, bright, [2, 9]).numpy() / plain
    factors = ratio.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(ratio, factors[:, None, None, None] * np.ones_like(ratio), rtol=1e-4)
    assert len(np.unique(factors.round(4))) == 6 and np.abs(factors - 1).max() <= 0.3


def test_colour_does_not_repeat_the_draws_of_cropping():
    draws = [
        tf.random.stateless_uniform([8, 3], tf.random.fold_in(tf.constant([2, 9]), stream)).numpy()
        for stream in (aug._CROP_STREAM, aug._COLOUR_STREAM)
    ]
    assert not np.isclose(*draws).any()


@pytest.mark.parametrize("dataset", ["mnist", "cars", "youtube_faces"])
def test_in_a_dataset_the_transforms_are_those_outside(dataset):
    images = _images(4, (16, 16, 3)).astype(np.uint8)
    strengths = DATA_SETS[dataset].augmentation
    steps = tf.data.Dataset.range(3).map(
        lambda step: aug.augment(images, strengths, tf.stack([step, tf.constant(7, tf.int64)]))
    )
    for step, inside in enumerate(steps.as_numpy_iterator()):
        outside = aug.augment(images, strengths, tf.constant([step, 7], tf.int64)).numpy()
        np.testing.assert_allclose(inside, outside, atol=1e-2)
        assert inside.min() >= 0 and inside.max() <= 255 + 1e-3  # the interpolation's rounding


@pytest.mark.parametrize("field", ["brightness", "contrast", "saturation"])
def test_each_strength_of_colour_changes_what_its_name_says(field):
    images = 100 + _images(8, (9, 9, 3)) / 10
    changed = aug.augment(images, dataclasses.replace(NONE, **{field: 0.3}), [4, 2]).numpy()
    luma_before, luma = (pixels @ np.array([0.299, 0.587, 0.114]) for pixels in (images, changed))
    mean_before, mean = luma_before.mean(axis=(1, 2)), luma.mean(axis=(1, 2))
    spread = luma.std(axis=(1, 2)) / luma_before.std(axis=(1, 2))
    chroma = (changed - luma[..., None]).std(axis=(1, 2, 3))
    chroma /= (images - luma_before[..., None]).std(axis=(1, 2, 3))
    others = {  # brightness changes all, contrast all but the mean, saturation the colours only
        "brightness": [mean / mean_before, spread],
        "contrast": [np.ones(8), spread],
        "saturation": [np.ones(8), np.ones(8)],
    }[field]
    np.testing.assert_allclose(mean / mean_before, others[0], rtol=1e-4)
    np.testing.assert_allclose(spread, others[1], rtol=1e-3)
    assert 0.1 < np.abs(chroma - 1).max() <= 0.301
    if field == "brightness":
        assert 0.1 < np.abs(mean / mean_before - 1).max() <= 0.301
    if field != "saturation":
        np.testing.assert_allclose(spread, chroma, rtol=1e-3)
