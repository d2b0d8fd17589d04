"""Encoders that are trained alone: the features of all images, and the weights that made them."""

import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.build import build_encoder
from elastic_infogan_tf.models.recogniser import Recogniser
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.utils.files import write_atomically

_WEIGHT = "weight{}"  # names of the arrays in a file


@dataclasses.dataclass(frozen=True)
class Encoder:
    """A trained encoder.

    Attributes:
        features: float32 `[n, 32]`, of all training images.
        weights: of trunk and projection, as `weights_of` lists them.
    """

    features: np.ndarray
    weights: Sequence[np.ndarray]


def train_encoder(
    config: Config,
    data: LabelledImages,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    jit_compile: bool = False,
) -> Encoder:
    """Trains the recogniser of a run alone, for as long as the first part of its training.

    Args:
        config: of a run whose method clusters; its number of codes does not count.
        data: its training set.
        callbacks: of Keras.
        jit_compile: whether XLA compiles the step.
    """
    encoder = build_encoder(config, len(data.images), jit_compile=jit_compile)
    loop.fit_encoder(config.schedule, config.data.augmentation, encoder, data, callbacks)
    features = Inference(encoder).encode(data.images).features
    return Encoder(features, [weight.numpy() for weight in weights_of(encoder.recogniser)])


def identity(config: Config, data: LabelledImages) -> dict[str, Any]:
    """Returns all that an encoder follows from, as JSON types; equal for equal encoders."""
    without = ("num_classes", "method", "epochs", "steps", "source", "transforms")
    settings = {name: value for name, value in config.to_json().items() if name != "model"}
    flat = {key: value for group in settings.values() for key, value in group.items()}
    flat["base_channels"] = config.model.base_channels
    flat = {name: value for name, value in flat.items() if name not in without}
    return flat | {"fingerprint": data.fingerprint}


def save(path: Path, encoder: Encoder, made_of: Mapping[str, Any]) -> None:
    """Writes an encoder as an `.npz` file.

    Raises:
        UsageError: if it cannot be written.
    """
    arrays: dict[str, Any] = {
        _WEIGHT.format(place): weight for place, weight in enumerate(encoder.weights)
    }
    file = io.BytesIO()
    np.savez(file, features=encoder.features, made_of=np.array(json.dumps(made_of)), **arrays)
    write_atomically(path, file.getvalue(), flag="--out")


def load(path: Path, made_of: Mapping[str, Any]) -> Encoder | None:
    """Reads an encoder; None where there is none, or one that was made of something else.

    Raises:
        UsageError: if the file is corrupted.
    """
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if json.loads(str(arrays["made_of"])) != json.loads(json.dumps(made_of)):
                return None
            count = sum(name.startswith(_WEIGHT.format("")) for name in arrays)
            weights = [arrays[_WEIGHT.format(place)] for place in range(count)]
            return Encoder(arrays["features"], weights)
    except Exception as error:  # zip, numpy and JSON each raise their own
        raise UsageError(f"{path} is corrupted: {error}; delete it.") from error


def weights_of(recogniser: Recogniser) -> list[keras.Variable]:
    """Returns a recogniser's weights but for those of the head of codes, in order."""
    return [*recogniser.trunk.weights, *recogniser.head.get_layer("features").weights]
