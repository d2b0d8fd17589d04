"""A trained run's model, with the weights of its newest checkpoint; needs no data."""

import dataclasses
import os
from pathlib import Path

import keras
import numpy as np

from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import Encoded, Inference
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.training.checkpoints import Checkpoints


class TrainedModel(Inference):
    """A trained model as a program uses it; `load` returns it.

    `model` is the `keras.Model` itself, `model.prior.probabilities` its prior, `num_codes` K.

    Example:
        >>> trained = elastic_infogan_tf.load("runs/demo")  # doctest: +SKIP
        >>> trained.encode(images).codes  # doctest: +SKIP
        >>> images, codes = trained.sample(count=16)  # doctest: +SKIP
    """

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of its images."""
        return self.model.image_shape

    def encode(self, images: ImageArray) -> Encoded:
        """Returns which code each image is of.

        Args:
            images: uint8 `[n, h, w, c]`, n is 1 or more.

        Returns:
            `codes` int64 `[n]`, `probabilities` float32 `[n, K]`, `features` float32 `[n, d]`.

        Raises:
            ValueError: if the images are of another dtype or shape.
        """
        height, width, channels = self.image_shape
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape != (max(len(images), 1), *self.image_shape):
            raise ValueError(
                f"images must be uint8 [n, {height}, {width}, {channels}], n is 1 or more. "
                f"Received: {images.dtype} {list(images.shape)}"
            )
        return super().encode(images)

    def generate(self, code: int, count: int, seed: int = 0) -> np.ndarray:
        """Returns new images of one code, see `Inference.generate`.

        Raises:
            ValueError: if the code is not in [0, K), or the count not 1 or more.
        """
        if not 0 <= code < self.num_codes or count < 1:
            raise ValueError(
                f"code must be 0 to {self.num_codes - 1}, and count 1 or more. Received: "
                f"code={code}, count={count}"
            )
        return super().generate(code, count, seed)

    def sample(self, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Draws new images whose codes are as frequent as the prior says.

        Args:
            count: how many, 1 or more.
            seed: of codes and noise; the same one begins with the same images for any count.

        Returns:
            Images, uint8 `[count, h, w, c]`, and their codes, int64 `[count]`.

        Raises:
            ValueError: if the count is less than 1.
        """
        if count < 1:
            raise ValueError(f"count must be 1 or more. Received: count={count}")
        prior = self.model.prior.probabilities.numpy().astype(np.float64)
        codes = np.random.default_rng(seed).choice(self.num_codes, count, p=prior / prior.sum())
        noise = self._noise(self.num_codes, count, seed)  # of no code: as none has it in `generate`
        return self._images(noise, codes), codes


def load(run_folder: str | os.PathLike[str]) -> TrainedModel:
    """Returns a run's model with its newest weights, ready for `encode`, `generate` and `sample`.

    Raises:
        UsageError: if there is no run, no checkpoint in it, or they cannot be read.
    """
    return TrainedModel(load_run(Path(run_folder)))


def load_run(model_dir: Path, dtype: str | None = None) -> keras.Model:
    """Rebuilds a run's model with the weights of its newest checkpoint; needs no data.

    Args:
        model_dir: the run folder.
        dtype: `float32` or `bfloat16`, which it computes in; None: the one it was trained in.

    Raises:
        UsageError: if there is no run or no checkpoint in it.
    """
    folder = RunFolder(model_dir)
    record = folder.read_record()
    config, data = Config.from_json(record["config"]), record["data"]
    if dtype is not None:
        config = dataclasses.replace(config, model=dataclasses.replace(config.model, dtype=dtype))
    model = build_model(config, data["class_counts"], data["images"])
    if not Checkpoints(folder.checkpoints, model).restore():
        raise UsageError(f"{folder.checkpoints} holds no checkpoint yet; train the run first.")
    return model
