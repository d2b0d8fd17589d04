"""How the evaluation's classifiers are trained, interrupted and resumed.

Published: 80/20 split.
"""

import dataclasses
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split

from elastic_infogan_tf.data.batches.pipeline import gather, options, scale
from elastic_infogan_tf.data.labelled_images import LabelledImages, take
from elastic_infogan_tf.errors import UnwritableError
from elastic_infogan_tf.evaluation.classifiers import (
    CLASSIFIERS,
    SEED,
    Classifier,
    Recipe,
    build_classifier,
    check_images,
    load_weights,
)
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.quiet_start import progress_bar, say
from elastic_infogan_tf.utils.text import plain, shortened

_SECONDS_BETWEEN_SAVES = 60.0
# Measured at 64x64 (docs/performance.md).
_SMALLER = "takes a sixth of the time, and its scores compare with its own alone"


def train_classifier(
    data: LabelledImages,
    name: str,
    weights: Path | None,
    state: Path,
    stop_if_requested: Callable[[], None] = lambda: None,
) -> Classifier:
    """Trains a classifier on 80 % of labelled images and measures it on the rest.

    The held-out images are looked at once, at the end. Equal arguments give an equal classifier,
    also where the training was interrupted and resumed.

    Args:
        data: labelled images of all classes.
        name: key of `CLASSIFIERS`.
        weights: file of weights to start from, where layers fit; or None.
        state: file that the training is saved to now and then and when it is interrupted, and
            resumed from.
        stop_if_requested: called after every step; may raise `Interrupted`.

    Raises:
        Interrupted: after the state is saved.
        UsageError: if the images cannot be split by class, the weights cannot be read, or the
            state cannot be written.
    """
    check_images(data, name)
    trained_on, held_out = train_test_split(
        np.arange(len(data.images)), test_size=0.2, random_state=SEED, stratify=data.labels
    )
    say(
        f"training the classifier {name} on {len(trained_on)} of {len(data.images)} labelled "
        f"images, source: {plain(data.source)}"
    )
    if name == "resnet50" and not tf.config.list_physical_devices("GPU"):
        say(f"without a GPU that is slow: --classifier=small_cnn {_SMALLER}")
    start = time.perf_counter()
    model = build_classifier(data, name)
    if weights is not None:
        taken = load_weights(model, weights)
        say(f"{taken} of {len(model.weights)} weights start from {weights}")
    _fit(model, CLASSIFIERS[name], data, trained_on, state, stop_if_requested)
    classifier = Classifier(model, name, 0.0, len(held_out))
    _, classes = classifier.features_and_predictions(take(data.images, held_out))
    accuracy = float(np.mean(classes == data.labels[held_out]))
    seconds = time.perf_counter() - start
    say(f"its accuracy on the other {len(held_out)}: {accuracy:.4f} ({seconds:.0f} s)")
    return dataclasses.replace(classifier, accuracy=accuracy)


def _fit(
    model: keras.Model,
    recipe: Recipe,
    data: LabelledImages,
    rows: np.ndarray,
    path: Path,
    stop_if_requested: Callable[[], None],
) -> None:
    batch_size = min(recipe.batch_size, len(rows))
    epoch_steps = len(rows) // batch_size
    steps = min(recipe.epochs * epoch_steps, recipe.most_steps)
    rng = np.random.default_rng(SEED)
    epochs = -(-steps // epoch_steps)
    order = [rng.permutation(rows)[: epoch_steps * batch_size] for _ in range(epochs)]
    chosen = np.concatenate(order).reshape(-1, batch_size)[:steps]
    trained = keras.Model(model.input, model.output["logits"])
    rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    trained.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    watch = _Watch(trained, path, steps, batch_size, stop_if_requested)
    left = chosen[watch.step :]
    if not len(left):
        return
    dataset = tf.data.Dataset.from_tensor_slices((left, data.labels[left])).map(
        lambda rows, labels: (scale(gather(data.images, rows)), labels)
    )
    batches = dataset.prefetch(2).with_options(options())
    with watch:
        trained.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[watch])


class _Watch(keras.callbacks.Callback):
    """Shows a bar over the steps and saves, now and then and when the training is interrupted.

    In the file are all variables of model and optimiser: weights, statistics, moments, seeds and
    step. Batches and learning rate are functions of the step, so that a resumed training ends with
    the same bits. A step is one call of one program: an interruption never falls within one.

    Args:
        model: a compiled one, at step 0; goes to the step that was saved, if one was. A file that
            is corrupted or of another training is named and left out.
        path: of the file, `.npz`.
        steps: in all.
        batch_size: images a step.
        stop_if_requested: called after every step.
    """

    def __init__(
        self,
        model: keras.Model,
        path: Path,
        steps: int,
        batch_size: int,
        stop_if_requested: Callable[[], None],
    ) -> None:
        super().__init__()
        model.optimizer.build(model.trainable_variables)
        self._optimizer = model.optimizer
        self._variables = [*model.variables, *model.optimizer.variables]
        self._path = path
        self._steps = steps
        self._kind = f"{steps} steps of {batch_size}, Keras {keras.__version__}"
        self._stop_if_requested = stop_if_requested
        if path.exists():
            self._restore()
        self._saved = self.step
        self._saved_at = time.monotonic()

    @property
    def step(self) -> int:
        """How many steps the model has taken."""
        return int(self._optimizer.iterations.numpy())

    def _restore(self) -> None:
        try:
            values = self._read()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            say(f"{self._path} is left out, and the training begins anew: {shortened(error)}")
            return
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)

    def _read(self) -> list[np.ndarray]:
        with np.load(self._path, allow_pickle=False) as file:
            kind = str(file["kind"])
            values = [file[f"arr_{index}"] for index in range(len(self._variables))]
        if kind != self._kind:
            raise ValueError(f"it is of another training ({kind})")
        for variable, value in zip(self._variables, values, strict=True):
            if value.shape != tuple(variable.shape) or value.dtype != variable.dtype:
                raise ValueError(f"its {variable.path} is {value.dtype} {list(value.shape)}")
        return values

    def _save(self) -> None:
        if self.step == self._saved:
            return
        content = io.BytesIO()
        np.savez(content, *(variable.numpy() for variable in self._variables), kind=self._kind)
        write_atomically(self._path, content.getvalue(), "--cache_dir")
        self._saved = self.step

    def __enter__(self) -> "_Watch":
        if self.step:
            say(f"resuming it after step {self.step} of {self._steps}")
        self._bar = progress_bar(self._steps, "step", initial=self.step, desc="classifier")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.close()
        if kind is None or not issubclass(kind, KeyboardInterrupt) or not self.step:
            return
        step = f"step {self.step} of {self._steps}"
        try:
            self._save()
            say(f"the classifier's training is saved after {step}")
        except UnwritableError as error:  # its end is what was asked for
            say(f"warning: the classifier's {step} is lost: {error}")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Moves on by a step."""
        self._bar.set_postfix(loss=f"{(logs or {}).get('loss', 0.0):.3f}", refresh=False)
        if batch == 0:  # before it TensorFlow builds its program
            self._bar.unpause()
        self._bar.update()
        if time.monotonic() - self._saved_at >= _SECONDS_BETWEEN_SAVES:
            self._save()
            self._saved_at = time.monotonic()
        self._stop_if_requested()
