"""What TensorBoard is told of a run besides its curves and figures."""

import contextlib
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import summary as custom_scalar
from tensorboard.plugins.histogram import metadata
from tensorboard.plugins.hparams import api as hparams
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import summary as hparams_summary

from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.scalars import charts, probability_tags, result_tag
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import GROUPS
from elastic_infogan_tf.utils.files import unwritable, write_atomically
from elastic_infogan_tf.utils.text import plain

# What a sweep's runs differ in. TensorBoard shows the first five settings, these before others.
_SWEPT = ("dataset", "method", "class_set", "split", "seed")
_MARKS = re.compile(r"[^\w ]|_")  # all that might be one of Markdown's or of HTML's


def write_settings(folder: RunFolder) -> None:
    """Writes what TensorBoard is told once of a run, from its `config.json`.

    These are its settings, for the HParams tab and as text, and the custom scalars' layout, in an
    event file of their own, which a resumed run writes anew.
    """
    record = folder.read_record()
    config = Config.from_json(record["config"])
    parts = [
        hparams_summary.experiment_pb(_setting_infos(), _metric_infos()),
        hparams.hparams_pb(_values(config), trial_id=plain(folder.root.resolve().name)),
        custom_scalar.pb(_layout(charts(config.data.num_classes))),
    ]
    try:
        with tempfile.TemporaryDirectory() as scratch:
            # Closed, too: Windows removes no open file.
            writer = tf.summary.create_file_writer(scratch)
            with contextlib.closing(writer), writer.as_default(step=0):
                for part in parts:
                    tf.summary.experimental.write_raw_pb(part.SerializeToString())
                tf.summary.text("config", _text(record, config), description="What the run is.")
            (events,) = Path(scratch).iterdir()
            content = events.read_bytes()
    except OSError as error:
        raise unwritable(Path(tempfile.gettempdir()), error) from error
    write_atomically(folder.settings_events, content)


def write_start(folder: RunFolder, step: int) -> None:
    """Tells TensorBoard, before its writer is made, that a training starts or goes on after a step.

    A process that was killed has told more than its last checkpoint has: from the second start on
    TensorBoard forgets what it was told of later steps, which are trained again.
    """
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    events = [
        event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2"),
        event_pb2.Event(wall_time=time.time(), step=step + 1, session_log=start),
    ]
    # Files are read in the order of their names; the writer's has a host's name after the time.
    path = folder.tensorboard / f"events.out.tfevents.{int(time.time()):010d}.0"
    try:
        with tf.io.TFRecordWriter(str(path)) as file:
            for event in events:
                file.write(event.SerializeToString())
    except (OSError, tf.errors.OpError) as error:
        raise unwritable(path, error) from error


def write_results(results: Mapping[str, Any], writer: tf.summary.SummaryWriter) -> None:
    """Writes the scores of `results.json`, none of a dead generator's, for the HParams tab."""
    is_dead = health.is_dead(results["health"]["state"])
    with writer.as_default(step=results["step"]):
        for row in metric_table.numbers():
            section, key = row.path.split(".")
            value = (results[section] or {}).get(key)
            if value is not None and not (row.needs_life and is_dead):
                tf.summary.scalar(result_tag(row.name), value, description=row.good)
    writer.flush()


def write_end(writer: tf.summary.SummaryWriter) -> None:
    """Says that a run was trained to its end. Only then: what is said first stays."""
    part = hparams_summary.session_end_pb(api_pb2.STATUS_SUCCESS)
    with writer.as_default(step=0):
        tf.summary.experimental.write_raw_pb(part.SerializeToString())
    writer.flush()


def _values(config: Config) -> dict[str, bool | float | str]:
    """Returns the settings that are set, by flags, so that a column of numbers holds no others."""
    values: dict[str, Any] = {}
    for group in config.groups().values():
        fields = declare.to_json(group)
        values |= {setting.flag: fields[setting.name] for setting in _with_flags(type(group))}
    return {flag: _value(value) for flag, value in values.items() if value not in (None, [])}


