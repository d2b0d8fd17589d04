"""What a trained model makes of codes and of images, in batches."""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf
from scipy.special import softmax

from elastic_infogan_tf.data.batches.pipeline import scale, unscale
from elastic_infogan_tf.data.labelled_images import ImageArray

BATCH = 250  # images that networks see at once


def batches_of(*arrays: ImageArray) -> Iterator[list[tf.Tensor]]:
    """Yields parts of arrays of one length as tensors, `BATCH` rows at a time."""
    for start in range(0, len(arrays[0]), BATCH):
        yield [tf.constant(array[start : start + BATCH]) for array in arrays]


@dataclasses.dataclass(frozen=True, eq=False)
class Encoded:
    """What Q makes of images."""

    features: np.ndarray  # float32 `[n, d]`
    logits: np.ndarray  # float32 `[n, K]`, of the codes

    @functools.cached_property
    def codes(self) -> np.ndarray:
        """The likeliest ones, int64 `[n]`."""
        return self.logits.argmax(axis=1)  # probabilities may round to ties

    @functools.cached_property
    def probabilities(self) -> np.ndarray:
        """Of all codes, float32 `[n, K]`."""
        return softmax(self.logits, axis=1)

    @functools.cached_property
    def confidences(self) -> np.ndarray:
        """Those of the likeliest ones, float32 `[n]`."""
        return self.probabilities.max(axis=1)


class Inference:
    """A model's generator and Q in inference mode, compiled once.

    Args:
        model: with `num_codes` and a `call` that returns Q's outputs; to generate, also with
            `generator` and `noise_dim`.
        encoder: a function from images in [-1, 1] to Q's outputs, if not the model's `call`.
    """

    def __init__(
        self, model: keras.Model, encoder: Callable[[tf.Tensor], dict[str, tf.Tensor]] | None = None
    ) -> None:
        self.model = model
        self.num_codes = model.num_codes
        # A set's last batch is smaller: one more program for all sizes, not one for each. Partials,
        # because TensorFlow counts programs by function and would warn of those of other models.
        encoder = encoder or functools.partial(model, training=False)
        self._generate = tf.function(functools.partial(_generated, model), reduce_retracing=True)
        self._encode = tf.function(functools.partial(_encoded, encoder), reduce_retracing=True)

    def generate(self, code: int, count: int, seed: int) -> np.ndarray:
        """Generates images of one code in [0, K) with fresh noise, uint8 `[count, h, w, c]`.

        The same (code, seed) begins with the same images for any count.
        """
        return self.generate_each(count, seed, [code])

    def generate_each(
        self, count: int, seed: int, codes: Sequence[int] | None = None
    ) -> np.ndarray:
        """Generates the images of `generate` of each of some codes, or of all, in batches of all.

        Returns:
            uint8 `[len(codes) * count, h, w, c]`, all of the first code first.
        """
        codes = range(self.num_codes) if codes is None else codes
        noise = np.concatenate([self._noise(code, count, seed) for code in codes])
        return self._images(noise, np.repeat(codes, count))

    def _noise(self, code: int, count: int, seed: int) -> np.ndarray:
        # A generator of its own for each code, so that codes do not share their noise.
        rng = np.random.default_rng([seed, code])
        return rng.standard_normal((count, self.model.noise_dim)).astype(np.float32)

    def _images(self, noise: np.ndarray, codes: np.ndarray) -> np.ndarray:
        batches = batches_of(noise, np.eye(self.num_codes, dtype=np.float32)[codes])
        return np.concatenate([self._generate(*batch).numpy() for batch in batches])

    def generate_grid(self, columns: int) -> np.ndarray:
        """Generates every code with the same noise vectors, one a column.

        Returns:
            uint8 `[K * columns, h, w, c]`, all of code 0 first.
        """
        noise = np.random.default_rng(0).standard_normal((columns, self.model.noise_dim))
        codes = np.repeat(range(self.num_codes), columns)
        return self._images(np.tile(noise.astype(np.float32), (self.num_codes, 1)), codes)

    def encode(self, images: ImageArray) -> Encoded:
        """Runs Q on images, uint8 or float32 in [0, 255], `[n, h, w, c]`, n is 1 or more."""
        outputs = (self._encode(*batch) for batch in batches_of(images))
        parts = [(output["features"].numpy(), output["logits"].numpy()) for output in outputs]
        return Encoded(*map(np.concatenate, zip(*parts, strict=True)))


def _generated(model: keras.Model, noise: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    return unscale(model.generator([noise, codes], training=False))


def _encoded(
    encoder: Callable[[tf.Tensor], dict[str, tf.Tensor]], images: tf.Tensor
) -> dict[str, tf.Tensor]:
    return encoder(scale(images))
