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

from elastic_infogan_tf.data.batches.pipeline import scale
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
        state: file that the training is saved to, each minute and when it is interrupted, and
            resumed from.
        stop_if_requested: called after every step; may raise `Interrupted`.

    Raises:
        Interrupted: after the state is saved.
        UsageError: if the images or weights cannot be used, or the state cannot be written.
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
        # Measured at 64x64 (docs/performance.md).
        say(
            "without a GPU that is slow: --classifier=small_cnn takes a sixth of the time, and its "
            "scores compare with its own alone"
        )
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
    state = _State(trained, path, f"{steps} steps of {batch_size}, Keras {keras.__version__}")
    first = state.step
    if 0 < first < steps:
        say(f"resuming it after step {first} of {steps}")
    saved_at = time.monotonic()
    with progress_bar(steps, "step", initial=first, desc="classifier") as bar:
        try:
            for step, batch in enumerate(chosen[first:], start=first):
                loss = trained.train_on_batch(scale(data.images[batch]), data.labels[batch])
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                if step == first:  # before it TensorFlow builds its program
                    bar.unpause()
                bar.update()
                if time.monotonic() - saved_at >= _SECONDS_BETWEEN_SAVES:
                    state.save()
                    saved_at = time.monotonic()
                stop_if_requested()
        except KeyboardInterrupt:
            words = f"step {state.step} of {steps}"
            try:
                state.save()
                say(f"the classifier's training is saved after {words}")
            except UnwritableError as error:  # its end is what was asked for
                say(f"warning: the classifier's {words} is lost: {error}")
            raise


class _State:
    """All variables of a model and its optimiser: weights, statistics, moments, seeds and step.

    Batches and learning rate are functions of the step, so that a resumed training ends with the
    same bits.

    Args:
        model: a compiled one, at step 0; goes to the step that was saved, if one was.
        path: of the file, `.npz`; one that is corrupted or of another kind is named and left out.
        kind: what the training depends on besides its data.
    """

    def __init__(self, model: keras.Model, path: Path, kind: str) -> None:
        model.optimizer.build(model.trainable_variables)
        self._optimizer = model.optimizer
        self._variables = [*model.variables, *model.optimizer.variables]
        self._path = path
        self._kind = kind
        if path.exists():
            try:
                self._restore()
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                say(f"{path} is left out, and the training begins anew: {shortened(error)}")

    @property
    def step(self) -> int:
        """How many steps the model has taken."""
        return int(self._optimizer.iterations.numpy())

    def _restore(self) -> None:
        with np.load(self._path, allow_pickle=False) as file:
            kind = str(file["kind"])
            values = [file[f"arr_{index}"] for index in range(len(self._variables))]
        if kind != self._kind:
            raise ValueError(f"it is of another training ({kind})")
        for variable, value in zip(self._variables, values, strict=True):
            if value.shape != tuple(variable.shape) or value.dtype != variable.dtype:
                raise ValueError(f"its {variable.path} is {value.dtype} {list(value.shape)}")
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)

    def save(self) -> None:
        """Writes the present step; raises as `write_atomically`."""
        content = io.BytesIO()
        np.savez(content, *(variable.numpy() for variable in self._variables), kind=self._kind)
        write_atomically(self._path, content.getvalue(), "--cache_dir")
