"""Exports a run: its SavedModel, other formats, its model card."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import keras

from elastic_infogan_tf.groups.groups import GroupNames, read_names
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.serving import export_formats, model_card
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.settings.running import ExportSettings
from elastic_infogan_tf.utils.files import write_atomically


def export(settings: ExportSettings) -> None:
    """Writes a run's SavedModel, other formats and its model card from its last checkpoint.

    Raises:
        UsageError: if there is no such run, the names cannot be read, a format's package is
            missing, or what is written is not the live model.
    """
    folder = RunFolder(settings.model_dir)
    config = Config.from_json(folder.read_record()["config"])
    folder.require_readable()
    names = read_names(settings.names, config.data.num_classes) if settings.names else None
    export_formats.require(settings.formats)
    with folder.alone():
        write_export(folder, load_run(folder.root, FLOAT32), names, settings.formats)


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

    def add(export: Path) -> None:
        if formats:
            tried.update(export_formats.write(model, export, formats))

    export_formats.export_saved_model(model, folder.export, names, add)
    state = next(reversed(folder.states_until(model.step)), None)
    card = model_card.render(folder.read_record(), model.step, state, tried, names is not None)
    write_atomically(folder.model_card, card)
    print(f"exported: {folder.export}", *export_formats.describe(tried), sep="\n")
