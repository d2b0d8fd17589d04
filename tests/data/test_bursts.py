"""Bursts from names, numbers, times, folders and tables."""

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.bursts import find_bursts, numbered
from elastic_infogan_tf.errors import UsageError

FILES = ("a/x_001.png", "a/x_002.png", "a/x_004.png", "a/y_001.png", "b/x_001.png", "b/plain.png")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("folder", [0, 0, 0, 0, 1, 1]),
        ("name", [0, 0, 0, 1, 2, 3]),
        ("number", [0, 0, 1, 2, 3, 4]),
    ],
)
def test_names_say_what_is_a_burst(tmp_path, rule, expected):
    assert find_bursts(rule, tmp_path, FILES).tolist() == expected


def test_the_order_of_the_files_does_not_matter(tmp_path):
    files = ("f10.jpg", "f2.jpg", "f9.jpg", "f1.jpg", "f-3b.jpg", "f-4b.jpg")
    assert find_bursts("number", tmp_path, files).tolist() == [0, 1, 0, 1, 2, 2]


def test_photographs_within_two_seconds_are_a_burst(tmp_path):
    times = ("10:00:00", "10:00:05", "10:00:02", "10:00:07", None, "10:00:00")
    names = [f"{index}.jpg" for index in range(5)] + ["other/5.jpg"]
    (tmp_path / "other").mkdir()
    for name, time in zip(names, times, strict=True):
        exif = Image.Exif()
        if time:
            exif[306] = f"2024:05:01 {time}"
        Image.new("RGB", (4, 4)).save(tmp_path / name, exif=exif)
    assert find_bursts("time", tmp_path, names).tolist() == [0, 1, 0, 1, 2, 3]


def test_a_table_says_it_for_every_file(tmp_path):
    table = tmp_path / "bursts.csv"
    table.write_text("file,burst\n" + "\n".join(f"{file},{file[-7:]}" for file in FILES))
    assert find_bursts(str(table), tmp_path, FILES).tolist() == [0, 1, 2, 0, 0, 3]
    table.write_text("a/x_001.png,1\n")
    with pytest.raises(UsageError, match=r"says nothing of 5 of 6 images, .* a/x_002\.png"):
        find_bursts(str(table), tmp_path, FILES)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("nonsense", "--bursts=nonsense cannot be read"),
        ("time", "--bursts=time finds no two images of one burst among 6"),
    ],
)
def test_what_finds_nothing_is_refused(tmp_path, rule, words):
    with pytest.raises(UsageError, match=words):
        find_bursts(rule, tmp_path, FILES)


def test_bursts_are_numbered_as_they_come():
    np.testing.assert_array_equal(numbered(["b", "a", "b", 3]), [0, 1, 0, 2])
