"""What a run's page is headed with: what was trained, how, how far and when."""

import datetime
from collections.abc import Mapping
from typing import Any

from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS

_FOLDER = "image folder "  # before the folder's name in the source of own images


def heading(config: Config, data: Mapping[str, Any]) -> str:
    """Returns what the images are called, how many there are and how many groups.

    Args:
        config: of the run.
        data: of the run's record.
    """
    source = data["source"]
    name = source.removeprefix(_FOLDER) if source.startswith(_FOLDER) else config.data.dataset
    name += f", {source}" if "synthetic" in source else ""
    return f"{name}: {config.data.num_classes} groups of {data['images']:,} images"


def subheading(folder: RunFolder, config: Config, step: int, steps: int) -> str:
    """Returns how it was trained, how far and on which day.

    Args:
        folder: of the run.
        config: of the run.
        step: train steps taken.
        steps: train steps in all.
    """
    method = config.model.method
    parts = [
        folder.root.resolve().name,
        method + ("" if METHODS[method].in_paper else " (ours, not the paper's)"),
        f"step {step:,} of {steps:,}" + (": not finished" if step < steps else ""),
        f"{config.model.base_channels} base channels",
    ]
    if folder.metrics.exists():
        day = datetime.date.fromtimestamp(folder.metrics.stat().st_mtime)
        parts.append(day.isoformat())
    return ", ".join(parts)
