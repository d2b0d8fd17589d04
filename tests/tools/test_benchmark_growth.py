"""Growth: every axis is measured, and an input that is too slow is said to be."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.run_command import assert_refused, run_command
from tools import benchmark_growth
from tools.benchmarks import growth

_SMALLEST = ("--most_batch=16", "--most_codes=5", "--most_channels=8", "--most_images=1000")


@pytest.mark.slow
def test_a_short_measurement(tmp_path, eagerly):
    file = tmp_path / "growth.json"
    what = ("--dataset=digits", "--method=joint_vae", "--base_channels=2", "--rounds=1")
    with eagerly():
        code, out, err = run_command(benchmark_growth, *what, *_SMALLEST, f"--out={file}")
    assert code == 0, err
    assert out.splitlines()[1:] == [f"numbers: {file}", f"picture: {tmp_path / 'growth.png'}"]
    axes = json.loads(file.read_text())["axes"]
    values = {name: [point["value"] for point in points] for name, points in axes.items()}
    expected = {"batch_size": [16], "num_classes": [5], "base_channels": [8], "images": [1000]}
    assert values == expected
    (point,) = axes["batch_size"]
    assert point["step_images_per_second"] == pytest.approx(16 / point["step"]["median"])
    assert point["input_images_per_second"] == pytest.approx(16 / point["input"]["median"])
    picture = np.asarray(Image.open(tmp_path / "growth.png"))
    assert picture.shape[0] > 500 and len(np.unique(picture)) > 10


def test_settings_that_grow_are_those_of_the_step(make_config):
    config = make_config("mnist")
    grown = {name: axis.applied(config, 7).flat() for name, axis in growth.AXES.items()}
    for name in ("batch_size", "num_classes", "base_channels"):
        assert grown[name] == config.flat() | {name: 7}
    assert grown["images"] == config.flat()


def test_an_input_that_is_slower_than_its_step_is_named():
    points = [
        {"value": value, "step_images_per_second": 10.0, "input_images_per_second": rate}
        for value, rate in ((16, 10.0), (1000, 9.9))
    ]
    assert growth.starved({"axes": {"images": points}}) == ["images 1,000"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "--out is missing; give the .json file for the numbers"),
        (("--out=a.png",), "--out must be the name of a .json file"),
        (("--out=a.json", "--most_images=9"), "--most_images must be 1000 or more. Received: 9"),
        (("--out=a.json", "--most_images=1000000000000"), "choose"),
        (("--out=a.json", "--method=gan"), "gan"),
    ],
)
def test_bad_flags_get_a_sentence(place, flags, said):
    assert_refused(run_command(benchmark_growth, *flags), said)
    assert not list(place.iterdir())
