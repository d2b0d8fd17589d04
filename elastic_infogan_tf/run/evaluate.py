"""Evaluates a run's model: `results.json`, figures, and a table to read."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation import classifier_cache, evaluator
from elastic_infogan_tf.evaluation.classifiers import Classifier
from elastic_infogan_tf.evaluation.evaluator import as_text
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference, Subject
from elastic_infogan_tf.evaluation.figures import figure_table, thumbnails
from elastic_infogan_tf.evaluation.figures.features import project
from elastic_infogan_tf.evaluation.figures.figure_table import publish
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.metrics.metric_table import SCORE
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.running import SEED, EvaluationSettings
from elastic_infogan_tf.tables.run_results import VERSION, read_results
from elastic_infogan_tf.training.guards import going_on_without
from elastic_infogan_tf.training.tensorboard import write_results
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.text import counted

# Images of each code for the scores while training: enough for a curve, a second or two of work.
SCORED_IMAGES = 100


class Report:
    """Evaluates the model of one run, at whatever step it is, and writes into the run's folder.

    Without labels there is no classifier, and only what needs none is measured. What does not
    depend on the step is computed once.

    Args:
        folder: of the run; its `config.json` is there.
        model: the run's, whose weights may change between evaluations.
        data: the run's training set.
        everything: all labelled images of its classes, for the classifier; kept until it is made.
        options: of the evaluation.
        cache_dir: where classifiers are kept.

    Raises:
        UsageError: if the weights that the classifier starts from cannot be read.
    """

    def __init__(
        self,
        folder: RunFolder,
        model: keras.Model,
        data: LabelledImages,
        everything: LabelledImages,
        options: EvaluationSettings,
        cache_dir: Path,
    ) -> None:
        self._folder = folder
        self._record = folder.read_record()
        self._config = Config.from_json(self._record["config"])
        self._data = data
        self._options = options
        self._cache_dir = cache_dir
        self._classifier_name = classifier_name(everything, options)
        self.settings = options.record(self._classifier_name)
        self._everything: LabelledImages | None = everything
        self._classifier: Classifier | None = None
        self._inference = Inference(model)

    def make_classifier(self, stop_if_requested: Callable[[], None] = lambda: None) -> None:
        """Makes or loads the classifier, unless it was; else the first scores do so.

        Args:
            stop_if_requested: called between the steps of its training; may raise `Interrupted`.

        Raises:
            Interrupted: after the state of its training is saved.
            UsageError: if it cannot be made.
        """
        if self._everything is not None and self._classifier_name is not None:
            self._classifier = classifier_cache.load_or_train(
                self._everything,
                self._classifier_name,
                self._cache_dir,
                self._options.classifier_weights,
                stop_if_requested,
            )
        self._everything = None

    @functools.cached_property
    def _reference(self) -> Reference:
        self.make_classifier()
        data = self._data
        return Reference(
            data,
            self._classifier,
            SEED,
            lambda: build_model(self._config, data.class_counts, len(data.images)),
        )

    def scores(self) -> dict[str, float]:
        """Returns the few metrics that are worth a curve, from a small sample, by name."""
        return evaluator.take(Evidence(self._inference, self._reference, SCORED_IMAGES), SCORE)

    def write(self, *, last: bool = True, figures: bool = True) -> dict[str, Any]:
        """Evaluates the model as it is, writes its results and figures and prints the table.

        Args:
            last: whether this is the run's newest checkpoint; an older one gets files of its own.
            figures: whether to draw.

        Returns:
            What was written to `results.json`.

        Raises:
            UsageError: if something cannot be written.
        """
        step = self._inference.model.step
        evidence = Evidence(self._inference, self._reference, self._options.images_per_code)
        results = self._results(evaluator.measure(evidence), step)
        path = self._folder.results if last else self._folder.results_of(step)
        if figures:
            going_on_without("figures")(self._draw, evidence, step, last)
        if last:
            going_on_without("TensorBoard's projector")(project, evidence, self._folder.tensorboard)
            write_results(results, self._writer)
        # Last, so that results that are there have their figures.
        write_atomically(path, json.dumps(results, indent=2) + "\n")
        print(as_text(results))
        print(f"results: {path}", flush=True)
        return results

    def _results(self, metrics: dict[str, Any], step: int) -> dict[str, Any]:
        classifier = None
        if self._classifier:
            fields = ("name", "accuracy", "held_out_images", "warning")
            classifier = {name: getattr(self._classifier, name) for name in fields}
        epoch_steps = steps_per_epoch(len(self._data.images), self._config.schedule.batch_size)
        results = {
            "version": VERSION,
            "run": {"config": self._record["config"], "data": self._record["data"]},
            "checkpoint": f"ckpt-{step}",
            "step": step,
            "epoch": round(step / epoch_steps, 4),
            "settings": self.settings,
            "classifier": classifier,
            **metrics,
        }
        signs = results["health"] | (results["generated"] or {})
        is_gan = METHODS[self._config.model.method].is_infogan
        results["health"]["state"] = health.state(signs, step) if is_gan else None
        return results | {"warnings": _warnings(results)}

    def _draw(self, evidence: Evidence, step: int, last: bool) -> None:
        place = self._folder.figures if last else self._folder.figures / f"step-{step:07d}"
        title = (
            f"{self._config.data.dataset}, {self._config.model.method}, source: "
            f"{self._data.source}, step {step}"
        )
        subject = Subject(evidence, title, self._folder.read_metrics() or None)
        drawn = figure_table.draw(subject)
        # TensorBoard shows a run's steps one after the other, and may drop what is after an older.
        publish(drawn, place, self._writer if last else None, step)
        sheet = thumbnails.sheet_of_groups(
            evidence.data,
            evidence.encoded.codes,
            evidence.encoded.confidences,
            len(evidence.probabilities),
            title="Real images by group, and generated ones of each",
            text=f"As of step {step:,}, the largest group first.",
            generated=self._inference.generate_grid(thumbnails.GENERATED),
        )
        thumbnails.write(place, [sheet])

    @functools.cached_property
    def _writer(self) -> tf.summary.SummaryWriter:
        """TensorBoard's; nothing is written where no newest checkpoint is evaluated."""
        return tf.summary.create_file_writer(str(self._folder.tensorboard))


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
        warnings.append(
            f"never generated, and so left out of ENT: {counted(missing, 'class', 'classes')}"
        )
    return warnings
