"""The chairs loader on made-up renderings and, where present, on real ones."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.sets import chairs
from elastic_infogan_tf.errors import UsageError
from tests.loading import load

REAL = Path(__file__).parents[4] / "shared" / "data"
MODELS = ("0a b", "1c", "Ünïcöde", "ff")  # in the order of their code points: 0a b, 1c, ff, Ün...


def _view(side, top, left, bottom, right, level):
    image = np.full((side, side, 3), 255, np.uint8)
    image[top:bottom, left:right] = level
    return Image.fromarray(image)


@pytest.fixture(name="root")
def _root(tmp_path):
    """Four chairs of 3 views, grey level = 10 * place by name + view; VIEWS is set to 3."""
    for index, model in enumerate(sorted(MODELS)):
        folder = tmp_path / "rendered_chairs" / model / "renders"
        folder.mkdir(parents=True)
        for view in range(3):
            # An object 24 high and 10 wide, right of the middle, rising with the views.
            image = _view(80, 30 - view, 40, 54 - view, 50, 10 * index + view)
            image.save(folder / f"image_{view:03}_p020_t{view:03}_r096.png")
    (tmp_path / "rendered_chairs" / "all_chair_names.mat").write_bytes(b"no folder")
    (tmp_path / "rendered_chairs" / ".hidden").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def _three_views(request, monkeypatch):
    if "root" in request.fixturenames:
        monkeypatch.setattr(chairs, "VIEWS", 3)


def _renders(root, index):
    return root / "rendered_chairs" / sorted(MODELS)[index] / "renders"


def test_ids_are_positions_in_the_sorted_folders(root):
    data = load("chairs", root, class_ids=("0003", "0001"))
    assert data.images.shape == (6, 64, 64, 3) and data.images.dtype == np.uint8
    assert data.class_names == ("chair 0003", "chair 0001")
    np.testing.assert_array_equal(data.labels, [0, 0, 0, 1, 1, 1])
    darkest = data.images.min(axis=(1, 2, 3))
    np.testing.assert_array_equal(darkest, [30, 31, 32, 10, 11, 12])
    assert data.source == "original layout, 4 of 1393 models"


def test_the_complete_data_set_is_called_original(root, monkeypatch):
    monkeypatch.setattr(chairs, "MODELS", 4)
    assert load("chairs", root, class_ids=("0000",)).source == "original"


def test_all_images_are_cut_to_the_square_around_all_objects(root):
    data = load("chairs", root, class_ids=("0000", "0001"))
    # The union is 26 high (rows 28 to 54) and 10 wide (columns 40 to 50): the square has a side of
    # 28.6, its middle at (41, 45). So view 0, rows 30 to 54, lies at 0.115 to 0.955 of the side.
    for view, (top, bottom) in enumerate([(30, 54), (29, 53), (28, 52)]):
        drawn = data.images[view, :, :, 0] < 128
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        ends = [rows[0], rows[-1] + 1, columns[0], columns[-1] + 1]
        wanted = [(top - 26.7) / 28.6, (bottom - 26.7) / 28.6, 9.3 / 28.6, 19.3 / 28.6]
        np.testing.assert_allclose(ends, 64 * np.array(wanted), atol=2)
    assert (data.images[:, [0, -1]] == 255).all() and (data.images[:, :, [0, -1]] == 255).all()


def test_sizes_may_differ_and_the_square_may_reach_beyond_the_image(root):
    # The same view at twice the size, and one whose object fills the image's height.
    name = "image_000_p020_t000_r096.png"
    _view(160, 60, 80, 108, 100, 0).save(_renders(root, 0) / name)
    _view(80, 0, 40, 80, 50, 10).save(_renders(root, 1) / name)
    data = load("chairs", root, class_ids=("0000", "0001"))
    assert (data.images[:, [0, -1]] == 255).all() and (data.images[:, :, [0, -1]] == 255).all()
    rows = [np.flatnonzero((image[..., 0] < 128).any(axis=1)) for image in data.images]
    np.testing.assert_allclose([rows[3][0], rows[3][-1] + 1], [64 * 0.0455, 64 * 0.9545], atol=1)
    # The enlarged view of chair 0 lies where the same view of chair 1 would: 1 of 80 below view 1.
    assert abs(rows[0][0] - rows[1][0]) <= 1 and abs(len(rows[0]) - len(rows[1])) <= 1


def test_missing_ids_are_all_named(root):
    with pytest.raises(UsageError) as caught:
        load("chairs", root, class_ids=("0004", "0001", "1392", "965"))
    message = str(caught.value)
    assert "lacks 3 of 4 chairs (0004, 1392, 0965)" in message
    assert "4 model folders" in message and "1393" in message


def test_zeros_in_front_may_be_left_out(root):
    whole = load("chairs", root, class_ids=("0000", "0001"))
    short = load("chairs", root, class_ids=("0", "1"))
    assert short.class_names == whole.class_names == ("chair 0000", "chair 0001")
    assert np.array_equal(short.images, whole.images)
    (root / "rendered_chairs" / "__MACOSX").mkdir()  # no chair, and the first name of all
    assert np.array_equal(load("chairs", root, class_ids=("0", "1")).images, whole.images)
    with pytest.raises(UsageError, match="Received twice: 0000"):
        load("chairs", root, class_ids=("0", "0000"))


def test_repeated_ids_are_refused(root):
    with pytest.raises(UsageError, match=r"once each\. Received twice: 0001"):
        load("chairs", root, class_ids=("0001", "0002", "0001"))


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_without_files_the_archive_and_the_place_are_named(tmp_path, folder):
    with pytest.raises(UsageError) as caught:
        load("chairs", None if folder == "none" else tmp_path, class_ids=("0000",))
    message = str(caught.value)
    assert "rendered_chairs/<model>/renders/" in message and "Seeing 3D Chairs" in message
    assert ("no --data_dir" if folder == "none" else f"{tmp_path} has no folder") in message


def test_missing_views_name_the_chair_and_the_view(root):
    (_renders(root, 1) / "image_001_p020_t001_r096.png").unlink()
    with pytest.raises(UsageError) as caught:
        load("chairs", root, class_ids=("0000", "0001"))
    message = str(caught.value)
    assert "1 of 2 models have other than 3 views" in message
    assert f"{_renders(root, 1).parent} (2, lacking image_001_p020_t001_r096.png)" in message
    assert "--skip_bad_images" in message


def test_incomplete_chairs_can_be_taken_as_they_are(root, capfd):
    (_renders(root, 1) / "image_001_p020_t001_r096.png").unlink()
    data = load("chairs", root, class_ids=("0000", "0001"), skip_bad_images=True)
    np.testing.assert_array_equal(data.class_counts, [3, 2])
    assert f"{_renders(root, 1).parent} (2, lacking" in capfd.readouterr().err


def test_more_views_than_there_should_be_are_named(root):
    _view(80, 30, 40, 54, 50, 0).save(_renders(root, 0) / "image_003_p030_t000_r096.png")
    with pytest.raises(UsageError, match=r"0a b \(4\)"):
        load("chairs", root, class_ids=("0000",))


def test_a_chair_without_views_is_an_error_even_when_skipping(root):
    for path in _renders(root, 2).iterdir():
        path.unlink()
    _renders(root, 2).rmdir()
    with pytest.raises(UsageError, match="ff \\(0, lacking"):
        load("chairs", root, class_ids=("0000", "0002"))
    with pytest.raises(UsageError, match="no usable chair views of chair 0002"):
        load("chairs", root, class_ids=("0000", "0002"), skip_bad_images=True)


@pytest.mark.parametrize("kind", ["truncated", "blank", "oblong"])
def test_bad_views_are_named_or_skipped(root, kind, capfd):
    path = _renders(root, 1) / "image_002_p020_t002_r096.png"
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:60])
    elif kind == "blank":
        _view(80, 0, 0, 80, 80, 255).save(path)
    else:
        Image.new("RGB", (80, 60)).save(path)
    words = {
        "truncated": "cannot be read",
        "blank": "is blank: all of it is white",
        "oblong": "is 80 x 60 pixels, but the renderings are square",
    }
    with pytest.raises(BadImageError, match=words[kind]) as caught:
        load("chairs", root, class_ids=("0000", "0001"))
    assert str(path) in str(caught.value)
    data = load("chairs", root, class_ids=("0000", "0001"), skip_bad_images=True)
    np.testing.assert_array_equal(data.class_counts, [3, 2])
    assert f"skipped 1 of 6 chair views (outlines) that cannot be used: {path}" in (
        capfd.readouterr().err
    )


def test_real_files():
    if not (REAL / "rendered_chairs").is_dir():
        pytest.skip(f"{REAL / 'rendered_chairs'} is not there")
    data = load("chairs", REAL, class_ids=("0000", "0011"))
    assert data.images.shape == (124, 64, 64, 3)
    np.testing.assert_array_equal(data.class_counts, [62, 62])
    border = np.concatenate([data.images[:, [0, -1]].ravel(), data.images[:, :, [0, -1]].ravel()])
    assert (border == 255).all()  # white stays white and nothing is cut off
    drawn = np.argwhere(data.images.min(axis=(0, 3)) < 250)
    assert drawn.min() <= 6 and drawn.max() >= 57  # the largest fills the image
    with pytest.raises(UsageError, match=r"lacks 2 of 3 chairs \(0012, 0965\)"):
        load("chairs", REAL, class_ids=("0001", "0012", "0965"))
