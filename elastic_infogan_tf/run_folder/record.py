"""What a run was made with, as `config.json` has it, and whether two records are of one run."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import elastic_infogan_tf
from elastic_infogan_tf.data.imbalance import expected_false_negatives
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config, image_shape_of
from elastic_infogan_tf.settings.data_sets import BUILTIN, find_data_set
from elastic_infogan_tf.utils.files import path_of
from elastic_infogan_tf.utils.json_files import (
    COUNT,
    NUMBER,
    TEXT,
    corrupted,
    list_of,
    object_of,
    or_null,
    read_json,
)

_SETTING = {
    "type": ["string", "number", "boolean", "null", "array"],
    "items": {"type": ["string", "number"]},
}
_RUN = {
    "threads": or_null({"type": "integer", "minimum": 1, "maximum": 10_000}),
    "deterministic": {"type": "boolean"},
    "jit_compile": or_null({"type": "boolean"}),
}
_HOW = object_of({"run": {"properties": _RUN}})
_HOW["additionalProperties"] = {"type": "object", "additionalProperties": _SETTING}
_DATA = object_of(
    {"data_dir": or_null(TEXT), "expected_false_negatives": or_null(NUMBER)},
    source=TEXT,
    images=COUNT | {"minimum": 1},
    class_names=list_of(TEXT),
    class_counts=or_null(list_of(COUNT, least=1)),
    fingerprint=TEXT,
)
# All that is read of it: earlier versions lack some.
_SCHEMA = object_of(
    {"how": _HOW, "git_commit": or_null(TEXT), "machine": or_null(TEXT)},
    config={"type": "object"},
    data=_DATA,
    versions={"type": "object", "additionalProperties": TEXT},
)
_ADVICE = "put back the file as the training wrote it, or train into another --model_dir"
_PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy")


def make_record(
    config: Config,
    data: LabelledImages,
    data_dir: Path | None = None,
    how: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns what `config.json` holds: configuration, data, versions, commit, machine.

    What a run is, is in `config`; `how` is what it was last resumed with, which may change.
    """
    counts = data.class_counts
    return {
        "config": config.to_json(),
        "how": {name: declare.to_json(group) for name, group in (how or {}).items()},
        "data": {
            "source": data.source,
            "data_dir": data_dir and str(data_dir.resolve()),
            "images": len(data.images),
            "class_names": list(data.class_names),
            "class_counts": None if counts is None else counts.tolist(),
            "expected_false_negatives": (
                None if counts is None else expected_false_negatives(counts)
            ),
            "fingerprint": data.fingerprint,
        },
        "versions": {
            "elastic_infogan_tf": elastic_infogan_tf.__version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "git_commit": _git_commit(),
        "machine": ", ".join([platform.machine(), f"{os.cpu_count()} cores", *gpu_names()]),
    }


def read_record(path: Path) -> dict[str, Any]:
    """Returns what a `config.json` of any version holds, all of it checked.

    Raises:
        UsageError: if it cannot be read, or something in it cannot be; names file and field.
    """
    record = read_json(path, _SCHEMA, _ADVICE)
    try:
        config = Config.from_json(record["config"])
        _require_networks(config)
    except UsageError as error:
        raise UsageError(
            f"{path} cannot be gone by: {error} If it was edited, {_ADVICE}."
        ) from error
    if config.schedule.epochs is None:
        raise corrupted(path, "config.epochs", None, "a whole number", _ADVICE)
    counts, names = record["data"]["class_counts"], record["data"]["class_names"]
    if counts is not None and (len(counts) != len(names) or not sum(counts)):
        words = f"a number of images for each of the {len(names)} class_names"
        raise corrupted(path, "data.class_counts", counts, words, _ADVICE)
    return record


def _require_networks(config: Config) -> None:
    """Refuses networks and images of another data set, which only an edited file has."""
    dataset = config.data.dataset
    row = find_data_set(dataset)
    if row is None:  # its package is not imported
        return
    for name, value, needed in (
        ("image_shape", config.data.image_shape, image_shape_of(row, config)),
        ("networks", config.model.networks, row.networks),
    ):
        if value != needed:
            raise UsageError(f"{name} must be {needed} for --dataset={dataset}. Received: {value}")


def check_same_run(
    root: Path, old: dict[str, Any], new: dict[str, Any], data: LabelledImages
) -> None:
    """Refuses to resume a run that is another one, with all that differs.

    Args:
        root: its folder.
        old: the record there.
        new: the record of what is to be done.
        data: its training set.
    """
    # By way of Config, so that settings which an earlier version did not have are there.
    configs = [Config.from_json(record["config"]) for record in (old, new)]
    old_fields, new_fields = map(_comparable, (old, new), configs)
    differing = [
        f"{name} was {old_fields.get(name)}, is {new_fields.get(name)}"
        for name in sorted(old_fields.keys() | new_fields.keys())
        if old_fields.get(name) != new_fields.get(name)
    ]
    if not is_of(old["data"], data):
        prints = (record["data"]["fingerprint"][:12] for record in (old, new))
        differing.append("data fingerprint was {}, is {}".format(*prints))
    before, now = (config.schedule.epochs for config in configs)
    may_grow = "epochs" not in old_fields
    if may_grow and now < before:
        differing.append(f"epochs was {before}, is {now}")
    if differing:
        exception = " (--epochs or --steps may grow)" if may_grow else ""
        raise UsageError(
            f"--model_dir={root} holds a run with another configuration: {'; '.join(differing)}. "
            f"Give the same flags{exception}, or another --model_dir."
        )


def _comparable(record: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Returns what must not change; what the source resolved to counts, not how it was asked."""
    row = find_data_set(config.data.dataset)
    if row is not None and row.is_own_files:  # named after its folder or file, which may move
        return config.identity()
    return config.identity() | {"source": record["data"]["source"]}


def is_of(recorded: Mapping[str, Any], data: LabelledImages) -> bool:
    """Returns whether a record's part on data is of these images, streamed by earlier versions."""
    return recorded["fingerprint"] in (data.fingerprint, data.streamed_fingerprint)


def remembered_folder(record: Mapping[str, Any]) -> Path | None:
    """Returns where a run's images were, None where they came with the package or it is not known.

    Earlier versions took the built-in cars also where a folder without cars was given.
    """
    folder = record["data"].get("data_dir")
    is_builtin = record["data"]["source"] == BUILTIN
    return path_of(folder, "--data_dir") if folder and not is_builtin else None


def remembered_cache(record: Mapping[str, Any]) -> Path | None:
    """Returns the cache that a run was trained with; None where that is not known or gone."""
    how = record.get("how", {})
    settings = how.get("evaluation", {}) | how.get("files", {})  # earlier versions: the former
    folder = settings.get("cache_dir")
    path = path_of(folder, "--cache_dir") if isinstance(folder, str) else None
    return path if path is not None and path.is_dir() else None


def _git_commit() -> str | None:
    """Returns the commit of the source tree that runs, or None outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def gpu_names() -> list[str]:
    """Returns the kinds of the GPUs that TensorFlow found, as `NVIDIA H100 80GB HBM3`."""
    import tensorflow as tf  # late: what only reads a record waits for no TensorFlow

    details = tf.config.experimental.get_device_details
    gpus = tf.config.list_physical_devices("GPU")
    return [details(gpu).get("device_name", gpu.name) for gpu in gpus]
