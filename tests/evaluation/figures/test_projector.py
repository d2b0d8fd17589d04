"""TensorBoard itself serves what was written."""

import io
import json
import time
import urllib.parse
import urllib.request

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard import program

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures.projector import write_projector
from elastic_infogan_tf.text import plain
from tests.nasty_names import NASTY

NAMES = ("cat", "chat noir")


@pytest.fixture
def images():
    images = np.zeros((5, 8, 8, 3), np.uint8)
    images[:] = 40 * np.arange(5, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


@pytest.fixture
def get(tmp_path):
    """A function (route, **arguments) -> what TensorBoard's projector answers for tmp_path."""
    for folder in (tmp_path, tmp_path / "a run" / "tensorboard"):
        with tf.summary.create_file_writer(str(folder)).as_default(step=0):
            tf.summary.scalar("loss", 1.0)
    board = program.TensorBoard()
    board.configure(logdir=str(tmp_path), host="127.0.0.1", port=0)
    url = board.launch()

    def ask(route, **arguments):
        query = urllib.parse.urlencode(arguments)
        address = f"{url}data/plugin/projector/{route}?{query}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read()

    return ask


def test_tensorboard_shows_features_names_and_sprites(tmp_path, images, get):
    """Both with the folder itself as --logdir and with one above it."""
    features = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    labels = np.array([0, 1, 1, 0, 1])
    write_projector(tmp_path, features, images, labels, NAMES)
    write_projector(tmp_path / "a run" / "tensorboard", features + 1, images, labels, NAMES)
    expected = {".": features, "a run/tensorboard": features + 1}
    deadline = time.monotonic() + 30
    while len(runs := json.loads(get("runs"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)  # TensorBoard reads the folder in the background
    assert sorted(runs) == sorted(expected)
    for run, there in expected.items():
        (embedding,) = json.loads(get("info", run=run))["embeddings"]
        assert embedding["tensorShape"] == [5, 3]
        assert embedding["sprite"]["singleImageDim"] == [8, 8]
        name = embedding["tensorName"]
        tensor = np.frombuffer(get("tensor", run=run, name=name), np.float32).reshape(5, 3)
        np.testing.assert_allclose(tensor, there, rtol=1e-4)
        metadata = get("metadata", run=run, name=name).decode().splitlines()
        assert metadata == ["cat", "chat noir", "chat noir", "cat", "chat noir"]
        sprite = np.asarray(Image.open(io.BytesIO(get("sprite_image", run=run, name=name))))
        assert sprite.shape == (24, 24, 3)
        first = [int(sprite[8 * (n // 3), 8 * (n % 3), 0]) for n in range(5)]
        assert first == [0, 40, 80, 120, 160]


def test_every_image_has_one_line_with_its_name(tmp_path, images):
    labels = np.array([0, 1, 2, 0, 1])
    write_projector(tmp_path, np.ones((5, 2)), images, labels, ("a\tb", "", "c\nd"))
    lines = (tmp_path / "features_metadata.tsv").read_text().splitlines()
    assert lines == ["a b", "(no name)", "c d", "a b", "(no name)"]


def test_a_sprite_is_no_larger_than_tensorboard_shows(tmp_path):
    # 129 x 129 images of 64 pixels would be 8256 wide.
    images = np.broadcast_to(np.uint8(7), (128**2 + 1, 64, 64, 1))
    write_projector(tmp_path, np.ones((len(images), 1)), images, None, ())
    sprite = Image.open(tmp_path / "features_sprite.png")
    assert sprite.size == (129 * 63, 129 * 63)
    assert sprite.getpixel((0, 128 * 63)) == 255 and sprite.getpixel((0, 127 * 63)) == 7
    assert "single_image_dim: 63" in (tmp_path / "projector_config.pbtxt").read_text()


def test_many_dimensions_are_reduced_and_many_images_shrunk(tmp_path):
    features = np.random.default_rng(0).normal(size=(300, 150))
    images = np.zeros((300, 600, 600, 1), np.uint8)
    write_projector(tmp_path, features, images, None, ())
    assert np.loadtxt(tmp_path / "features.tsv").shape == (300, 100)
    assert Image.open(tmp_path / "features_sprite.png").size == (18 * 64, 18 * 64)
    assert not (tmp_path / "features_metadata.tsv").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, images):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write"):
        write_projector(tmp_path / "file", np.ones((5, 2)), images, None, ())


def test_any_name_is_a_line_that_can_be_read(tmp_path):
    labels = np.arange(len(NASTY))
    pictures = np.zeros((len(NASTY), 8, 8, 3), np.uint8)
    write_projector(tmp_path, np.ones((len(NASTY), 2)), pictures, labels, NASTY)
    text = (tmp_path / "features_metadata.tsv").read_text(encoding="utf-8")
    assert text.splitlines() == [plain(name) or "(no name)" for name in NASTY]
    assert "\t" not in text
