"""The ShapeNet loader on made-up renderings and, where present, on real ones."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.sets import shapenet
from elastic_infogan_tf.errors import UsageError
from tests.loading import load

REAL = Path(__file__).parents[4] / "shared" / "data"
SYNSETS = ("03001627", "02691156", "99999999")  # chair, plane and an unknown one


@pytest.fixture(name="root")
def _root(tmp_path, monkeypatch):
    """Three synsets of 2 models of 2 views; level = 20 * synset + 10 * model + view."""
    monkeypatch.setattr(shapenet, "VIEWS", 2)
    for index, synset in enumerate(SYNSETS):
        for model, name in enumerate(("a model", "ö")):
            folder = tmp_path / "ShapeNetRendering" / synset / name / "rendering"
            folder.mkdir(parents=True)
            (folder / "renderings.txt").write_text("00.png\n01.png\n")
            for view in range(2):
                side = (137, 64)[view]
                rgba = np.zeros((side, side, 4), np.uint8)
                middle = slice(side // 4, 3 * side // 4)
                rgba[middle, middle, :3] = 20 * index + 10 * model + view
                rgba[middle, middle, 3] = 255
                Image.fromarray(rgba).save(folder / f"{view:02}.png")
    return tmp_path


def test_images_on_white_in_the_order_of_synsets_models_and_views(root):
    data = load("shapenet", root, class_ids=SYNSETS)
    assert data.images.shape == (12, 64, 64, 3) and data.images.dtype == np.uint8
    assert data.class_names == ("chair", "plane", "99999999")
    np.testing.assert_array_equal(data.labels, np.repeat([0, 1, 2], 4))
    np.testing.assert_array_equal(
        data.images[:, 32, 32, 0], [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]
    )
    assert (data.images[:, :15] == 255).all() and (data.images[:, :, 49:] == 255).all()
    assert data.source == "original layout, 6 models"


def test_default_synsets_are_five_of_the_thirteen():
    assert len(shapenet.SYNSET_NAMES) == 13
    names = [shapenet.SYNSET_NAMES[synset] for synset in shapenet.DEFAULT_SYNSETS]
    assert names == ["car", "chair", "lamp", "sofa", "table"]


def test_zeros_in_front_may_be_left_out_and_views_end_in_capitals(root):
    whole = load("shapenet", root, class_ids=("02691156",))
    for path in (root / "ShapeNetRendering" / "02691156").rglob("*.png"):
        path.rename(path.with_suffix(".PNG"))
    (root / "ShapeNetRendering" / "02691156" / "__MACOSX").mkdir()
    assert np.array_equal(load("shapenet", root, class_ids=("2691156",)).images, whole.images)


def test_missing_synsets_are_all_named(root):
    with pytest.raises(UsageError) as caught:
        load("shapenet", root, class_ids=("02958343", "03001627", "12345678"))
    message = str(caught.value)
    assert "lacks 2 of 3 categories (02958343, 12345678)" in message
    assert "it has 02691156 plane, 03001627 chair, 99999999," in message


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_without_files_the_archive_and_the_place_are_named(tmp_path, folder):
    with pytest.raises(UsageError) as caught:
        load("shapenet", None if folder == "none" else tmp_path)
    message = str(caught.value)
    assert "ShapeNetRendering/<synset>/<model>/rendering/NN.png" in message
    assert "3D-R2N2" in message
    assert ("no --data_dir" if folder == "none" else f"{tmp_path} has no folder") in message


def test_models_with_missing_views_are_named_or_taken_as_they_are(root, capfd):
    model = root / "ShapeNetRendering" / SYNSETS[1] / "ö"
    (model / "rendering" / "01.png").unlink()
    with pytest.raises(UsageError) as caught:
        load("shapenet", root, class_ids=SYNSETS)
    assert "1 of 6 models have other than 2 views" in str(caught.value)
    assert f"{model} (1, lacking 01.png)" in str(caught.value)
    data = load("shapenet", root, class_ids=SYNSETS, skip_bad_images=True)
    np.testing.assert_array_equal(data.class_counts, [4, 3, 4])
    assert f"{model} (1, lacking 01.png); taken as they are" in capfd.readouterr().err


def test_corrupted_views_are_named_or_skipped(root, capfd):
    path = root / "ShapeNetRendering" / SYNSETS[0] / "a model" / "rendering" / "00.png"
    path.write_bytes(b"")
    with pytest.raises(BadImageError, match="is empty") as caught:
        load("shapenet", root, class_ids=SYNSETS)
    assert str(path) in str(caught.value)
    np.testing.assert_array_equal(
        load("shapenet", root, class_ids=SYNSETS, skip_bad_images=True).class_counts, [3, 4, 4]
    )
    assert f"skipped 1 of 12 renderings that cannot be used: {path}" in capfd.readouterr().err


def test_oblong_views_are_named(root):
    path = root / "ShapeNetRendering" / SYNSETS[0] / "a model" / "rendering" / "00.png"
    Image.new("RGB", (64, 32)).save(path)
    with pytest.raises(BadImageError, match="64 x 32 pixels, but the renderings are square"):
        load("shapenet", root, class_ids=SYNSETS)


def test_real_files():
    if not (REAL / "ShapeNetRendering").is_dir():
        pytest.skip(f"{REAL / 'ShapeNetRendering'} is not there")
    data = load("shapenet", REAL)
    assert data.images.shape == (480, 64, 64, 3)
    np.testing.assert_array_equal(data.class_counts, [96] * 5)
    assert (data.images[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    assert (data.images.min(axis=(1, 2, 3)) < 150).all()  # no view is blank
