"""Anyone's own folder of images: what is found, what it is labelled, what is refused."""

import os
import sys

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.files import image
from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.files.search import formats
from elastic_infogan_tf.data.sets import image_folder
from elastic_infogan_tf.data.sets.image_folder import find_images, load_unseen
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.data import DataFiles
from tests import loading

SHAPE = (16, 16, 3)
ENDINGS = {".jfif": "JPEG", ".jpe": "JPEG", ".gif": "GIF", ".tif": "TIFF", ".tiff": "TIFF"}


def load(folder, image_shape, **settings):
    return loading.load("image_folder", folder, image_shape=image_shape, **settings)


def _draw(path, colour, size=(40, 30)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def folder(tmp_path):
    """Two classes, a name with a space and one with letters beyond ASCII, four kinds of files."""
    folder = tmp_path / "my images"
    _draw(folder / "chat noir" / "b.png", (0, 0, 0), (30, 40))
    _draw(folder / "chat noir" / "deep" / "a.bmp", (10, 10, 10))
    _draw(folder / "Bär" / "c.webp", (200, 0, 0), (16, 16))
    _draw(folder / "Bär" / "ü.JPEG", (0, 0, 250), (100, 16))
    (folder / "Bär" / "notes.txt").write_text("no image")
    _draw(folder / "Bär" / ".hidden.png", (0, 0, 0))
    _draw(folder / ".thumbs" / "x.png", (0, 0, 0))
    return folder


def test_folders_are_classes_and_names_give_the_order(folder):
    files = find_images(folder)
    assert files.class_names == ("Bär", "chat noir")
    assert [path.name for path in files.paths] == ["c.webp", "ü.JPEG", "b.png", "a.bmp"]
    assert files.labels.tolist() == [0, 0, 1, 1]


def test_images_are_fitted_and_keep_their_colours(folder):
    data = load(folder, SHAPE)
    assert data.images.shape == (4, *SHAPE) and data.source == "image folder my images"
    expected = [(200, 0, 0), (0, 0, 250), (0, 0, 0), (10, 10, 10)]
    np.testing.assert_allclose(data.images.mean(axis=(1, 2)), expected, atol=12)  # JPEG and WebP
    assert load(folder, (28, 28, 1)).images.shape == (4, 28, 28, 1)


def test_images_keep_the_names_of_their_files(folder):
    data = load(folder, SHAPE)
    names = ("Bär/c.webp", "Bär/ü.JPEG", "chat noir/b.png", "chat noir/deep/a.bmp")
    assert data.files == names
    (folder / "Bär" / "c.webp").write_bytes(b"")
    assert load(folder, SHAPE, skip_bad_images=True).files == names[1:]
    drawn = data.take(np.array([3, 1]))
    assert drawn.files == (names[3], names[1]) and drawn.labels.tolist() == [1, 0]


def test_images_that_nobody_has_looked_at_are_the_same_ones(folder):
    (data, unreadable), whole = load_unseen(folder, SHAPE, DataFiles()), load(folder, SHAPE)
    assert unreadable == () and np.array_equal(data.images, whole.images)
    assert (data.files, data.class_names, data.source) == (
        whole.files,
        whole.class_names,
        whole.source,
    )
    assert np.array_equal(data.labels, whole.labels)


def test_images_to_look_at_may_be_one_corrupted_or_in_disorder(folder, tmp_path):
    (folder / "empty").mkdir()
    assert load_unseen(folder, SHAPE, DataFiles())[0].class_names == ("Bär", "chat noir")
    (folder / "beside.png").write_bytes(b"no image")
    mixed, unreadable = load_unseen(folder, SHAPE, DataFiles())
    assert unreadable == ("beside.png",) and len(mixed.images) == len(mixed.files) == 4
    assert mixed.labels is None and mixed.class_names == ()
    only, _ = load_unseen(folder / "chat noir" / "deep", SHAPE, DataFiles())
    assert only.files == ("a.bmp",) and only.labels is None
    with pytest.raises(UsageError, match=r"empty has 0 images .*; give a folder with images"):
        load_unseen(folder / "empty", SHAPE, DataFiles())


def test_images_without_folders_have_no_labels(tmp_path):
    for name in ("b.png", "a.png"):
        _draw(tmp_path / name, (1, 2, 3))
    data = load(tmp_path, SHAPE)
    assert data.labels is None and data.class_names == () and data.class_counts is None
    assert len(data.images) == 2


def test_a_folder_is_decoded_once_for_training_and_sorting(folder, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    files = DataFiles(folder, cache_dir=cache)
    first = catalogue.load(resolve("image_folder"), files)
    shape = first.images.shape[1:]
    with monkeypatch.context() as patch:
        patch.setattr(image_folder, "read_image", lambda *_, **__: pytest.fail("decoded twice"))
        assert catalogue.load(resolve("image_folder"), files).fingerprint == first.fingerprint
        seen = load(folder, shape, cache_dir=cache)
        assert np.array_equal(load_unseen(folder, shape, files)[0].images, seen.images)
    _draw(folder / "Bär" / "c.webp", (201, 0, 90), (16, 16))
    assert catalogue.load(resolve("image_folder"), files).fingerprint != first.fingerprint
    assert sorted(path.name for path in folder.iterdir()) == [".thumbs", "Bär", "chat noir"]


def test_a_corrupted_image_is_named_or_left_out(folder, capfd):
    corrupted = folder / "Bär" / "d.png"
    corrupted.write_bytes((folder / "chat noir" / "b.png").read_bytes()[:60])
    with pytest.raises(BadImageError, match=r"d\.png .*--skip_bad_images"):
        load(folder, SHAPE)
    data = load(folder, SHAPE, skip_bad_images=True)
    assert data.labels.tolist() == [0, 0, 1, 1]
    assert "d.png" in capfd.readouterr().err


def test_a_class_of_corrupted_images_only_is_refused(folder):
    (folder / "empty class").mkdir()
    (folder / "empty class" / "x.png").touch()
    with pytest.raises(UsageError, match=r"classes without usable images \(empty class\)"):
        load(folder, SHAPE, skip_bad_images=True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: folder / "gone", "gone is not a folder"),
        (lambda folder: folder / "Bär" / "notes.txt", "notes.txt is not a folder"),
        (lambda folder: _made(folder / "new"), "has 0 images (.png, .jpg, .jpeg, "),
        (lambda folder: _made(folder / "new", "a.png"), "has 1 image"),
        (lambda folder: _of_a_phone(folder / "new"), ", and beside them .heic 2 (read with pip"),
        (lambda folder: _made(folder, "beside.png"), "1 image beside folders of images"),
        (lambda folder: _made(folder / "vide").parent, "without usable images (vide)"),
    ],
)
def test_a_folder_that_is_not_what_it_should_be_is_refused(folder, spoil, words, without_heif):
    with pytest.raises(UsageError) as refusal:
        load(spoil(folder), SHAPE)
    assert words in str(refusal.value)


