"""Classifiers that say what generated images show; trained on labelled real images.

Published: 80/20 split. Their networks are in `classifier_recipes`.
"""

import dataclasses
import functools
import random
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split

from elastic_infogan_tf.data.batches.pipeline import gather, options
from elastic_infogan_tf.data.batches.pixels import scale
from elastic_infogan_tf.data.image_array import ImageArray, take
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.classifier_recipes import CLASSIFIERS, SEED, Recipe
from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.text import plain

TRUSTED_ACCURACY = 0.95
_INFERENCE_BATCH = 250
# Measured at 64x64 (docs/performance.md).
_SMALLER = "takes a sixth of the time, and its scores compare with its own alone"


@dataclasses.dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Attributes:
        model: as its recipe built it.
        name: key of `CLASSIFIERS`.
        accuracy: on the held-out 20 %, in [0, 1].
        held_out_images: how many they are.
    """

    model: keras.Model
    name: str
    accuracy: float
    held_out_images: int

    @functools.cached_property
    def _infer(self) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        return tf.function(lambda x: self.model(scale(x), training=False))

    @property
    def warning(self) -> str | None:
        """What to say of scores from a classifier that is often wrong; None if it is not."""
        if self.accuracy >= TRUSTED_ACCURACY:
            return None
        return (
            f"the classifier's held-out accuracy is {self.accuracy:.4f}, below {TRUSTED_ACCURACY}: "
            "NMI, ENT and the prior's distance are not to be trusted"
        )

    def features_and_predictions(self, images: ImageArray) -> tuple[np.ndarray, np.ndarray]:
        """Classifies images.

        Args:
            images: uint8 `[n, h, w, c]`, n is 1 or more.

        Returns:
            Features, float32 `[n, d]`, and classes, int64 `[n]`.
        """
        outputs = [
            self._infer(tf.constant(images[start : start + _INFERENCE_BATCH]))
            for start in range(0, len(images), _INFERENCE_BATCH)
        ]
        features = np.concatenate([part["features"].numpy() for part in outputs])
        logits = np.concatenate([part["logits"].numpy() for part in outputs])
        return features, logits.argmax(axis=1)


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


def train_classifier(data: LabelledImages, name: str, weights: Path | None) -> Classifier:
    """Trains a classifier on 80 % of labelled images and measures it on the rest.

    The held-out images are looked at once, at the end. Equal arguments give an equal classifier.

    Args:
        data: labelled images of all classes.
        name: key of `CLASSIFIERS`.
        weights: file of weights to start from, where layers fit; or None.

    Raises:
        UsageError: if the images cannot be split by class, or the weights cannot be read.
    """
    check_images(data, name)
    trained_on, held_out = _split(data)
    recipe = CLASSIFIERS[name]
    print(
        f"training the classifier {name} on {len(trained_on)} of {len(data.images)} labelled "
        f"images, source: {plain(data.source)}",
        flush=True,
    )
    if name == "resnet50" and not tf.config.list_physical_devices("GPU"):
        print(f"without a GPU that is slow: --classifier=small_cnn {_SMALLER}", flush=True)
    start = time.perf_counter()
    # Layers without seeds of their own draw them from Python's generator.
    state = random.getstate()
    random.seed(SEED)
    model = recipe.build(data.images.shape[1:], len(data.class_names))
    random.setstate(state)
    if weights is not None:
        _load(model, weights)
    _fit(model, recipe, data, trained_on)
    classifier = Classifier(model, name, 0.0, len(held_out))
    _, classes = classifier.features_and_predictions(take(data.images, held_out))
    accuracy = float(np.mean(classes == data.labels[held_out]))
    seconds = time.perf_counter() - start
    print(
        f"its accuracy on the other {len(held_out)}: {accuracy:.4f} ({seconds:.0f} s)", flush=True
    )
    return dataclasses.replace(classifier, accuracy=accuracy)


def _split(data: LabelledImages) -> tuple[np.ndarray, np.ndarray]:
    return train_test_split(
        np.arange(len(data.images)), test_size=0.2, random_state=SEED, stratify=data.labels
    )


def _load(model: keras.Model, weights: Path) -> None:
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
    print(f"{taken} of {len(after)} weights start from {weights}")
    if not taken:
        raise UsageError(
            f"--classifier_weights={weights} has no layer that fits this classifier; give weights "
            "of the same architecture and image size."
        )


def _fit(model: keras.Model, recipe: Recipe, data: LabelledImages, trained_on: np.ndarray) -> None:
    batch_size = min(recipe.batch_size, len(trained_on))
    epoch_steps = len(trained_on) // batch_size
    steps = min(recipe.epochs * epoch_steps, recipe.most_steps)
    rng = np.random.default_rng(SEED)
    epochs = -(-steps // epoch_steps)
    order = np.stack(
        [rng.permutation(trained_on)[: epoch_steps * batch_size] for _ in range(epochs)]
    )
    chosen = order.reshape(-1, batch_size)[:steps]
    dataset = tf.data.Dataset.from_tensor_slices((chosen, data.labels[chosen])).map(
        lambda rows, labels: (scale(gather(data.images, rows)), labels)
    )
    trained = keras.Model(model.input, model.output["logits"])
    rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    trained.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    with _Progress(steps) as progress:
        batches = dataset.prefetch(2).with_options(options())
        trained.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[progress])


class _Progress(keras.callbacks.Callback):
    """A bar over the steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._bar = progress_bar(steps, "step", desc="classifier")

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Moves on by a step."""
        self._bar.set_postfix(loss=f"{(logs or {}).get('loss', 0.0):.3f}", refresh=False)
        self._bar.update()
