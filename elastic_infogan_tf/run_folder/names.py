"""What a run's folder is called by default, and what its figures are headed with."""

import os
import re
from pathlib import Path

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.config import Config, usual_method
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.utils.text import plain

_LONGEST_PART = 40  # of a run's name


def run_name(config: Config, data_dir: Path | None = None, *, earlier: bool = False) -> str:
    """Returns what a run's folder is called by default: what differs from the data set's own.

    Images of one's own are called by their folder or file and the number of codes: `objects-8`.

    Args:
        config: of the run.
        data_dir: where its images are.
        earlier: the longer name that earlier versions gave it.
    """
    data, model, seed = config.data, config.model, config.schedule.seed
    row = data_set(data.dataset)
    own, codes = _own_name(config, data_dir), str(data.num_classes)
    is_counted = row.leaves_codes_open or data.num_classes != row.num_classes
    has_sets = earlier and not row.leaves_codes_open
    parts = [
        (_dataset_name(config), earlier or not own),
        (own, bool(own)),
        (model.method, earlier or model.method != usual_method(row)),
        (f"k{codes}" if earlier else codes, is_counted),
        (f"set{data.class_set}", has_sets or data.class_set > 1),
        (f"split{data.split}", has_sets or data.split > 1),
        (f"base{model.base_channels}", model.base_channels != 64 and (earlier or not own)),
        (f"seed{seed}", earlier or seed > 0),
    ]
    return "-".join(part for part, is_said in parts if is_said)


def name_in(runs: Path, config: Config, data_dir: Path | None = None) -> str:
    """Returns a run's name in a folder of runs: that of earlier versions where it is there."""
    earlier = run_name(config, data_dir, earlier=True)
    return earlier if (runs / earlier).is_dir() else run_name(config, data_dir)


def explored_name(config: Config, data_dir: Path | None) -> str:
    """Returns what the folder of an exploration of images is called by default."""
    return f"{_own_name(config, data_dir) or _dataset_name(config)}-explore"


def _dataset_name(config: Config) -> str:
    return config.data.dataset.replace(":", "-").replace("/", "-")


def _own_name(config: Config, data_dir: Path | None) -> str:
    """Returns the name of somebody's own folder or file; empty for other images."""
    if not data_set(config.data.dataset).is_own_files or data_dir is None:
        return ""
    name = plain(Path(os.path.abspath(data_dir)).name.removesuffix(".npz"))
    # Without what shells and TensorFlow read as signs.
    return re.sub(r"[^\w.]+", "_", name).strip("_.")[:_LONGEST_PART]


def title_of(config: Config, data: LabelledImages) -> str:
    """Returns what a run's figures are headed with."""
    return f"{config.data.dataset}, {config.model.method}, source: {data.source}"
