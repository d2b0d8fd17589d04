"""From a run's configuration to its model: the one place where both are known."""

import importlib
import inspect
from types import ModuleType
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

    The method's row names a module of `models`, whose function `build` makes the model. Its
    keyword-only parameters are named as settings, and it gets those that it asks for; also `prior`
    and `contrastive`, the row's kinds, `proportions`, the class counts, and `num_images`.

    Args:
        config: of the run.
        class_counts: images per class of its training set, for methods that know them; None
            without labels.
        num_images: of its training set, for methods that remember each; None where it is not known.
        **compile_arguments: `run_eagerly`, `steps_per_execution`, `jit_compile`.

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
    """Builds and compiles the recogniser of a run alone, with its fresh weights.

    Args:
        config: of a run whose method clusters; its number of codes does not count.
        num_images: of its training set.
        **compile_arguments: as of `build_model`.
    """
    return _build("recogniser", config, {"num_images": num_images}, compile_arguments)


def _build(
    name: str, config: Config, more: dict[str, Any], compile_arguments: dict[str, Any]
) -> keras.Model:
    """Calls a module's `build` with what it asks for, of a run's settings and of `more`."""
    known = config.flat() | more
    build = _module(name).build
    asked = {
        name: parameter
        for name, parameter in inspect.signature(build).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    missing = [
        name
        for name, parameter in asked.items()
        if parameter.default is inspect.Parameter.empty and name not in known
    ]
    if missing:
        raise UsageError(
            f"--method={config.model.method} needs {', '.join(missing)}, no setting of this run; "
            f"give a default to the parameter of {build.__module__}.build, or declare the setting."
        )
    if "dtype" not in asked and config.model.dtype != FLOAT32:
        raise UsageError(
            f"--method={config.model.method} cannot compute in {config.model.dtype}: "
            f"{build.__module__}.build has no parameter dtype; add it, or take --dtype={FLOAT32}."
        )
    given = {name: known[name] for name in asked if name in known}
    return build(**given, **compile_arguments)


def _module(name: str) -> ModuleType:
    """Returns a module of this package's `models`, or of anywhere by its full name."""
    own = f"elastic_infogan_tf.models.{name}"
    return importlib.import_module(name if "." in name else own)
