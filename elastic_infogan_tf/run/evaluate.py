"""Evaluates a run's model: `results.json`, figures, and a table to read."""

import contextlib
import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation import classifier_cache, evaluator
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference, Subject
from elastic_infogan_tf.evaluation.figures import figure_table, thumbnails
from elastic_infogan_tf.evaluation.figures.features import project
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.metrics.metric_table import SCORE
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.report.page import write_page
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.names import title_of
from elastic_infogan_tf.run_folder.record import is_of, remembered_cache, remembered_folder
from elastic_infogan_tf.settings import declare, running
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.running import SEED, EvaluationSettings
from elastic_infogan_tf.tables.run_results import VERSION, read_results
from elastic_infogan_tf.training.checkpoints import Checkpoints, select_checkpoints
from elastic_infogan_tf.training.guards import going_on_without
from elastic_infogan_tf.training.tensorboard import write_results, write_settings
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.text import counted

SCORED_IMAGES = 100  # of each code, for the scores while training: a second or two of work


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
    folder.require_readable()
    how = record.get("how", {})
    options = running.as_before(_recorded(folder, how), given, folder.root)
    files = dataclasses.replace(
        files,
        data_dir=files.data_dir or remembered_folder(record),
        cache_dir=files.cache_dir or remembered_cache(record),
    )
    with folder.alone():
        chosen = select_checkpoints(folder.checkpoints, checkpoint)
        config = Config.from_json(record["config"])
        everything = catalogue.load_full(config, files)
        data = catalogue.draw(config, everything)
        if not is_of(record["data"], data):
            raise UsageError(
                f"the data in --data_dir={files.data_dir} is not what {folder.root} was trained "
                f"on: its fingerprint is {data.fingerprint[:12]}, the run's is "
                f"{record['data']['fingerprint'][:12]}; give the folder that the run was trained "
                "from."
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
        # So that the next evaluation is as this one.
        record["how"] = {**how, "evaluation": declare.to_json(options)}
        write_atomically(folder.record, json.dumps(record, indent=2) + "\n")


def _recorded(folder: RunFolder, how: Mapping[str, Any]) -> dict[str, Any]:
    """Returns how a run was evaluated: as its results say, which earlier versions alone wrote."""
    recorded = how.get("evaluation", {})
    with contextlib.suppress(UsageError):  # none, or corrupted: they are made again
        settings = read_results(folder.results).content["settings"]
        kept = ("images_per_code", "seed", "classifier")  # of weights there is only the digest
        return recorded | {name: settings.get(name) for name in kept}
    return recorded


@dataclasses.dataclass(eq=False)
class Report:
    """Evaluates the model of one run, at whatever step it is, and writes into the run's folder.

    Without labels there is no classifier, and only what needs none is measured. What does not
    depend on the step is computed once.

    Attributes:
        folder: of the run; its `config.json` is there.
        model: the run's, whose weights may change between evaluations.
        data: the run's training set.
        everything: all labelled images of its classes, for the classifier; kept until it is made.
        cache_dir: where classifiers are kept.

    Raises:
        UsageError: if the weights that the classifier starts from cannot be read.
    """

    folder: RunFolder
    model: keras.Model
    data: LabelledImages
    everything: LabelledImages | None
    options: EvaluationSettings
    cache_dir: Path

    def __post_init__(self) -> None:
        self._record = self.folder.read_record()
        self._config = Config.from_json(self._record["config"])
        self._classifier_name = classifier_name(self.everything, self.options)
        self._settings = self.options.record(self._classifier_name)
        self._reference: Reference | None = None
        self._inference = Inference(self.model)

    def make_reference(self, stop_if_requested: Callable[[], None] = lambda: None) -> Reference:
        """Returns what the model is measured against; the first call makes or loads the classifier.

        Args:
            stop_if_requested: called between the steps of its training; may raise `Interrupted`.

        Raises: as `classifier_cache.load_or_train`.
        """
        if self._reference is None:
            classifier, name, data = None, self._classifier_name, self.data
            if name is not None:
                weights = self.options.classifier_weights
                classifier = classifier_cache.load_or_train(
                    self.everything, name, self.cache_dir, weights, stop_if_requested
                )
            self.everything = None
            build = functools.partial(
                build_model, self._config, data.class_counts, len(data.images)
            )
            self._reference = Reference(data, classifier, SEED, build)
        return self._reference

    def scores(self) -> dict[str, float]:
        """Returns the few metrics that are worth a curve, from a small sample, by name."""
        return evaluator.take(
            Evidence(self._inference, self.make_reference(), SCORED_IMAGES), SCORE
        )

    def write(self, *, last: bool = True, figures: bool = True) -> None:
        """Evaluates the model as it is, writes its results and figures and prints the table.

        Args:
            last: whether this is the run's newest checkpoint; an older one gets files of its own.
            figures: whether to draw.

        Raises:
            UsageError: if something cannot be written.
        """
        step = self.model.step
        evidence = Evidence(self._inference, self.make_reference(), self.options.images_per_code)
        results = self._results(evidence, step)
        path, writer = self.folder.results_of(step), None
        if last:
            path = self.folder.results
            writer = tf.summary.create_file_writer(str(self.folder.tensorboard))
        if figures:
            going_on_without("figures")(self._draw, evidence, step, writer)
        if last:
            going_on_without("TensorBoard's projector")(project, evidence, self.folder.tensorboard)
            write_results(results, writer)
        # Last, so that results that are there have their figures.
        write_atomically(path, json.dumps(results, indent=2) + "\n")
        print(evaluator.as_text(results))
        print(f"results: {path}", flush=True)

    def _results(self, evidence: Evidence, step: int) -> dict[str, Any]:
        classifier = evidence.reference.classifier
        fields = ("name", "accuracy", "held_out_images", "warning")
        epoch_steps = steps_per_epoch(len(self.data.images), self._config.schedule.batch_size)
        results = {
            "version": VERSION,
            "run": {"config": self._record["config"], "data": self._record["data"]},
            "checkpoint": f"ckpt-{step}",
            "step": step,
            "epoch": round(step / epoch_steps, 4),
            "settings": self._settings,
            "classifier": classifier and {name: getattr(classifier, name) for name in fields},
            **evaluator.measure(evidence),
        }
        signs = results["health"] | (results["generated"] or {})
        is_gan = METHODS[self._config.model.method].is_infogan
        results["health"]["state"] = health.state(signs, step) if is_gan else None
        return results | {"warnings": _warnings(results)}

    def _draw(self, evidence: Evidence, step: int, writer: tf.summary.SummaryWriter | None) -> None:
        folder = self.folder.figures if writer else self.folder.figures / f"step-{step:07d}"
        title = f"{title_of(self._config, self.data)}, step {step}"
        subject = Subject(evidence, title, self.folder.read_metrics() or None)
        # TensorBoard shows a run's steps one after the other, and may drop what is after an older.
        figure_table.publish(figure_table.draw(subject), folder, writer, step)
        sheet = thumbnails.sheet_of_groups(
            evidence.data,
            evidence.encoded.codes,
            evidence.encoded.confidences,
            len(evidence.probabilities),
            title="Real images by group, and generated ones of each",
            text=f"As of step {step:,}, the largest group first.",
            generated=self._inference.generate_grid(thumbnails.GENERATED),
        )
        thumbnails.write(folder, [sheet])


def classifier_name(data: LabelledImages, options: EvaluationSettings) -> str | None:
    """Returns which classifier an evaluation uses; None where the data has no labels."""
    if data.labels is None:
        return None
    return options.classifier_for(data.images.shape[1:])


def is_evaluated(
    folder: RunFolder, data: LabelledImages, options: EvaluationSettings, step: int
) -> bool:
    """Returns whether `results.json` holds this very evaluation of this step already."""
    try:
        old = read_results(folder.results).content
    except UsageError:
        return False
    return (old["step"], old["settings"]) == (step, options.record(classifier_name(data, options)))


def _warnings(results: dict[str, Any]) -> list[str]:
    warnings = []
    if results["classifier"] is None:
        warnings.append("no labels: only what needs none is measured")
    elif results["classifier"]["warning"]:
        warnings.append(results["classifier"]["warning"])
    state = results["health"]["state"]
    if health.warns(state):
        warnings.append(health.advice(state))
    missing = (results["generated"] or {}).get("missing_classes", 0)
    if missing:
        classes = counted(missing, "class", "classes")
        warnings.append(f"never generated, and so left out of ENT: {classes}")
    return warnings
