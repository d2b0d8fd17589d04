"""The loader of faces on made-up frames and, where present, on real ones."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.sets import youtube_faces as faces
from elastic_infogan_tf.errors import UsageError
from tests.loading import load

REAL = Path(__file__).parents[4] / "shared" / "data"
NAMES = ("AJ_Cook", "Aaron_Eckhart", "Élodie_B", "Zoe van C")


def _load(root, **settings):
    return load("youtube_faces", root, **{"image_shape": (64, 64, 3)} | settings)


def _save(path, width, height, box=None, level=0):
    """A white JPEG with a black rectangle: left, top, right, bottom."""
    image = np.full((height, width, 3), 255, np.uint8)
    if box:
        left, top, right, bottom = box
        image[top:bottom, left:right] = level
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=95)


def _label(root, name, *lines):
    path = root / "YouTubeFaces" / "frame_images_DB" / f"{name}.labeled_faces.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _line(name, frame, x, y, width, height, video=0):
    return f"{name}\\{video}\\{video}.{frame}.jpg,0,{x},{y},{width},{height},0.0,1"


@pytest.fixture(name="root")
def _root(tmp_path):
    """Four people with two labelled frames in two videos, and an unlabelled one."""
    folder = tmp_path / "YouTubeFaces" / "frame_images_DB"
    for name in NAMES:
        _save(folder / name / "0" / "0.7.jpg", 120, 90, (30, 20, 70, 60))
        _save(folder / name / "1" / "1.8.jpg", 200, 100, (150, 50, 190, 90))
        _save(folder / name / "1" / "1.9.jpg", 200, 100)
        _label(
            tmp_path, name, _line(name, 7, 50, 40, 40, 40), _line(name, 8, 170, 70, 40, 40, 1), ""
        )
    return tmp_path


def test_the_first_people_regardless_of_case(root):
    data = _load(root, num_classes=3)
    assert data.class_names == ("Aaron_Eckhart", "AJ_Cook", "Zoe van C")
    assert data.images.shape == (6, 64, 64, 3) and data.images.dtype == np.uint8
    np.testing.assert_array_equal(data.labels, [0, 0, 1, 1, 2, 2])  # unlabelled frames: ignored
    assert data.source == "original layout, 4 people"


def test_people_can_be_chosen_by_name(root):
    data = _load(root, class_ids=("Élodie_B", "AJ_Cook"), image_shape=(128, 128, 3))
    assert data.class_names == ("Élodie_B", "AJ_Cook")
    assert data.images.shape == (4, 128, 128, 3)


def test_the_complete_data_set_is_called_original(root, monkeypatch):
    monkeypatch.setattr(faces, "PEOPLE", 4)
    assert _load(root, num_classes=1).source == "original"


def test_the_crop_is_the_box_with_its_margin(root):
    image = _load(root, class_ids=("AJ_Cook",), image_shape=(96, 96, 3)).images[0, ..., 0]
    dark = image < 128  # the box of 40 in a crop of 48: from 4/48 to 44/48 of 96
    np.testing.assert_array_equal(np.flatnonzero(dark.any(axis=0))[[0, -1]], [8, 87])
    np.testing.assert_array_equal(np.flatnonzero(dark.any(axis=1))[[0, -1]], [8, 87])


@pytest.mark.parametrize(
    "x, y, width, height, expected",
    [
        # A frame of 200 x 100 (width, height); expected: top, left, side.
        (100, 50, 40, 40, (26, 76, 48)),
        (100, 50, 20, 40, (26, 76, 48)),  # the longer side counts
        (10, 95, 40, 40, (52, 0, 48)),  # shifted right and up
        (195, 5, 40, 40, (0, 152, 48)),  # shifted left and down
        (60, 50, 90, 90, (0, 10, 100)),  # made smaller: 108 would not fit
        (200, 100, 10, 10, (88, 188, 12)),  # the corner is still in the frame
    ],
)
def test_crops_are_clamped_at_the_frame(tmp_path, x, y, width, height, expected):
    path = tmp_path / "frame.png"
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(100)[:, np.newaxis], np.arange(200)
    Image.fromarray(pixels).save(path)
    box = faces.FaceBox(x, y, max(width, height), "line 1")
    crop = faces._cut_box(pixels, box, path)
    top, left, side = expected
    assert crop.shape == (side, side, 3)
    assert tuple(crop[0, 0, :2]) == (top, left)


def test_missing_people_are_all_named(root):
    with pytest.raises(UsageError) as caught:
        _load(root, class_ids=("AJ_Cook", "Nobody", "No One"))
    assert "lacks 2 of 3 people (Nobody, No One); it has 4 people" in str(caught.value)


def test_endless_lines_and_names_are_refused_in_short(root, monkeypatch):
    for frame in ("x" * 300, "y" * 100_000):
        path = _label(root, "AJ_Cook", f"AJ_Cook\\0\\{frame}.jpg,0,1,1,1,1,0,0")
        with pytest.raises(UsageError) as caught:
            _load(root, class_ids=("AJ_Cook",))
        assert len(str(caught.value)) < 1500 and str(path) in str(caught.value)
    monkeypatch.setattr(faces, "_LARGEST_FILE", 1000)
    with pytest.raises(UsageError, match=r"must be a text file of at most 1,000 bytes"):
        _load(root, class_ids=("AJ_Cook",))


def test_aligned_images_of_any_kind_beside_an_empty_folder(tmp_path):
    root = tmp_path / "YouTubeFaces"
    (root / "frame_images_DB").mkdir(parents=True)
    for name in ("0.1.png", "0.2.JPG", "0.3.jpeg"):
        _save(root / "aligned_images_DB" / "Ann" / "0" / name, 60, 60)
    (root / "aligned_images_DB" / "Ann" / "0" / "._0.1.png").write_bytes(b"\0\5\x16\7")
    assert _load(tmp_path, num_classes=1).images.shape == (3, 64, 64, 3)


@pytest.mark.parametrize("number", [0, 5, 40])
def test_more_classes_than_people(root, number):
    with pytest.raises(UsageError, match=f"between 1 and 4, the people in .*Received: {number}"):
        _load(root, num_classes=number)


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_without_files_the_data_set_and_the_place_are_named(tmp_path, folder):
    with pytest.raises(UsageError) as caught:
        _load(None if folder == "none" else tmp_path)
    message = str(caught.value)
    assert "YouTube Faces" in message and "YouTubeFaces/frame_images_DB/" in message
    assert ("no --data_dir" if folder == "none" else f"{tmp_path} has no folder") in message
    (tmp_path / "YouTubeFaces").mkdir()
    with pytest.raises(UsageError, match="neither frame_images_DB nor aligned_images_DB"):
        _load(tmp_path)


def test_a_missing_labels_file_is_named(root):
    path = _label(root, "AJ_Cook")
    path.unlink()
    with pytest.raises(UsageError, match=r"AJ_Cook\.labeled_faces\.txt cannot be read \(No such"):
        _load(root, class_ids=("AJ_Cook",))


def test_a_labels_file_that_is_no_text_is_named(root):
    _label(root, "AJ_Cook").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(UsageError, match=r"AJ_Cook\.labeled_faces\.txt cannot be read \('utf-8'"):
        _load(root, class_ids=("AJ_Cook",))


GOOD = _line("AJ_Cook", 7, 50, 40, 40, 40)


@pytest.mark.parametrize(
    "line, problem",
    [
        ("AJ_Cook\\0\\0.7.jpg,0,50,40,40", "must be AJ_Cook\\<video>\\<file>.jpg,0,x,y,width"),
        (GOOD.replace("50", "fifty"), "width,height,0,0 but is 'AJ_Cook\\0\\0.7.jpg,0,fifty,"),
        (GOOD.replace("50", "nan"), "must be AJ_Cook"),
        (GOOD.replace("50", ""), "must be AJ_Cook"),
        (GOOD.replace("AJ_Cook", "Zoe van C"), "names Zoe van C\\0\\0.7.jpg, which is no frame"),
        (GOOD.replace("\\0\\", "\\"), "which is no frame in a video of AJ_Cook"),
        (GOOD.replace("\\0\\", "\\..\\"), "which is no frame in a video of AJ_Cook"),
        (_line("AJ_Cook", 7, 50, 40, 0, 40), "gives the face no area (width 0, height 40)"),
        (_line("AJ_Cook", 7, 50, 40, 40, -3), "gives the face no area (width 40, height -3)"),
    ],
)
def test_wrong_lines_name_the_file_and_the_line(root, line, problem, capfd):
    good = _line("AJ_Cook", 8, 170, 70, 40, 40, 1)
    path = _label(root, "AJ_Cook", good, "", line)
    with pytest.raises(UsageError) as caught:
        _load(root, class_ids=("AJ_Cook",))
    message = str(caught.value)
    assert message.startswith(f"{path}, line 3, ") and problem in message
    assert "--skip_bad_images" in message
    data = _load(root, class_ids=("AJ_Cook",), skip_bad_images=True)
    assert len(data.images) == 1
    assert f"skipped lines: {path}, line 3, " in capfd.readouterr().err


def test_several_wrong_lines_are_counted_and_repeated_frames_are_wrong(root):
    _label(root, "AJ_Cook", GOOD, GOOD, "junk")
    with pytest.raises(UsageError) as caught:
        _load(root, class_ids=("AJ_Cook",))
    assert "line 2, repeats the frame AJ_Cook/0/0.7.jpg" in str(caught.value)
    assert "(wrong lines in all: 2)" in str(caught.value)


def test_missing_frames_are_counted_and_the_first_is_named(root, capfd):
    lines = [GOOD] + [_line("AJ_Cook", frame, 5, 5, 4, 4, 3) for frame in range(5)]
    path = _label(root, "AJ_Cook", *lines)
    with pytest.raises(UsageError) as caught:
        _load(root, class_ids=("AJ_Cook",))
    message = str(caught.value)
    assert f"{path}, line 2, names AJ_Cook/3/3.0.jpg, which is not there" in message
    assert "(wrong lines in all: 5)" in message
    assert len(_load(root, class_ids=("AJ_Cook",), skip_bad_images=True).images) == 1
    assert "which is not there (wrong lines in all: 5)" in capfd.readouterr().err


def test_boxes_outside_of_their_frame_name_file_line_and_frame(root, capfd):
    lines = (GOOD, _line("AJ_Cook", 8, 201, 70, 40, 40, 1))
    path = _label(root, "AJ_Cook", *lines)
    with pytest.raises(BadImageError) as caught:
        _load(root, class_ids=("AJ_Cook",))
    message = str(caught.value)
    assert message.startswith(f"{path}, line 2, puts the face at (201, 70), outside of its frame")
    assert "1.8.jpg of 200 x 100 pixels" in message
    assert len(_load(root, class_ids=("AJ_Cook",), skip_bad_images=True).images) == 1
    assert "skipped 1 of 2 faces" in capfd.readouterr().err


def test_people_without_faces_are_named(root):
    _label(root, "AJ_Cook")
    _label(root, "Zoe van C", "")
    with pytest.raises(UsageError, match="no usable faces of AJ_Cook, Zoe van C;"):
        _load(root, class_ids=NAMES)


def test_windows_line_ends_slashes_and_byte_order_marks_are_read(root):
    content = "\ufeff" + GOOD.replace("\\", "/") + "\r\n"
    _label(root, "AJ_Cook").write_bytes(content.encode())
    assert len(_load(root, class_ids=("AJ_Cook",)).images) == 1


def test_aligned_images_are_taken_where_there_are_no_frames(tmp_path):
    folder = tmp_path / "YouTubeFaces" / "aligned_images_DB"
    for index, name in enumerate(NAMES):
        # The face box is 100 / 2.2 = 45 pixels in the middle of the shorter side.
        path = folder / name / "0" / f"aligned_detect_0.{index}.jpg"
        _save(path, 120, 100, (38, 28, 83, 73))
    data = _load(tmp_path, num_classes=4, image_shape=(55, 55, 3))
    assert data.images.shape == (4, 55, 55, 3)
    assert data.source == "original layout, 4 people, aligned"
    dark = np.flatnonzero((data.images[0, ..., 0] < 128).any(axis=0))
    # A crop of 55: the same framing as from a frame, 5 of margin on each side.
    np.testing.assert_allclose([dark[0], dark[-1] + 1], [5, 50], atol=1)


def test_real_files():
    if not (REAL / "YouTubeFaces").is_dir():
        pytest.skip(f"{REAL / 'YouTubeFaces'} is not there")
    data = _load(REAL, num_classes=20)
    assert data.images.shape == (200, 64, 64, 3)
    np.testing.assert_array_equal(data.class_counts, [10] * 20)
    assert (data.images.std(axis=(1, 2, 3)) > 10).all()
    assert not (data.images == 0).all(axis=(2, 3)).any()  # no black borders: rows
    assert not (data.images == 0).all(axis=(1, 3)).any()  # columns
    with pytest.raises(UsageError, match="between 1 and 20"):
        _load(REAL)
