"""From a run's configuration to its model: the one place where both are known."""

import importlib
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import FLOAT32


def build_model(
    config: Config,
    class_counts: np.ndarray | list[int] | None,
    num_images: int | None = None,
    **compile_arguments: Any,
) -> keras.Model:
    """Builds and compiles the model of a run's method, with fresh weights.

    The method's row names a module of `models`, or anyone's by its full name, whose function
    `build(settings, **compile_arguments)` makes the model. The attributes of `settings` are the
    run's settings; `prior` and `contrastive`, the row's kinds; `proportions`, the class counts; and
    `num_images`, where it is known.

    `class_counts`, of the training set, are None without labels; compile arguments are Keras'.

    Raises:
        UsageError: if the method needs labels and there are none, or a setting that the run does
            not have, or a method of somebody's own that cannot compute in its `dtype`.
    """
    row = METHODS[config.model.method]
    known: dict[str, Any] = {"prior": row.prior, "contrastive": row.contrastive}
    known["proportions"] = class_counts
    if num_images is not None:
        known["num_images"] = num_images
    return _build(row.model, config, known, compile_arguments)


def build_encoder(config: Config, num_images: int, **compile_arguments: Any) -> keras.Model:
    """Builds and compiles the recogniser alone, of a run whose method clusters, of any K codes."""
    return _build("recogniser", config, {"num_images": num_images}, compile_arguments)


def _build(
    name: str, config: Config, known: dict[str, Any], compile_arguments: dict[str, Any]
) -> keras.Model:
    module = importlib.import_module(name if "." in name else f"{__package__}.{name}")
    settings = SimpleNamespace(**config.flat() | known)
    method, dtype = config.model.method, config.model.dtype
    try:
        model = module.build(settings, **compile_arguments)
    except AttributeError as error:
        if error.obj is not settings:
            raise
        raise UsageError(
            f"--method={method} needs {error.name}, no setting of this run; let "
            f"{module.__name__}.build take a default in its place, or declare the setting."
        ) from error
    if dtype != FLOAT32 and not any(
        layer.compute_dtype == dtype for layer in model._flatten_layers()
    ):
        raise UsageError(
            f"--method={method} cannot compute in {dtype}: {module.__name__}.build makes all "
            f"layers in {FLOAT32}; let them take settings.dtype, or take --dtype={FLOAT32}."
        )
    return model