def _made(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        _draw(folder / name, (0, 0, 0))
    return folder


def _of_a_phone(folder):
    folder.mkdir()
    for name in ("a.heic", "b.HEIC"):
        (folder / name).touch()
    return folder


@pytest.fixture
def without_heif(monkeypatch):
    """As where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    formats.cache_clear()
    yield
    formats.cache_clear()


def test_what_is_left_out_is_counted_by_ending(folder, without_heif):
    for name in ("a.heic", "deep/b.heic", "Makefile", ".DS_Store", "c.TXT"):
        (folder / "Bär" / name).parent.mkdir(exist_ok=True)
        (folder / "Bär" / name).touch()
    (folder / "list.csv").touch()
    (folder / "Bär" / "broken.jfif").write_bytes(b"no image")
    assert load(folder, SHAPE, skip_bad_images=True).left_out == (
        '.heic 2 (read with pip install "elastic-infogan-tf[heif]")',
        ".txt 2",
        "without ending 1",
        ".csv 1",
        "corrupted 1",
    )


def test_more_endings_are_read(tmp_path):
    for index, (ending, kind) in enumerate(ENDINGS.items()):
        Image.new("RGB", (20, 20), (10 * index, 0, 100)).save(tmp_path / f"a{ending}", kind)
    data = load(tmp_path, SHAPE)
    assert data.left_out == () and len(data.images) == len(ENDINGS)
    reds = dict(zip(sorted(ENDINGS), data.images[..., 0].mean(axis=(1, 2)), strict=True))
    for index, ending in enumerate(ENDINGS):
        assert reds[ending] == pytest.approx(10 * index, abs=6)


def test_photographs_of_phones_are_read_with_the_extra(tmp_path):
    pytest.importorskip("pillow_heif").register_heif_opener()
    for name in ("a.heic", "b.HEIF"):
        Image.new("RGB", (64, 48), (200, 10, 10)).save(tmp_path / name, "HEIF")
    images = load(tmp_path, SHAPE).images
    np.testing.assert_allclose(images.mean(axis=(0, 1, 2)), (200, 10, 10), atol=8)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root, and Windows, read every folder"
)
def test_a_folder_that_cannot_be_read_is_refused(folder):
    (folder / "Bär").chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        load(folder, SHAPE)
    (folder / "Bär").chmod(0o755)


def test_an_error_while_walking_names_the_folder(folder, monkeypatch):
    """As for a folder without permission, which root cannot make."""

    def walk(top, onerror, followlinks):
        onerror(PermissionError(13, "Permission denied", str(top)))
        return iter(())

    monkeypatch.setattr(os, "walk", walk)
    with pytest.raises(UsageError, match=r"the folder .*Bär cannot be read: Permission denied"):
        load(folder, SHAPE)


def test_one_folder_is_no_class(folder, capfd):
    (folder / "Bär").rename(folder.parent / "elsewhere")
    data = load(folder, SHAPE)
    assert data.labels is None and data.class_names == ()
    assert data.files == ("chat noir/b.png", "chat noir/deep/a.bmp")
    assert "one folder of images, chat noir, which is taken for no class" in capfd.readouterr().err


def test_parts_of_a_data_set_are_said_to_be_classes(tmp_path, capfd):
    for name in ("train", "Val", "test"):
        _draw(tmp_path / name / "a.png", (0, 0, 0))
    assert load(tmp_path, SHAPE).class_names == ("Val", "test", "train")
    assert "has the folders Val, test, train, which are taken for" in capfd.readouterr().err
    _draw(tmp_path / "cat" / "a.png", (0, 0, 0))
    assert len(find_images(tmp_path).paths) == 4
    assert "taken for" not in capfd.readouterr().err


def test_what_systems_and_this_package_leave_among_images_is_passed_over(folder):
    for name in ("__MACOSX/Bär/._c.webp", "Bär/._c.webp", "Bär/__MACOSX/d.png"):
        _draw(folder / "tmp.png", (0, 0, 0))
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tmp.png").rename(folder / name)
    for run, record in (("runs/one", "config.json"), ("Bär/sorted", "summary.json")):
        _draw(folder / run / "figures" / "grid.png", (0, 0, 0))
        (folder / run / record).touch()
        (folder / run / "metrics.csv").touch()
        (folder / run / "groups.csv").touch()
    data = load(folder, SHAPE)
    assert data.class_names == ("Bär", "chat noir") and len(data.images) == 4
    assert "folder of results 2" in data.left_out


def test_links_are_followed_and_those_to_nothing_are_named_or_counted(folder, capfd):
    (folder / "linked").symlink_to(folder / "Bär")
    (folder / "chat noir" / "deep" / "round").symlink_to(folder / "chat noir")
    (folder / "chat noir" / "more").symlink_to(folder / "Bär")
    (folder / "old").symlink_to("/nowhere")
    data = load(folder, SHAPE)
    assert data.class_counts.tolist() == [2, 4, 2]
    assert "broken link 1" in data.left_out
    (folder / "Bär" / "gone.png").symlink_to("/nowhere/gone.png")
    with pytest.raises(BadImageError, match=r"gone\.png cannot be read \(No such file"):
        load(folder, SHAPE)
    assert len(load(folder, SHAPE, skip_bad_images=True).images) == 8
    assert "gone.png" in capfd.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("flat", [True, False])
def test_a_pipe_with_a_images_name_does_not_stop_a_run(folder, flat):
    root = folder / "Bär" if flat else folder
    os.mkfifo(folder / "Bär" / "z.png")
    with pytest.raises(BadImageError, match=r"z\.png is no regular file"):
        load(root, SHAPE)


def test_an_image_that_is_too_large_is_named_or_left_out(monkeypatch, folder):
    monkeypatch.setattr(image, "_MOST_PIXELS", 1599)
    with pytest.raises(BadImageError, match=r"ü\.JPEG is too large \(100 x 16 pixels\).*1,599"):
        load(folder, SHAPE)
    assert load_unseen(folder, SHAPE, DataFiles())[1] == ("Bär/ü.JPEG",)


def test_names_in_any_writing_and_bytes_that_are_none(folder):
    names = ["猫", "\U0001f41f fish", "two\nlines", "=1", os.fsdecode(b"caf\xe9")]
    for name in names:
        _draw(folder / name / f"{name}.png", (0, 0, 0))
    assert set(load(folder, SHAPE).class_names) == {*names, "Bär", "chat noir"}


def test_names_say_which_images_are_a_burst(tmp_path):
    for name in ("a/x1", "a/x2", "b/x1", "b/x2"):
        _draw(tmp_path / f"{name}.png", (0, 0, 0))
    assert load(tmp_path, SHAPE, bursts="name").bursts.tolist() == [0, 0, 1, 1]
    assert load(tmp_path, SHAPE).bursts is None
