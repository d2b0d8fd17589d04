"""What TensorBoard is told of a run: its own code reads it."""

import html
import json
import re

import pytest
import tensorflow as tf
from tensorboard import plugin_util
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_accumulator import (
    EventAccumulator as PluginEventAccumulator,
)
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar.metadata import CONFIG_SUMMARY_TAG

from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.scalars import probability_tags, tag
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.training import tensorboard
from elastic_infogan_tf.utils.text import plain
from tests.board import Board
from tests.nasty_names import NASTY
from tests.run.run_folders import make_results, make_run


def _make(root, results=None, **settings):
    """A run folder with its settings told, and its results where there are some."""
    folder = make_run(root)
    record = folder.read_record()
    record["config"] = resolve("digits", **settings).to_json()
    folder.record.write_text(json.dumps(record))
    tensorboard.write_settings(folder)
    if results:
        tensorboard.write_results(results, tf.summary.create_file_writer(str(folder.tensorboard)))
    return folder


def _events(folder):
    return EventAccumulator(str(folder.tensorboard), {"tensors": 0}).Reload()


def test_a_folder_of_runs_is_a_table_of_settings_and_results(tmp_path):
    results = make_results()
    dead = results | {"health": results["health"] | {"state": health.DEAD}}
    rates = {"generator_learning_rate": 1e-4, "class_ids": ("3", "5"), "epochs": 7}
    first = _make(tmp_path / "first", results, **rates)
    _make(tmp_path / "second", dead, method="joint_vae", seed=4)
    _make(tmp_path / "third")
    with_end = tf.summary.create_file_writer(str(first.tensorboard))
    tensorboard.write_end(with_end)
    trials = Board(tmp_path).trials(3)
    assert list(trials) == ["first", "second", "third"]
    settings, metrics, statuses = trials["first"]
    assert (settings["method"], settings["epochs"]) == ("elastic_infogan", 7)
    assert (settings["class_ids"], settings["generator_learning_rate"]) == ("3,5", 1e-4)
    assert "rotation 20.0" in settings["augment"] and settings["skip_bad_images"] is False
    assert "beta" not in settings and "instance_noise_steps" not in settings  # None: not set
    assert metrics["results/nmi"] == pytest.approx(0.8)
    assert statuses == ["STATUS_SUCCESS"]
    settings, metrics, statuses = trials["second"]
    assert (settings["method"], settings["beta"], settings["seed"]) == ("joint_vae", 30, 4)
    # No score of a dead generator; what else was measured is there.
    assert "results/nmi" not in metrics and "results/pixel_spread" in metrics
    assert statuses == ["STATUS_UNKNOWN"]
    assert trials["third"][0]["dataset"] == "digits" and trials["third"][1] == {}


def test_a_run_that_goes_on_is_told_once_and_anew(tmp_path):
    folder = _make(tmp_path / "run", epochs=7)
    record = folder.read_record()
    record["config"]["schedule"]["epochs"] = 9
    folder.record.write_text(json.dumps(record))
    tensorboard.write_settings(folder)
    (trial,) = Board(tmp_path).trials(1).values()
    assert trial[0]["epochs"] == 9 and len(trial[2]) == 1
    assert [path.name for path in folder.tensorboard.iterdir()] == [folder.settings_events.name]
    assert len(_events(folder).Tensors("config")) == 1


def test_a_flat_record_of_an_earlier_version_is_told_too(tmp_path):
    folder = make_run(tmp_path / "run")
    tensorboard.write_settings(folder)
    assert Board(tmp_path).trials(1)["run"][0]["base_channels"] == 64


def test_the_config_is_a_table_that_says_names_as_they_are(tmp_path):
    folder = make_run(tmp_path / "run", names=NASTY, source="<b>x</b> | [y](http://z) _w_ `v` &lt;")
    tensorboard.write_settings(folder)
    (event,) = _events(folder).Tensors("config")
    text = tf.make_ndarray(event.tensor_proto).item()
    page = plugin_util.markdown_to_safe_html(text)
    cells = [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", page, re.DOTALL)]
    rows = list(zip(cells[::2], cells[1::2], strict=True))
    assert rows[0] == ("source", "<b>x</b> | [y](http://z) _w_ `v` &lt;")
    assert ("class_names", plain(", ".join(NASTY))) in rows
    assert {("learning_rate", "0.0002"), ("class_ids", "-")} <= set(rows)


def test_the_layout_has_a_place_for_each_number(tmp_path):
    folder = _make(tmp_path / "run")
    (event,) = _events(folder).Tensors(CONFIG_SUMMARY_TAG)
    layout = layout_pb2.Layout.FromString(tf.make_ndarray(event.tensor_proto).item())
    places = {
        (category.title, chart.title): chart.multiline.tag
        for category in layout.category
        for chart in category.chart
    }

    def place_of(name):
        (found,) = (
            place for place, tags in places.items() if any(re.match(one, name) for one in tags)
        )
        return found

    assert place_of("losses/generator_loss") == place_of("losses/discrete_kl")
    assert place_of("discriminator/real_accuracy")[0] == "discriminator"
    lines = probability_tags(10)
    assert {place_of(name) for name in lines} == {("prior", "probability of each code")}
    assert place_of("prior/prior_entropy") == ("prior", "entropy, nats")
    assert place_of(tag("nmi")) == ("scores", "NMI")
    rows = metric_table.taken(metric_table.SIGN)
    signs = {place_of(tag(row.name)) for row in rows}
    assert {group for group, _ in signs} == {"health"} and len(signs) < len(rows)
    # The sum of all losses, which only says whether one is not finite, would dwarf the others.
    assert not [tags for tags in places.values() if any(re.match(t, "losses/loss") for t in tags)]


def test_many_codes_are_no_lines():
    assert len(probability_tags(40)) == 40 and probability_tags(41) == []


def test_steps_that_are_trained_again_stand_once(tmp_path):
    folder = _make(tmp_path / "run")
    for first, last in ((1, 6), (4, 8)):  # killed after step 6, its checkpoint is of step 3
        tensorboard.write_start(folder, first - 1)
        with tf.summary.create_file_writer(str(folder.tensorboard)).as_default():
            for step in range(first, last + 1):
                tf.summary.scalar("losses/loss", first, step=step)
        if first == 1:  # a process starts again a second later at the earliest
            for path in [*folder.tensorboard.glob("*.0"), *folder.tensorboard.glob("*.v2")]:
                path.rename(re.sub(r"\d{10}", "0000000001", str(path)))
    # As TensorBoard itself reads, where it has no data server.
    told = PluginEventAccumulator(str(folder.tensorboard)).Reload().Tensors("losses/loss")
    assert [event.step for event in told] == list(range(1, 9))
    assert [float(tf.make_ndarray(event.tensor_proto)) for event in told] == [1] * 3 + [4] * 5
