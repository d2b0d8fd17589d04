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
        labels: int64 `[n]`, the clusters that were made of the features; None: none yet.
        confidence: float32 `[n]` in [0, 1], of each.
    """

    features: np.ndarray
    weights: Sequence[np.ndarray]
    labels: np.ndarray | None = None
    confidence: np.ndarray | None = None


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
    loop.fit(config.schedule, config.data.augmentation, encoder, data, callbacks)
    features = Inference(encoder).encode(data.images).features
    return Encoder(features, [weight.numpy() for weight in weights_of(encoder.recogniser)])


def identity(config: Config, data: LabelledImages) -> dict[str, Any]:
    """Returns all that an encoder follows from, as JSON types; equal for equal encoders."""
    without = ("num_classes", "method", "epochs", "steps", "source", "transforms", "encoder")
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
        _WEIGHT.format(index): weight for index, weight in enumerate(encoder.weights)
    }
    if encoder.labels is not None:
        arrays |= {"labels": encoder.labels, "confidence": encoder.confidence}
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
    encoder, recorded = _read(path)
    return encoder if recorded == json.loads(json.dumps(made_of)) else None


def _read(path: Path) -> tuple[Encoder, dict[str, Any]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            count = sum(name.startswith(_WEIGHT.format("")) for name in arrays)
            weights = [arrays[_WEIGHT.format(index)] for index in range(count)]
            labels, confidence = map(arrays.get, ("labels", "confidence"))
            made_of = dict(json.loads(str(arrays["made_of"])))
            return Encoder(arrays["features"], weights, labels, confidence), made_of
    except Exception as error:  # zip, NumPy and JSON each raise their own
        raise UsageError(
            f"{path} cannot be read ({error}); delete it and explore again."
        ) from error


def load_start(path: Path, data: LabelledImages, num_codes: int) -> Encoder:
    """Reads an encoder whose clusters a training of these images may begin with.

    Raises:
        UsageError: if the file is missing or corrupted, or is of other images or another number of
            groups.
    """
    encoder, made_of = _read(path)
    if "groups" not in made_of or made_of.get("fingerprint") != data.fingerprint:
        raise UsageError(
            f"--encoder={path} is not of these {len(data.images)} images; explore them first, or "
            "leave it out."
        )
    groups = made_of["groups"]
    if groups != num_codes:
        raise UsageError(
            f"--encoder={path} has {groups} groups, and --num_classes is {num_codes}; give the "
            f"same number, or explore again with --num_classes={num_codes}, which takes seconds."
        )
    labels, confidence, shape = encoder.labels, encoder.confidence, (len(data.images),)
    if (
        any(array is None or array.shape != shape for array in (labels, confidence))
        or not np.isin(labels, range(groups)).all()
        or not ((confidence >= 0) & (confidence <= 1)).all()
    ):
        raise UsageError(
            f"--encoder={path} is corrupted: it must hold a group and a confidence for each of the "
            f"{len(data.images)} images; explore again."
        )
    return encoder


def take_weights(recogniser: Recogniser, encoder: Encoder) -> bool:
    """Gives a recogniser an encoder's weights, if they have its shapes; returns whether."""
    variables = weights_of(recogniser)
    shapes = [tuple(weight.shape) for weight in encoder.weights]
    if shapes != [tuple(variable.shape) for variable in variables]:
        return False
    for variable, weight in zip(variables, encoder.weights, strict=True):
        variable.assign(weight)
    return True


def weights_of(recogniser: Recogniser) -> list[keras.Variable]:
    """Returns a recogniser's weights but for those of the head of codes, in order."""
    return [*recogniser.trunk.weights, *recogniser.head.get_layer("features").weights]
