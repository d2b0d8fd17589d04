"""A step's time from a file of measured ones: widths, batches, methods, stages, damaged files."""

import json

import pytest

from elastic_infogan_tf.errors import UsageError
from tools.sweeps.step_seconds import FILE, read, seconds_per_step

_CARS = {"dataset": "cars", "networks": "stackgan", "stages": 1, "batch_size": 50}
_MNIST = {"dataset": "mnist", "networks": "infogan", "stages": 1, "batch_size": 64}
_CASES = [
    _CARS | {"method": "elastic_infogan", "base_channels": 16, "seconds": 0.25},
    _CARS | {"method": "elastic_infogan", "base_channels": 64, "seconds": 3.25},
    _MNIST | {"method": "elastic_infogan", "base_channels": 16, "seconds": 0.02},
    _MNIST | {"method": "clustered_infogan", "base_channels": 16, "seconds": 0.03},
    _CARS | {"method": "elastic_infogan", "base_channels": 16, "seconds": 1.0, "stages": 2},
    _CARS | {"method": "joint_vae", "base_channels": 16, "seconds": 0.02},
    _CARS | {"method": "joint_vae", "base_channels": 64, "seconds": 0.06},
]


@pytest.fixture
def measured(tmp_path):
    file = tmp_path / "steps.json"
    file.write_text(json.dumps({"cases": _CASES}))
    return read(file)


def test_the_time_goes_with_the_square_of_the_width_and_with_the_batch(make_config, measured):
    def seconds(width, batch_size=50, **changes):
        config = make_config("cars", base_channels=width, batch_size=batch_size, **changes)
        return seconds_per_step(config, measured)

    assert [seconds(width) for width in (16, 64)] == pytest.approx([0.25, 3.25])
    # On the line through (16^2, .25) and (64^2, 3.25): the slope is 3 / 3840.
    assert seconds(32, 25) == pytest.approx((0.25 + 3 / 3840 * (1024 - 256)) / 2)
    assert seconds(2) == pytest.approx(0.125)  # and never less than half of the narrower one
    assert seconds(64, method="joint_vae") == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("dataset", "changes", "times"),
    [
        ("cars", {"method": "clustered_infogan"}, 1.5),  # measured on other networks alone
        ("cars", {"method": "uniform_infogan"}, 1),  # never measured
        ("youtube_faces", {}, 4),  # two stages, measured at one width
        ("youtube_faces", {"second_stage_size": 0}, 1),
        ("youtube_faces", {"method": "clustered_infogan"}, 6),
        ("youtube_faces", {"method": "joint_vae"}, 0.06 / 3.25),  # a VAE has one stage
    ],
)
def test_what_was_not_measured_goes_by_ratios(make_config, measured, dataset, changes, times):
    other = make_config("cars", base_channels=64, batch_size=50)
    config = make_config(dataset, base_channels=64, batch_size=50, **changes)
    found = seconds_per_step(config, measured) / seconds_per_step(other, measured)
    assert found == pytest.approx(times)


def test_the_file_of_the_package_is_read(make_config):
    measured = read(FILE)
    for case in json.loads(FILE.read_text())["cases"]:
        names = ("method", "base_channels", "batch_size")
        config = make_config(case["dataset"], **{name: case[name] for name in names})
        assert seconds_per_step(config, measured) == pytest.approx(case["seconds"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "it is no JSON"),
        ('{"cases": []}', "its cases must be"),
        ({"seconds": "1"}, "its cases.0.seconds must be of the type number. Received: 1"),
        ({"seconds": 0}, "its cases.0.seconds must be 1e-09 or more. Received: 0"),
        ({"seconds": float("nan")}, "its cases.0.seconds must be a number above 0. Received: nan"),
        ({"stages": 3}, "its cases.0.stages must be one of [1, 2]. Received: 3"),
        ({"batch_size": 0}, "its cases.0.batch_size must be 1 or more. Received: 0"),
    ],
)
def test_a_damaged_file_gets_a_sentence(tmp_path, content, said):
    file = tmp_path / "steps.json"
    if isinstance(content, dict):
        content = json.dumps({"cases": [_CASES[0] | content]})
    file.write_text(content)
    with pytest.raises(UsageError) as refused:
        read(file)
    assert str(refused.value).startswith(f"{file} is damaged: {said}")
    assert "take the file that the package came with" in str(refused.value)


def test_a_file_without_the_reference_gets_a_sentence(make_config, measured):
    config = make_config("mnist", base_channels=64)
    with pytest.raises(UsageError, match="none of elastic_infogan at two widths of the networks"):
        seconds_per_step(config, measured)