def _value(value: Any) -> bool | float | str:
    if isinstance(value, dict):  # transforms and their strengths
        return ", ".join(f"{part} {size}" for part, size in value.items() if size is not None)
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _setting_infos() -> list[api_pb2.HParamInfo]:
    """Returns the settings of all methods, because of a sweep TensorBoard asks any one run."""
    return [
        api_pb2.HParamInfo(
            name=setting.flag, description=setting.help, differs=setting.flag in _SWEPT
        )
        for group in GROUPS.values()
        for setting in _with_flags(group.settings)
    ]


def _with_flags(owner: type) -> list[declare.Setting]:
    """Returns the settings that have flags; the others follow from the data set."""
    return [setting for setting in declare.settings_of(owner) if setting.flag is not None]


def _metric_infos() -> list[api_pb2.MetricInfo]:
    return [
        hparams.Metric(
            result_tag(row.name),
            display_name=row.title,
            description=". ".join(filter(None, (row.reading, row.good))),
        ).as_proto()
        for row in metric_table.numbers()
    ]


def _layout(groups: Mapping[str, Mapping[str, Sequence[str]]]) -> layout_pb2.Layout:
    layout = layout_pb2.Layout()
    for group, tags_of in groups.items():
        category = layout.category.add(title=group)
        for title, tags in tags_of.items():
            category.chart.add(title=title).multiline.tag.extend(tags)
    return layout


def _text(record: Mapping[str, Any], config: Config) -> str:
    """Returns a run's record as Markdown, a table for each part."""
    names = ("source", "data_dir", "images", "class_names", "class_counts")
    images = {name: record["data"].get(name) for name in names}
    made_with = record["versions"] | {"commit": record.get("git_commit")}
    parts = {"images": images, **config.to_json(), **record.get("how", {}), "made with": made_with}
    return "\n".join(_table(title, declare.flatten(fields)) for title, fields in parts.items())


def _table(title: str, fields: Mapping[str, Any]) -> str:
    rows = [f"| {_literal(title)} | |", "| --- | --- |"]
    for name, value in fields.items():
        value = "-" if value in (None, []) else value
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        rows.append(f"| {_literal(name)} | {_literal(text)} |")
    return "".join(f"{row}\n" for row in rows)


def _literal(text: str) -> str:
    """Returns text in one line of which TensorBoard's Markdown takes nothing for a mark."""
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", plain(text))


_BY_CODE = "The prior itself: a place for each code, and over it the code's probability."
_SPREAD = (
    "How far the codes' probabilities lie apart: those of all codes, from the smallest to the "
    "largest. A uniform prior is a line at 1/K."
)


class PriorLog(keras.callbacks.Callback):
    """Writes the prior of every epoch, and the one that a training begins with, to TensorBoard.

    There are a line for each code, as far as a chart can show them, and two histograms: of the
    codes, each as often as the prior says, and of their probabilities.
    """

    def __init__(self, writer: tf.summary.SummaryWriter) -> None:
        super().__init__()
        self._writer = writer

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Writes the prior that nothing has moved yet; a resumed run's was written before."""
        if self.model.step == 0:
            self._write()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Writes the prior."""
        self._write()

    def _write(self) -> None:
        probabilities = self.model.prior.probabilities.numpy()
        with self._writer.as_default(step=self.model.step):
            tags = probability_tags(len(probabilities))
            for name, value in zip(tags, probabilities[: len(tags)], strict=True):
                tf.summary.scalar(name, value)
            tf.summary.histogram("prior/probabilities", probabilities, description=_SPREAD)
            # `tf.summary.histogram` counts samples; here the counts are known.
            codes = np.arange(len(probabilities))
            buckets = np.stack([codes - 0.5, codes + 0.5, probabilities], axis=1)
            about = metadata.create_summary_metadata("prior/codes", _BY_CODE)
            tf.summary.write("prior/codes", buckets, metadata=about)
        self._writer.flush()
