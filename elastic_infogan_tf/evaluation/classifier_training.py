"""How the evaluation's classifiers are trained, interrupted and resumed.

Published: 80/20 split. Their networks are in `classifier_recipes`.
"""

import dataclasses
import random
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split

from elastic_infogan_tf.data.batches.pipeline import gather, options, scale
from elastic_infogan_tf.data.labelled_images import LabelledImages, take
from elastic_infogan_tf.errors import UnwritableError, UsageError
from elastic_infogan_tf.evaluation.classifiers import CLASSIFIERS, SEED, Classifier, Recipe
from elastic_infogan_tf.evaluation.training_state import TrainingState
from elastic_infogan_tf.utils.quiet_start import progress_bar, say
from elastic_infogan_tf.utils.text import plain

_SECONDS_BETWEEN_SAVES = 60.0
# Measured at 64x64 (docs/performance.md).
_SMALLER = "takes a sixth of the time, and its scores compare with its own alone"


def check_images(data: LabelledImages, name: str) -> None:
    """Refuses images that a classifier cannot be trained on.

    Args:
        data: labelled images of all classes.
        name: key of `CLASSIFIERS`.

    Raises:
        UsageError: if they are too small for it, or too few to hold some out.
    """
    if name == "resnet50" and min(data.images.shape[1:3]) < 32:
        raise UsageError(
            f"--classifier=resnet50 needs images of 32x32 or more, and these are "
            f"{data.images.shape[1]}x{data.images.shape[2]}; choose mnist_cnn or small_cnn."
        )
    counts = data.class_counts
    if counts is None or len(counts) < 2 or counts.min() < 2 or len(data.images) < 5 * len(counts):
        found = "no labels" if counts is None else f"images per class: {counts.tolist()}"
        raise UsageError(
            "the evaluation's classifier needs two classes or more, of two images each and five on "
            f"average, to hold out 20 % of each; found {found}. Add images, or leave the "
            "evaluation out with --noevaluate."
        )


def check_weights(data: LabelledImages, name: str, weights: Path) -> None:
    """Refuses weights that a classifier cannot start from.

    Args:
        data: labelled images of all classes.
        name: key of `CLASSIFIERS`.
        weights: file of weights.

    Raises:
        UsageError: if they cannot be read, or no layer fits.
    """
    _load(_build(data, name), weights)


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
    trained_on, held_out = _split(data)
    say(
        f"training the classifier {name} on {len(trained_on)} of {len(data.images)} labelled "
        f"images, source: {plain(data.source)}"
    )
    if name == "resnet50" and not tf.config.list_physical_devices("GPU"):
        say(f"without a GPU that is slow: --classifier=small_cnn {_SMALLER}")
    start = time.perf_counter()
    model = _build(data, name)
    if weights is not None:
        taken = _load(model, weights)
        say(f"{taken} of {len(model.weights)} weights start from {weights}")
    _fit(model, CLASSIFIERS[name], data, trained_on, state, stop_if_requested)
    classifier = Classifier(model, name, 0.0, len(held_out))
    _, classes = classifier.features_and_predictions(take(data.images, held_out))
    accuracy = float(np.mean(classes == data.labels[held_out]))
    seconds = time.perf_counter() - start
    say(f"its accuracy on the other {len(held_out)}: {accuracy:.4f} ({seconds:.0f} s)")
    return dataclasses.replace(classifier, accuracy=accuracy)


def _split(data: LabelledImages) -> tuple[np.ndarray, np.ndarray]:
    return train_test_split(
        np.arange(len(data.images)), test_size=0.2, random_state=SEED, stratify=data.labels
    )


def _build(data: LabelledImages, name: str) -> keras.Model:
    # Layers without seeds of their own draw them from Python's generator.
    state = random.getstate()
    random.seed(SEED)
    model = CLASSIFIERS[name].build(data.images.shape[1:], len(data.class_names))
    random.setstate(state)
    return model


def _load(model: keras.Model, weights: Path) -> int:
    """Takes the weights that fit; returns how many they are."""
    before = [value.copy() for value in model.get_weights()]
    try:
        with warnings.catch_warnings(action="ignore"):  # a page for each layer that does not fit
            model.load_weights(weights, skip_mismatch=True)
    except Exception as error:  # each file format fails in its own way
        raise UsageError(
            f"--classifier_weights={weights} cannot be read ({type(error).__name__}: "
            f"{str(error).splitlines()[0]}); give a .weights.h5 or .keras file of this classifier."
        ) from error
    after = model.get_weights()
    taken = sum(not np.array_equal(old, new) for old, new in zip(before, after, strict=True))
    if not taken:
        raise UsageError(
            f"--classifier_weights={weights} has no layer that fits this classifier; give weights "
            "of the same architecture and image size."
        )
    return taken


def _fit(
    model: keras.Model,
    recipe: Recipe,
    data: LabelledImages,
    trained_on: np.ndarray,
    path: Path,
    stop_if_requested: Callable[[], None],
) -> None:
    batch_size = min(recipe.batch_size, len(trained_on))
    epoch_steps = len(trained_on) // batch_size
    steps = min(recipe.epochs * epoch_steps, recipe.most_steps)
    rng = np.random.default_rng(SEED)
    epochs = -(-steps // epoch_steps)
    order = np.stack(
        [rng.permutation(trained_on)[: epoch_steps * batch_size] for _ in range(epochs)]
    )
    chosen = order.reshape(-1, batch_size)[:steps]
    trained = keras.Model(model.input, model.output["logits"])
    rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    trained.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    state = TrainingState(path, trained, f"{steps} steps of {batch_size}")
    state.restore()
    left = chosen[state.step :]
    if not len(left):
        return
    dataset = tf.data.Dataset.from_tensor_slices((left, data.labels[left])).map(
        lambda rows, labels: (scale(gather(data.images, rows)), labels)
    )
    with _Watch(state, steps, stop_if_requested) as watch:
        batches = dataset.prefetch(2).with_options(options())
        trained.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[watch])


class _Watch(keras.callbacks.Callback):
    """Shows a bar over the steps and saves, now and then and when the training is interrupted.

    A step is one call of one program, so that an interruption never falls within one.

    Args:
        state: what is saved.
        steps: in all.
        stop_if_requested: called after every step.
    """

    def __init__(
        self, state: TrainingState, steps: int, stop_if_requested: Callable[[], None]
    ) -> None:
        super().__init__()
        self._state = state
        self._steps = steps
        self._stop_if_requested = stop_if_requested
        self._saved_at = time.monotonic()
        self._bar = progress_bar(steps, "step", initial=state.step, desc="classifier")

    def __enter__(self) -> "_Watch":
        if self._state.step:
            say(f"resuming it after step {self._state.step} of {self._steps}")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.close()
        if kind is None or not issubclass(kind, KeyboardInterrupt) or not self._state.step:
            return
        step = f"step {self._state.step} of {self._steps}"
        try:
            self._state.save()
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
            self._state.save()
            self._saved_at = time.monotonic()
        self._stop_if_requested()
