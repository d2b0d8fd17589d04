"""What a run is called: its folder, and the heads of its figures."""

import os
import re
from pathlib import Path

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.config import Config, usual_method
from elastic_infogan_tf.settings.data import AUTO
from elastic_infogan_tf.settings.data_sets import DataSet, data_set
from elastic_infogan_tf.text import plain

_LONGEST_PART = 40  # of a run's name
_PUBLISHED_WIDTH = 64


def run_name(config: Config, data_dir: Path | None = None) -> str:
    """Returns what a run's folder is called by default: what differs from the data set's own.

    Images of one's own are called by their folder or file and the number of codes: `objects-8`.

    Args:
        config: of the run.
        data_dir: where its images are.
    """
    data, model = config.data, config.model
    row = data_set(data.dataset)
    is_own = row.is_own_files and data_dir is not None
    parts = [_own_name(data_dir) if is_own else "", *_differences(config, row)]
    if not parts[0]:
        parts[0] = _dataset_name(data.dataset)
    if model.base_channels != _PUBLISHED_WIDTH and not is_own:
        parts.append(f"base{model.base_channels}")
    return "-".join(filter(None, [*parts, config.schedule.seed and f"seed{config.schedule.seed}"]))


def _differences(config: Config, row: DataSet) -> list[str]:
    data = config.data
    parts = [config.model.method if config.model.method != usual_method(row) else ""]
    if row.leaves_codes_open or data.num_classes != row.num_classes:
        parts.append("auto" if data.num_classes == AUTO else str(data.num_classes))
    parts.append(f"set{data.class_set}" if data.class_set > 1 else "")
    parts.append(f"split{data.split}" if data.split > 1 else "")
    return parts


def name_in(runs: Path, config: Config, data_dir: Path | None = None) -> str:
    """Returns a run's name in a folder of runs: that of earlier versions where it is there."""
    earlier = _earlier_name(config, data_dir)
    return earlier if (runs / earlier).is_dir() else run_name(config, data_dir)


def _earlier_name(config: Config, data_dir: Path | None) -> str:
    data, model = config.data, config.model
    row = data_set(data.dataset)
    parts = [_dataset_name(data.dataset)]
    if row.is_own_files and data_dir is not None:
        parts.append(_own_name(data_dir))
    parts.append(model.method)
    if row.leaves_codes_open or data.num_classes != row.num_classes:
        parts.append(f"k{'auto' if data.num_classes == AUTO else data.num_classes}")
    if not row.leaves_codes_open:
        parts.append(f"set{data.class_set}-split{data.split}")
    if model.base_channels != _PUBLISHED_WIDTH:
        parts.append(f"base{model.base_channels}")
    return "-".join(filter(None, [*parts, f"seed{config.schedule.seed}"]))


def _dataset_name(dataset: str) -> str:
    return dataset.replace(":", "-").replace("/", "-")


def _own_name(data_dir: Path) -> str:
    return _in_a_name(Path(os.path.abspath(data_dir)).name.removesuffix(".npz"))


def _in_a_name(text: str) -> str:
    """Returns text of a file's name without what shells and TensorFlow read as signs."""
    return re.sub(r"[^\w.]+", "_", plain(text)).strip("_.")[:_LONGEST_PART]


def title_of(config: Config, data: LabelledImages) -> str:
    """Returns what a run's figures are headed with."""
    return f"{config.data.dataset}, {config.model.method}, source: {data.source}"
