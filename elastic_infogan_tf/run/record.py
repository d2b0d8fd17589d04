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
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data_sets import data_set

_PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy")


def make_record(
    config: Config,
    data: LabelledImages,
    data_dir: Path | None = None,
    how: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns what `config.json` holds: configuration, data, versions, commit, machine.

    What a run is, is in `config`; `how` is what it was last gone on with, which may change.
    """
    counts = data.class_counts
    return {
        "config": config.to_json(),
        "how": {name: declare.to_json(group) for name, group in (how or {}).items()},
        "data": {
            "source": data.source,
            "data_dir": None if data_dir is None else str(data_dir.resolve()),
            "images": len(data.images),
            "class_names": list(data.class_names),
            "class_counts": None if counts is None else counts.tolist(),
            "expected_false_negatives": (
                None if counts is None else expected_false_negatives(counts)
            ),
            "fingerprint": data.fingerprint,
            "streamed_fingerprint": (
                data.streamed_fingerprint if data_set(config.data.dataset).streams else None
            ),
        },
        "versions": {
            "elastic_infogan_tf": elastic_infogan_tf.__version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "git_commit": _git_commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def check_same_run(root: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Refuses to go on with a run that is another one.

    Args:
        root: its folder.
        old: the record there.
        new: the record of what is to be done.

    Raises:
        UsageError: with all that differs.
    """
    old_fields, new_fields = (_comparable(record) for record in (old, new))
    differing = [
        f"{name} was {old_fields.get(name)}, is {new_fields.get(name)}"
        for name in sorted(old_fields.keys() | new_fields.keys())
        if old_fields.get(name) != new_fields.get(name)
    ]
    if not same_images(old["data"], new["data"]):
        prints = (record["data"]["fingerprint"][:12] for record in (old, new))
        differing.append("data fingerprint was {}, is {}".format(*prints))
    configs = [Config.from_json(record["config"]) for record in (old, new)]
    before, now = (config.schedule.epochs for config in configs)
    may_grow = "epochs" not in configs[0].identity()
    if may_grow and now < before:
        differing.append(f"epochs was {before}, is {now}")
    if differing:
        exception = " (--epochs or --steps may grow)" if may_grow else ""
        raise UsageError(
            f"--model_dir={root} holds a run with another configuration: {'; '.join(differing)}. "
            f"Give the same flags{exception}, or another --model_dir."
        )


def _comparable(record: dict[str, Any]) -> dict[str, Any]:
    """Returns what must not change; what the source resolved to counts, not how it was asked."""
    # By way of Config, so that settings which an earlier version did not have are there.
    fields = Config.from_json(record["config"]).identity()
    return fields | {"source": record["data"]["source"]}


def same_images(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Returns whether two records' parts on data are of the same images, streamed or in memory."""
    kinds = ("fingerprint", "streamed_fingerprint")
    prints = [{data.get(kind) for kind in kinds} - {None} for data in (first, second)]
    return bool(prints[0] & prints[1])


def _git_commit() -> str | None:
    """Returns the commit of the source tree that runs, or None outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
