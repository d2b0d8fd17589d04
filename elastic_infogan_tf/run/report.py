"""Evaluates a run's model: `results.json`, figures, and a table to read."""

import json
from typing import Any

import keras

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.batches.pixels import scale, unscale
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation import classifier_cache
from elastic_infogan_tf.evaluation.classifiers import Classifier
from elastic_infogan_tf.evaluation.evaluator import Evaluation, Evaluator
from elastic_infogan_tf.evaluation.figures.grids import code_grid, reconstructions
from elastic_infogan_tf.evaluation.figures.pictures import draw
from elastic_infogan_tf.evaluation.figures.projector import write_projector
from elastic_infogan_tf.evaluation.inference import generate_grid
from elastic_infogan_tf.evaluation.tables.run_results import VERSION
from elastic_infogan_tf.evaluation.tables.summary import as_text
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.models.joint_vae import JointVAE
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.evaluation import EvaluationSettings

_PROJECTED = 1000
_RECONSTRUCTED = 40


class Report:
    """Evaluates models of one run and writes what it finds into the run's folder.

    Loads, or trains, the classifier at once. Without labels there is none, and only what needs
    none is measured.

    Args:
        folder: of the run; its `config.json` is there.
        data: the run's training set.
        everything: all labelled images of its classes, for the classifier; not kept.
        options: of the evaluation.

    Raises:
        UsageError: if the classifier cannot be trained or loaded.
    """

    def __init__(
        self,
        folder: RunFolder,
        data: LabelledImages,
        everything: LabelledImages,
        options: EvaluationSettings,
    ) -> None:
        self._folder = folder
        self._record = folder.read_record()
        self._config = Config.from_json(self._record["config"])
        self._data = data
        self._options = options
        self.classifier = _classifier(everything, options)
        self.evaluator = Evaluator(data, self.classifier, options.seed)

    @property
    def settings(self) -> dict[str, Any]:
        """What the numbers depend on besides the model, as `results.json` has it."""
        return self._options.record(self.classifier.name if self.classifier else None)

    def write(
        self,
        model: keras.Model,
        random_model: keras.Model,
        step: int,
        *,
        last: bool = True,
        figures: bool = True,
    ) -> dict[str, Any]:
        """Evaluates a model, writes its results and figures and prints the table.

        Args:
            model: the trained one.
            random_model: one of the same architecture with fresh weights.
            step: train steps behind the model's weights.
            last: whether this is the run's newest checkpoint; an older one gets files of its own.
            figures: whether to draw.

        Returns:
            What was written to `results.json`.
        """
        evaluation = self.evaluator.evaluate(model, random_model, self._options.images_per_code)
        results = self._results(evaluation, step)
        path = self._folder.results if last else self._folder.results_of(step)
        if figures:
            self._draw(model, evaluation, step, last)
            if last:
                self._write_projector(evaluation)
        # Last, so that results that are there have their figures.
        write_atomically(path, json.dumps(results, indent=2) + "\n")
        print(as_text(results))
        print(f"results: {path}", flush=True)
        return results

    def _results(self, evaluation: Evaluation, step: int) -> dict[str, Any]:
        classifier = None
        if self.classifier:
            fields = ("name", "accuracy", "held_out_images", "warning")
            classifier = {name: getattr(self.classifier, name) for name in fields}
        epoch_steps = steps_per_epoch(len(self._data.images), self._config.schedule.batch_size)
        results = {
            "version": VERSION,
            "run": {"config": self._record["config"], "data": self._record["data"]},
            "checkpoint": f"ckpt-{step}",
            "step": step,
            "epoch": round(step / epoch_steps, 4),
            "settings": self.settings,
            "classifier": classifier,
            **evaluation.measures,
        }
        return results | {"warnings": _warnings(results)}

    def _draw(self, model: keras.Model, evaluation: Evaluation, step: int, last: bool) -> None:
        place = self._folder.figures if last else self._folder.figures / f"step-{step:07d}"
        source = f"source: {self._data.source}, step {step}"
        title = f"{self._config.data.dataset}, {self._config.model.method}, {source}"
        rows = self._folder.read_metrics()
        pictures = draw(evaluation, self._data, self._options.seed, rows, title)
        probabilities = model.prior.probabilities.numpy()
        pictures["grid"] = code_grid(generate_grid(model), probabilities, title)
        if isinstance(model, JointVAE) and len(self._data.images) >= 10:
            images = self._data.images[: 10 * (min(_RECONSTRUCTED, len(self._data.images)) // 10)]
            again = unscale(model.reconstruct(scale(images))).numpy()
            pictures["reconstructions"] = reconstructions(images, again, title)
        for name, png in pictures.items():
            write_atomically(place / f"{name}.png", png)

    def _write_projector(self, evaluation: Evaluation) -> None:
        """Writes the first images' features; the training set is shuffled."""
        data, labels = self._data, self._data.labels
        write_projector(
            self._folder.tensorboard,
            evaluation.features[:_PROJECTED],
            data.images[:_PROJECTED],
            None if labels is None else labels[:_PROJECTED],
            data.class_names,
        )


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
        old = json.loads(folder.results.read_text())
    except (OSError, ValueError):
        return False
    found = old.get("version"), old.get("step"), old.get("settings")
    return found == (VERSION, step, options.record(classifier_name(data, options)))


def _classifier(everything: LabelledImages, options: EvaluationSettings) -> Classifier | None:
    if everything.labels is None:
        return None
    return classifier_cache.load_or_train(
        everything,
        classifier_name(everything, options),
        options.cache_dir,
        options.classifier_weights,
    )


def _warnings(results: dict[str, Any]) -> list[str]:
    warnings = []
    if results["classifier"] is None:
        warnings.append("no labels: only what needs none is measured")
    elif results["classifier"]["warning"]:
        warnings.append(results["classifier"]["warning"])
    missing = (results["generated"] or {}).get("missing_classes", 0)
    if missing:
        warnings.append(f"{missing} classes were never generated; ENT leaves them out")
    return warnings
