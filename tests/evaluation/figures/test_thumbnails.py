"""Thumbnails are few, small, in the right groups, and come back as they were written."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import thumbnails


def _images(levels, side=8):
    images = np.empty((len(levels), side, side, 1), np.uint8)
    images[:] = np.asarray(levels, np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


def _opened(image):
    return Image.open(io.BytesIO(base64.b64decode(image["jpeg"])))


def _levels(strip):
    return [int(np.asarray(_opened(image)).mean().round()) for image in strip["images"]]


def _sheet(codes, labels=None, names=(), **options):
    codes = np.array(codes)
    confidences = np.linspace(1, 0.5, len(codes))
    data = LabelledImages(_images(np.arange(len(codes)) * 10), labels, names, "made up")
    return thumbnails.sheet_of_groups(data, codes, confidences, 3, title="t", text="u", **options)


def test_a_group_has_its_surest_and_its_least_sure_images_and_new_ones():
    generated = _images(np.repeat([5, 100, 200], thumbnails.GENERATED))
    sheet = _sheet([1] * 14 + [0], generated=generated)
    first, second, third = sheet["groups"]
    assert [group["title"] for group in sheet["groups"]] == ["group 1", "group 0", "group 2"]
    assert [strip["name"] for strip in first["strips"]] == ["surest", "least sure", "generated"]
    assert _levels(first["strips"][0]) == list(range(0, 80, 10))
    assert _levels(first["strips"][1]) == [100, 110, 120, 130]
    assert _levels(first["strips"][2]) == [100] * thumbnails.GENERATED
    assert first["text"] == "14 of 15 images (93.3%), mean probability 0.77"
    assert [strip["name"] for strip in second["strips"]] == ["surest", "generated"]
    assert third["text"].startswith("empty") and _levels(third["strips"][0])[0] == 200
    assert "grid" in sheet["replaces"] and "grid" not in _sheet([0, 1])["replaces"]


def test_a_group_is_called_by_its_most_frequent_class():
    sheet = _sheet([0, 0, 0, 1], np.array([1, 1, 0, 1]), ("cat", "dog"))
    assert [group["text"].rpartition(", ")[2] for group in sheet["groups"]] == [
        "most frequent class dog 67%",
        "most frequent class dog 100%",
        "empty: no real image",
    ]


def test_of_many_groups_and_large_images_the_file_stays_small(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2000, 200, 100, 3), np.uint8)
    data, codes = LabelledImages(images, None, (), "made up"), np.arange(2000) % 100
    sheet = thumbnails.sheet_of_groups(
        data, codes, np.ones(2000), 100, title="t", text="u.", generated=images[:800]
    )
    groups = sheet["groups"]
    assert len(groups) == 40 and sheet["text"] == "u. The 60 smallest groups are left out."
    assert _opened(groups[0]["strips"][0]["images"][0]).size == (32, 64)
    thumbnails.write(tmp_path, [sheet])
    assert (tmp_path / thumbnails.FILE).stat().st_size < 6e6  # of noise; 40 x 20 images


def test_what_is_written_is_read_and_what_is_corrupted_is_named(tmp_path):
    assert thumbnails.read(tmp_path) == []
    thumbnails.write(tmp_path, [_sheet([0, 1])])
    (sheet,) = thumbnails.read(tmp_path)
    assert sheet["title"] == "t" and len(sheet["groups"]) == 3
    sheet["groups"][0]["strips"][0]["images"][0]["jpeg"] = 'x"><script>'
    (tmp_path / thumbnails.FILE).write_text(json.dumps([sheet]))
    with pytest.raises(UsageError, match="corrupted"):
        thumbnails.read(tmp_path)
