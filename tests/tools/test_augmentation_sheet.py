"""The sheet as its user meets it: a PNG, or one sentence."""

import dataclasses
import functools
import io
import warnings

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.transforms import choose
from tests.nasty_names import EVERYTHING
from tests.run_command import run_command
from tools import augmentation_sheet

_run = functools.partial(run_command, augmentation_sheet)


def _images(count=3):
    return np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3)).astype(np.uint8)


def test_strengths_in_words():
    assert augmentation_sheet.in_words(DATA_SETS["cars"].augmentation) == (
        "rotation=15.0, zoom_out=0.6, translation=0.05, distortion=0.1, horizontal_flip=True; "
        "outside the image: grey level 255"
    )
    colours = choose(DATA_SETS["youtube_faces"].augmentation, ["colour", "crop"])
    assert augmentation_sheet.in_words(colours) == (
        f"crop={colours.crop}, brightness=0.2, contrast=0.2, saturation=0.2; outside the image: "
        "its edge repeated"
    )
    turned = choose(DATA_SETS["mnist"].augmentation, ["rotation", "fill"])
    assert augmentation_sheet.in_words(turned) == (
        "rotation=20.0, rotation_fills=True; outside the image: grey level 0"
    )
    none = choose(DATA_SETS["mnist"].augmentation, ["none"])
    assert augmentation_sheet.in_words(none) == "no transform; outside the image: grey level 0"


def test_each_image_stands_before_its_own_transforms():
    images = _images()
    flips = choose(DATA_SETS["cars"].augmentation, ["flip"])
    drawn = augmentation_sheet.draw(images, flips, columns=6, seed=1)
    assert drawn.shape == (21, 8, 8, 3) and drawn.dtype == np.uint8
    mirrored = 0
    for image, row in zip(images, drawn.reshape(3, 7, 8, 8, 3), strict=True):
        np.testing.assert_array_equal(row[0], image)
        for moved in row[1:]:
            same, turned = (np.array_equal(moved, one) for one in (image, image[:, ::-1]))
            assert same != turned
            mirrored += turned
    assert 0 < mirrored < 18


def test_the_seed_decides_the_transforms():
    strengths = dataclasses.replace(DATA_SETS["youtube_faces"].augmentation)
    first, again, other = (
        augmentation_sheet.draw(_images(), strengths, 4, seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_sheet_shows_every_image_in_its_place():
    levels = np.array([0, 40, 80, 120, 160, 200, 240, 255], np.uint8)
    drawn = np.broadcast_to(levels[:, None, None, None], (8, 10, 10, 1))
    png = augmentation_sheet.sheet(drawn, 2, "one\ntwo")
    image = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    height, width = image.shape
    assert width == 9 * 120
    column = width // 4
    for place, level in enumerate(levels):
        row, at = divmod(place, 4)
        x = at * column + column // 2
        y = height - int((1.5 - row) * column)  # the grid fills the width and ends at the bottom
        assert abs(int(image[y, x]) - int(level)) <= 1, (place, image[y, x])


def test_the_command_writes_the_sheet_and_says_what_is_on_it(tmp_path):
    out = tmp_path / "sheet.png"
    code, said, err = _run(
        "--dataset=digits", "--augment=rotation,colour", "--images=2", "--columns=3", f"--out={out}"
    )
    assert code == 0, err
    assert "2 images, source: scikit-learn digits; rotation=20.0, brightness=" in said
    assert "zoom" not in said
    with Image.open(out) as image:
        assert image.format == "PNG"
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_the_preset_is_the_default_and_can_be_chosen_by_name(tmp_path):
    common = ("--dataset=digits", "--images=2", "--columns=3")
    sheets = []
    for name, more in (
        ("a.png", []),
        ("b.png", ["--augment=zoom,distortion,rotation"]),
        ("c.png", ["--seed=1"]),
    ):
        assert _run(*common, *more, f"--out={tmp_path / name}")[0] == 0
        sheets.append((tmp_path / name).read_bytes())
    assert sheets[0] == sheets[1] != sheets[2]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset=digits"], "--out is missing; give the image to write, a .png file."),
        (["--dataset=digits", "--out=x.txt"], "--out must be the name of a .png file"),
        (["--out=x.png"], "--dataset is missing; give one of"),
        (["--dataset=digits", "--out=x.png", "--images=0"], "--images must be 1 or more"),
        (["--dataset=digits", "--out=x.png", "--columns=0"], "--columns must be 1 or more"),
        (["--dataset=digits", "--out=x.png", "--augment=hue"], "Received: hue"),
        (["--dataset=digits", "--out=x.png", "--augment="], "--augment must be one or more of"),
        (["--dataset=digits", "--out=x.png", "--split=99"], "--split must be between 1 and 50"),
    ],
)
def test_bad_flags_get_one_sentence(flags, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = _run(*flags)
    assert code == 2 and len(err.splitlines()) == 1 and words in err, err
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_takes_any_name():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png = augmentation_sheet.sheet(_images(2), 2, f"own, source: {EVERYTHING}\nflips")
    assert png.startswith(b"\x89PNG")
