"""What can be done with a run that has checkpoints: load it, evaluate it, export it."""

from pathlib import Path

import keras

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run import model_card
from elastic_infogan_tf.run.board import write_settings
from elastic_infogan_tf.run.page import write_page
from elastic_infogan_tf.run.record import make_record, same_images
from elastic_infogan_tf.run.report import Report
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.run.serving import export_saved_model
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.evaluation import EvaluationSettings
from elastic_infogan_tf.training.checkpoints import Checkpoints, select_checkpoints


def load_run(model_dir: Path, checkpoint: str | None = None) -> keras.Model:
    """Rebuilds a run's model with the weights of a checkpoint; needs no data.

    Args:
        model_dir: the run folder.
        checkpoint: path of the checkpoint; None: the newest.

    Raises:
        UsageError: if there is no run or no checkpoint in it.
    """
    folder = RunFolder(model_dir)
    record = folder.read_record()
    model = build_model(
        Config.from_json(record["config"]), record["data"]["class_counts"], record["data"]["images"]
    )
    if not Checkpoints(folder.checkpoints, model).restore(checkpoint):
        raise UsageError(f"{folder.checkpoints} holds no checkpoint yet; train the run first.")
    return model


def evaluate(
    model_dir: Path, data_dir: Path | None, checkpoint: str | None, options: EvaluationSettings
) -> None:
    """Evaluates a run: `results.json`, figures and the page in its folder, and a printed table.

    Args:
        model_dir: the run folder.
        data_dir: folder with the data sets; None: the one the run was trained from.
        checkpoint: None for the newest; `all`; or one's step, name or path. An older one than the
            newest gets results and figures of its own.
        options: of the evaluation.

    Raises:
        UsageError: if there is no run, no such checkpoint, or not the run's data.
    """
    folder = RunFolder(model_dir)
    record = folder.read_record()
    config = Config.from_json(record["config"])
    chosen = select_checkpoints(folder.checkpoints, checkpoint)
    remembered = record["data"].get("data_dir")
    data_dir = data_dir or (Path(remembered) if remembered else None)
    everything = catalogue.load_full(config, DataFiles(data_dir))
    data = catalogue.draw(config, everything)
    if not same_images(record["data"], make_record(config, data)["data"]):
        raise UsageError(
            f"the data in --data_dir={data_dir} is not what {model_dir} was trained on: its "
            f"fingerprint is {data.fingerprint[:12]}, the run's is "
            f"{record['data']['fingerprint'][:12]}; give the folder that the run was trained from."
        )
    model = build_model(config, data.class_counts, len(data.images))
    checkpoints = Checkpoints(folder.checkpoints, model)
    report = Report(folder, model, data, everything, options)
    del everything  # only the classifier has looked at it
    for path in chosen:
        checkpoints.restore(path)
        last = path == chosen[-1] and checkpoint in (None, "all")
        report.write(last=last, figures=last or checkpoint != "all")
    write_settings(folder)
    write_page(folder)
    print(f"report: {folder.page}", flush=True)


def export(model_dir: Path) -> Path:
    """Writes a run's SavedModel and model card from its last checkpoint; returns its folder."""
    folder = RunFolder(model_dir)
    write_export(folder, load_run(model_dir))
    return folder.export


def write_export(folder: RunFolder, model: keras.Model) -> None:
    """Writes a model's SavedModel and model card into its run folder."""
    export_saved_model(model, folder.export)
    state = next(reversed(folder.states_until(model.step)), None)
    write_atomically(folder.model_card, model_card.render(folder.read_record(), model.step, state))
    print(f"exported: {folder.export}")
