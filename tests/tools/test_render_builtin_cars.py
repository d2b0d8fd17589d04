"""Tests of the built-in cars: the stored images, and that the tool still renders them."""

from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[2] / "elastic_infogan_tf" / "data" / "sets" / "builtin_cars.npz"
CAR, AZIMUTH, ELEVATION = 3, 5, 2


@pytest.fixture(scope="module")
def stored():
    with np.load(DATA) as data:
        return data["images"], data["names"]


@pytest.fixture(scope="module")
def rendered():
    """One view rendered twice, each time from the start."""
    pytest.importorskip("trimesh")
    pytest.importorskip("embreex")
    pytest.importorskip("scipy")
    from tools.builtin_cars.models import CARS
    from tools.builtin_cars.scene import build_scene
    from tools.builtin_cars.shading import fit_cameras, render

    images = []
    for _ in range(2):
        scene = build_scene(CARS[CAR])
        images.append(render(scene, fit_cameras(scene)[AZIMUTH][ELEVATION]))
    return images


def test_stored_layout(stored):
    images, names = stored
    assert images.shape == (10, 24, 4, 64, 64, 3)
    assert images.dtype == np.uint8
    assert names.shape == (10,)
    assert len(set(names.tolist())) == 10


def test_stored_file_is_small():
    assert DATA.stat().st_size < 4e6


def test_background_is_white_and_no_car_touches_the_edge(stored):
    images, _ = stored
    assert np.all(images[:, :, :, [0, -1]] == 255)
    assert np.all(images[:, :, :, :, [0, -1]] == 255)


def test_all_cars_have_the_same_scale_rule(stored):
    images, _ = stored
    columns = (images < 255).any(axis=(1, 2, 3, 5))
    widths = [np.ptp(np.flatnonzero(row)) + 1 for row in columns]
    assert min(widths) >= 0.83 * 64
    assert max(widths) <= 0.92 * 64


def test_every_image_shows_a_car(stored):
    images, _ = stored
    covered = (images < 250).any(axis=-1).mean(axis=(3, 4))
    assert covered.min() > 0.06
    assert covered.max() < 0.60


def test_cars_differ(stored):
    images, names = stored
    pixels = images.astype(np.float32)
    for number in range(len(names)):
        for other in range(number):
            distance = np.linalg.norm(pixels[number] - pixels[other], axis=-1).mean()
            assert distance > 8, (names[number], names[other])


def test_views_of_a_car_differ(stored):
    images, _ = stored
    steps = images.astype(np.int16) - np.roll(images, 1, axis=1)
    assert np.abs(steps).mean(axis=(3, 4, 5)).min() > 0.3


def test_rendering_is_deterministic(rendered):
    np.testing.assert_array_equal(*rendered)


def test_rendering_equals_the_stored_image(rendered, stored):
    images, _ = stored
    difference = np.abs(rendered[0].astype(int) - images[CAR, AZIMUTH, ELEVATION])
    # Another processor may round a ray to the other side of an edge, in a few pixels.
    assert (difference > 2).mean() < 0.005


def test_names_match_the_models(stored):
    pytest.importorskip("scipy")
    from tools.builtin_cars.models import CARS

    assert [car.name for car in CARS] == stored[1].tolist()
