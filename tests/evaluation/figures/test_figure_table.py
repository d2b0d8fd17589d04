"""All figures of the table: what is drawn when, and with any name there can be."""

import dataclasses
import io
import warnings

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference, Subject
from elastic_infogan_tf.evaluation.figures import features, figure_table
from elastic_infogan_tf.evaluation.figures.figure_table import publish
from elastic_infogan_tf.evaluation.inference import Inference
from tests.evaluation.known_model import (
    GreyClassifier,
    KnownAutoencoder,
    KnownModel,
    grey_images,
)
from tests.nasty_names import EVERYTHING, SHORT

METRICS = [{"epoch": "1", "generator_loss": "1.5", "nmi": "0.5"}]
UNLABELLED = dataclasses.replace(grey_images(), labels=None, class_names=())


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """The embedding of few images."""
    monkeypatch.setattr(features, "_EMBEDDED", 15)


def _subject(
    data, model=KnownAutoencoder, classifier=None, metrics=None, title="a run", counted=None
):
    inference = Inference(model([2, 0, 3, 1], [0.2, 0.4, 0.1, 0.3]))
    return Subject(Evidence(inference, Reference(data, classifier), 5, counted), title, metrics)


def test_a_training_draws_the_grid_and_the_prior_and_gets_no_more_ready():
    subject = _subject(grey_images(), KnownModel, counted=20)
    assert figure_table.draw(subject, in_training=True).keys() == {"grid", "prior"}
    assert not {"encoded", "generated"} & vars(subject.evidence).keys()


def test_an_evaluation_draws_all_that_there_is():
    subject = _subject(grey_images(), classifier=GreyClassifier(), metrics=METRICS)
    expected = {figure.name for figure in figure_table.FIGURES if figure.draw is not None}
    assert figure_table.draw(subject).keys() == expected


def test_what_needs_what_is_not_there_is_left_out():
    drawn = figure_table.draw(_subject(UNLABELLED, KnownModel))
    assert drawn.keys() == {"grid", "prior", "clusters", "neighbours", "embedding"}


def test_few_images_are_reconstructed_too():
    data = LabelledImages(np.zeros((7, 2, 2, 1), np.uint8), None, (), "made up")
    row = next(figure for figure in figure_table.FIGURES if figure.name == "reconstructions")
    assert row.draw(_subject(data)).startswith(b"\x89PNG")


def _draw(figures, data, title):
    """Figures as figures, by name; anything that Matplotlib complains about fails."""
    subject = _subject(data, classifier=GreyClassifier(), metrics=METRICS, title=title)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {
            figure.name: np.asarray(Image.open(io.BytesIO(figure.draw(subject))))
            for figure in figures
            if figure.draw is not None
        }


def test_every_figure_takes_any_names():
    title = f"{EVERYTHING} {'very ' * 40} {'w' * 200}"
    for figure, pixels in _draw(figure_table.FIGURES, grey_images((*SHORT, "")), title).items():
        assert max(pixels.shape) < 3000, figure


def test_a_name_is_drawn_as_it_is():
    """Two names that a formula would make look alike look different."""
    rows = [figure for figure in figure_table.FIGURES if figure.name == "contingency"]
    first, second = (
        _draw(rows, grey_images((name, "b", "c", "d")), "a run")["contingency"]
        for name in ("$x^2$", "$x^{2}$")
    )
    assert first.shape != second.shape or (first != second).any()


def test_files_and_tensorboard_get_the_same_figure(tmp_path):
    drawn = figure_table.draw(_subject(grey_images(), KnownModel), in_training=True)
    writer = tf.summary.create_file_writer(str(tmp_path / "tensorboard"))
    publish(drawn, tmp_path / "figures", writer, step=7)
    events = EventAccumulator(str(tmp_path / "tensorboard"), {"tensors": 0}).Reload()
    for name in drawn:
        pixels = np.asarray(Image.open(tmp_path / "figures" / f"{name}.png").convert("RGB"))
        (event,) = events.Tensors(f"figures/{name}")
        _, _, png = tf.make_ndarray(event.tensor_proto)
        assert event.step == 7
        np.testing.assert_array_equal(tf.io.decode_png(png, channels=3), pixels)


def test_a_figure_that_is_added_is_a_row(monkeypatch):
    mine = figure_table.Figure("mine", draw=lambda x: x.title.encode(), needs=("metrics",))
    monkeypatch.setattr(figure_table, "FIGURES", (mine,))
    subject = _subject(UNLABELLED, metrics=METRICS)
    assert figure_table.draw(subject) == {"mine": b"a run"}
    assert figure_table.draw(_subject(UNLABELLED)) == {}
