"""Evaluates a run that has checkpoints, exports it."""

import contextlib
import dataclasses
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import keras

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups.groups import GroupNames, read_names
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.report.page import write_page
from elastic_infogan_tf.run.evaluate import Report
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import is_of, remembered_cache, remembered_folder
from elastic_infogan_tf.serving import export_formats, model_card
from elastic_infogan_tf.serving.export_formats import export_saved_model
from elastic_infogan_tf.settings import declare, running
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.finished import ExportSettings
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.settings.running import EvaluationSettings
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.training.checkpoints import Checkpoints, select_checkpoints
from elastic_infogan_tf.training.tensorboard import write_settings
from elastic_infogan_tf.utils.files import write_atomically


def evaluate(
    model_dir: Path, files: DataFiles, checkpoint: str | None, given: Mapping[str, Any]
) -> None:
    """Evaluates a run: `results.json`, figures and the page in its folder, and a printed table.

    Args:
        model_dir: the run folder.
        files: where the data sets are; without a folder, that which the run was trained from.
        checkpoint: None for the newest; `all`; or one's step, name or path. An older one than the
            newest gets results and figures of its own.
        given: settings of the evaluation, by name; the others are as it was evaluated before.

    Raises:
        UsageError: if there is no run, no such checkpoint, or not the run's data.
    """
    folder = RunFolder(model_dir)
    record = folder.read_record()
    config = Config.from_json(record["config"])
    folder.require_readable()
    how = record.get("how", {})
    options = running.as_before(_recorded(folder, how), given, folder.root)
    with folder.alone():
        _evaluate(folder, record, config, files, checkpoint, options)
        # So that the next evaluation is as this one.
        record["how"] = {**how, "evaluation": declare.to_json(options)}
        write_atomically(folder.record, json.dumps(record, indent=2) + "\n")


def _recorded(folder: RunFolder, how: Mapping[str, Any]) -> dict[str, Any]:
    """Returns how a run was evaluated: as its results say, which earlier versions alone wrote."""
    with contextlib.suppress(UsageError):  # none, or corrupted: they are made again
        settings = read_results(folder.results).content["settings"]
        kept = ("images_per_code", "seed", "classifier")  # of weights there is only the digest
        return how.get("evaluation", {}) | {name: settings.get(name) for name in kept}
    return how.get("evaluation", {})


def _evaluate(
    folder: RunFolder,
    record: dict[str, Any],
    config: Config,
    files: DataFiles,
    checkpoint: str | None,
    options: EvaluationSettings,
) -> None:
    chosen = select_checkpoints(folder.checkpoints, checkpoint)
    files = dataclasses.replace(
        files,
        data_dir=files.data_dir or remembered_folder(record),
        cache_dir=files.cache_dir or remembered_cache(record),
    )
    everything = catalogue.load_full(config, files)
    data = catalogue.draw(config, everything)
    if not is_of(record["data"], data):
        raise UsageError(
            f"the data in --data_dir={files.data_dir} is not what {folder.root} was trained on: "
            f"its fingerprint is {data.fingerprint[:12]}, the run's is "
            f"{record['data']['fingerprint'][:12]}; give the folder that the run was trained from."
        )
    model = build_model(config, data.class_counts, len(data.images))
    checkpoints = Checkpoints(folder.checkpoints, model)
    report = Report(folder, model, data, everything, options, files.cache)
    del everything  # only the classifier has looked at it
    for path in chosen:
        checkpoints.restore(path)
        last = path == chosen[-1] and checkpoint in (None, "all")
        report.write(last=last, figures=last or checkpoint != "all")
    write_settings(folder)
    write_page(folder)
    print(f"report: {folder.page}", flush=True)


def export(asked: ExportSettings) -> None:
    """Writes a run's SavedModel, other formats and its model card from its last checkpoint.

    Args:
        asked: which run, which formats and what its groups are called.

    Raises:
        UsageError: if there is no such run, the names cannot be read, a format's package is
            missing, or what is written is not the live model.
    """
    folder = RunFolder(asked.model_dir)
    config = Config.from_json(folder.read_record()["config"])
    folder.require_readable()
    names = None
    if asked.names is not None:
        names = read_names(asked.names, config.data.num_classes)
    export_formats.require(asked.formats)
    with folder.alone():
        model = load_run(asked.model_dir, dtype=FLOAT32)
        write_export(folder, model, names, asked.formats)


def write_export(
    folder: RunFolder,
    model: keras.Model,
    names: GroupNames | None = None,
    formats: Collection[str] = (),
) -> None:
    """Writes a model's SavedModel and model card into its run folder.

    Args:
        folder: of the run.
        model: of the run, computing in float32: what it is written for may know nothing else.
        names: of the groups of its codes.
        formats: that are written too; where some are asked for, all are tried.

    Raises:
        UsageError: if they cannot be written, or are not the live model.
    """
    tried: dict[str, Any] = {}

    def add(place: Path) -> None:
        if formats:
            tried.update(export_formats.write(model, place, formats))

    export_saved_model(model, folder.export, names, add)
    state = next(reversed(folder.states_until(model.step)), None)
    card = model_card.render(folder.read_record(), model.step, state, tried, names is not None)
    write_atomically(folder.model_card, card)
    print(f"exported: {folder.export}")
    for line in export_formats.describe(tried):
        print(line)
