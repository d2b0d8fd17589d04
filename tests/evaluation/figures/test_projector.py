"""TensorBoard itself serves what was written."""

import dataclasses
import io
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference
from elastic_infogan_tf.evaluation.figures.features import project, write_projector
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.utils.text import plain
from tests.board import Board
from tests.evaluation.known_model import KnownModel, grey_images
from tests.nasty_names import NASTY


@pytest.fixture
def images():
    images = np.zeros((5, 8, 8, 3), np.uint8)
    images[:] = 40 * np.arange(5, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return images


@pytest.fixture
def board(tmp_path):
    """TensorBoard on tmp_path, where there are two runs."""
    for folder in (tmp_path, tmp_path / "a run" / "tensorboard"):
        with tf.summary.create_file_writer(str(folder)).as_default(step=0):
            tf.summary.scalar("loss", 1.0)
    return Board(tmp_path)


def test_tensorboard_shows_features_columns_and_sprites(tmp_path, images, board):
    """Both with the folder itself as --logdir and with one above it."""
    features = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    columns = {"file": ["a.png", "b.png", "c.png", "d.png", "e.png"], "group": range(5)}
    write_projector(tmp_path, features, images, columns, 3)
    write_projector(tmp_path / "a run" / "tensorboard", features + 1, images, columns, 3)
    expected = {".": features, "a run/tensorboard": features + 1}
    runs = board.ask_until(lambda found: len(found) == 2, "projector", "runs")
    assert sorted(runs) == sorted(expected)
    for run, there in expected.items():
        (embedding,) = json.loads(board.ask("projector", "info", run=run))["embeddings"]
        assert embedding["tensorShape"] == [5, 3]
        assert embedding["sprite"]["singleImageDim"] == [8, 8]
        embedded = {"run": run, "name": embedding["tensorName"]}
        tensor = np.frombuffer(board.ask("projector", "tensor", **embedded), np.float32)
        np.testing.assert_allclose(tensor.reshape(5, 3), there, rtol=1e-4)
        metadata = board.ask("projector", "metadata", **embedded).decode().splitlines()
        assert metadata[:3] == ["file\tgroup", "a.png\t0", "b.png\t1"] and len(metadata) == 6
        sprite = np.asarray(
            Image.open(io.BytesIO(board.ask("projector", "sprite_image", **embedded)))
        )
        assert sprite.shape == (24, 24, 3)
        first = [int(sprite[8 * (n // 3), 8 * (n % 3), 0]) for n in range(5)]
        assert first == [0, 40, 80, 120, 160]


def test_a_running_tensorboard_shows_the_newest_features(tmp_path, images, board):
    assert json.loads(board.ask("projector", "runs")) == []
    columns = {"file": range(5)}
    for step in (7, 9):
        write_projector(tmp_path, np.full((5, 2), step), images, columns, step)
        # The data server may find the other run in between.
        assert "." in board.ask_until(bool, "projector", "runs")
        (embedding,) = json.loads(board.ask("projector", "info", run="."))["embeddings"]
        assert embedding["tensorName"] == f"Q's features, step {step}"
        tensor = board.ask("projector", "tensor", run=".", name=embedding["tensorName"])
        assert set(np.frombuffer(tensor, np.float32)) == {step}


def test_a_models_first_images_have_file_group_probability_and_class(tmp_path):
    model, data = KnownModel([2, 0, 3, 1], [0.25] * 4), grey_images(("a", "b\tb", "", "d"))
    files = tuple(f"{number}/\tx\n.png" for number in range(len(data.images)))
    evidence = Evidence(
        Inference(model), Reference(dataclasses.replace(data, files=files)), counted_images=60
    )
    model.step = 7
    project(evidence, tmp_path)
    heading, *lines = (tmp_path / "features_metadata.tsv").read_text().splitlines()
    assert heading.split("\t") == ["file", "group", "probability", "class"]
    assert len(lines) == 60 == len((tmp_path / "features.tsv").read_text().splitlines())
    codes = {2: 0, 0: 1, 3: 2, 1: 3}  # the code that shows a class
    for number, line in enumerate(lines):
        file, group, probability, name = line.split("\t")
        label = data.labels[number]
        assert (file, int(group)) == (f"{number}/ x .png", codes[label])
        assert name == ("a", "b b", "(no name)", "d")[label]
        assert 0.25 <= float(probability) <= 1


def test_images_without_files_have_numbers_and_no_groups_before_there_are_codes(tmp_path):
    model = KnownModel([2, 0, 3, 1], [0.25] * 4)
    model.step, model.next_clustering = 7, 100
    data = dataclasses.replace(grey_images(), labels=None)
    project(Evidence(Inference(model), Reference(data)), tmp_path)
    lines = (tmp_path / "features_metadata.tsv").read_text().splitlines()
    assert lines == [str(number) for number in range(100)]  # a single column has no heading


def test_every_image_has_one_line_with_its_name(tmp_path, images):
    names = ["a\tb", "", "c\nd", "a\tb", ""]
    write_projector(tmp_path, np.ones((5, 2)), images, {"class": names}, 3)
    lines = (tmp_path / "features_metadata.tsv").read_text().splitlines()
    assert lines == ["a b", "(no name)", "c d", "a b", "(no name)"]


def test_a_sprite_is_no_larger_than_tensorboard_shows(tmp_path):
    # 129 x 129 images of 64 pixels would be 8256 wide.
    images = np.broadcast_to(np.uint8(7), (128**2 + 1, 64, 64, 1))
    write_projector(tmp_path, np.ones((len(images), 1)), images, {"file": range(len(images))}, 3)
    sprite = Image.open(tmp_path / "features_sprite.png")
    assert sprite.size == (129 * 63, 129 * 63)
    assert sprite.getpixel((0, 128 * 63)) == 255 and sprite.getpixel((0, 127 * 63)) == 7
    assert "single_image_dim: 63" in (tmp_path / "projector_config.pbtxt").read_text()


def test_many_dimensions_are_reduced_and_many_images_shrunk(tmp_path):
    features = np.random.default_rng(0).normal(size=(300, 150))
    images = np.zeros((300, 600, 600, 1), np.uint8)
    write_projector(tmp_path, features, images, {"file": range(300)}, 3)
    assert np.loadtxt(tmp_path / "features.tsv").shape == (300, 100)
    assert Image.open(tmp_path / "features_sprite.png").size == (18 * 64, 18 * 64)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, images):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write"):
        write_projector(tmp_path / "file", np.ones((5, 2)), images, {"file": range(5)}, 3)


def test_any_name_is_a_line_that_can_be_read(tmp_path):
    figures = np.zeros((len(NASTY), 8, 8, 3), np.uint8)
    write_projector(tmp_path, np.ones((len(NASTY), 2)), figures, {"class": NASTY}, 3)
    text = (tmp_path / "features_metadata.tsv").read_text(encoding="utf-8")
    assert text.splitlines() == [plain(name) or "(no name)" for name in NASTY]
    assert "\t" not in text
