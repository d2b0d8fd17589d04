"""What a run is called: its folder, and the heads of its figures."""

import os
import re
from pathlib import Path

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import AUTO
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.text import plain

_LONGEST_PART = 40  # of a run's name


def run_name(config: Config, data_dir: Path | None = None) -> str:
    """Returns what a run's folder is called by default.

    Args:
        config: of the run.
        data_dir: where its images are; images of one's own are called by its name.
    """
    data, model = config.data, config.model
    row = data_set(data.dataset)
    parts = [data.dataset.replace(":", "-").replace("/", "-")]
    if row.is_own_files and data_dir is not None:
        parts.append(_in_a_name(Path(os.path.abspath(data_dir)).name.removesuffix(".npz")))
    parts.append(model.method)
    if row.leaves_codes_open or data.num_classes != row.num_classes:
        parts.append(f"k{'auto' if data.num_classes == AUTO else data.num_classes}")
    if not row.leaves_codes_open:
        parts.append(f"set{data.class_set}-split{data.split}")
    if model.base_channels != 64:
        parts.append(f"base{model.base_channels}")
    return "-".join(filter(None, [*parts, f"seed{config.schedule.seed}"]))


def _in_a_name(text: str) -> str:
    """Returns text of a file's name without what shells and TensorFlow read as signs."""
    return re.sub(r"[^\w.]+", "_", plain(text)).strip("_.")[:_LONGEST_PART]


def title_of(config: Config, data: LabelledImages) -> str:
    """Returns what a run's figures are headed with."""
    return f"{config.data.dataset}, {config.model.method}, source: {data.source}"
