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
from elastic_infogan_tf.evaluation.projector import write_projector

NAMES = ("cat", "chat noir")


@pytest.fixture
def images():
    images = np.zeros((5, 8, 8, 3), np.uint8)
    images[:] = 40 * np.arange(5, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


@pytest.fixture
def get(tmp_path):
    """A function (route, **arguments) -> what TensorBoard's projector answers for tmp_path."""
    with tf.summary.create_file_writer(str(tmp_path)).as_default(step=0):
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
    features = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    write_projector(tmp_path, features, images, np.array([0, 1, 1, 0, 1]), NAMES)
    deadline = time.monotonic() + 30
    while not (runs := json.loads(get("runs"))) and time.monotonic() < deadline:
        time.sleep(0.2)  # TensorBoard reads the folder in the background
    (run,) = runs
    (embedding,) = json.loads(get("info", run=run))["embeddings"]
    assert embedding["tensorShape"] == [5, 3]
    assert embedding["sprite"]["singleImageDim"] == [8, 8]
    name = embedding["tensorName"]
    tensor = np.frombuffer(get("tensor", run=run, name=name), np.float32).reshape(5, 3)
    np.testing.assert_allclose(tensor, features, rtol=1e-4)
    metadata = get("metadata", run=run, name=name).decode().splitlines()
    assert metadata == ["cat", "chat noir", "chat noir", "cat", "chat noir"]
    sprite = np.asarray(Image.open(io.BytesIO(get("sprite_image", run=run, name=name))))
    assert sprite.shape == (24, 24, 3)
    assert [int(sprite[8 * (n // 3), 8 * (n % 3), 0]) for n in range(5)] == [0, 40, 80, 120, 160]


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
