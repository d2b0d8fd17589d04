"""Where the files of a run lie in its folder, and what killed processes left there."""

import dataclasses
import os
import re
import shutil
from pathlib import Path

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.config import Config, usual_method
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.utils.text import plain


@dataclasses.dataclass(frozen=True)
class RunPaths:
    """Paths inside `--model_dir`; there need be nothing at any of them."""

    root: Path

    @property
    def record(self) -> Path:
        """What the run was made with."""
        return self.root / "config.json"

    @property
    def lock(self) -> Path:
        """Held by the process that trains."""
        return self.root / "config.json.lock"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.root / "checkpoints"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.root / "figures"

    @property
    def metrics(self) -> Path:
        """The scalars of every epoch."""
        return self.root / "metrics.csv"

    @property
    def results(self) -> Path:
        """The evaluation of the newest checkpoint."""
        return self.root / "results.json"

    @property
    def clusters(self) -> Path:
        """The clusters that the codes of a run were made of."""
        return self.root / "clusters.json"

    def results_of(self, step: int) -> Path:
        """The evaluation of an older checkpoint."""
        return self.root / f"results-{step:07d}.json"

    @property
    def tensorboard(self) -> Path:
        """Folder of TensorBoard's events."""
        return self.root / "tensorboard"

    @property
    def settings_events(self) -> Path:
        """What TensorBoard is told once: a name that it takes for an event file, the first one."""
        return self.tensorboard / "events.out.tfevents.0000000000.settings"

    @property
    def export(self) -> Path:
        """The SavedModel."""
        return self.root / "export"

    @property
    def page(self) -> Path:
        """All that there is to see of the run, for a person."""
        return self.root / "report.html"

    @property
    def groups(self) -> Path:
        """Folder of the training images by their groups, where they are files of their own."""
        return self.root / "groups"

    @property
    def model_card(self) -> Path:
        """What the exported model is, in words."""
        return self.root / "model_card.md"


# Passing names: of files and folders that were not finished, and of folders that were set aside.
_UNFINISHED = re.compile(r"\..+\.(\d+|new)")
_SET_ASIDE = re.compile(r"\.(?P<name>.+)\.old\.\d+")


def clean_up(root: Path, *folders: Path, checkpoints: Path) -> None:
    """Cleans up in a run folder. Its lock is held, so nobody is writing any of this.

    A folder that was set aside for a new one that never came into its place is put back.

    Args:
        root: the run folder.
        *folders: in it, of single files.
        checkpoints: its folder of checkpoints.
    """
    for folder in (root, *folders):
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        for name in names:
            set_aside = _SET_ASIDE.fullmatch(name)
            if set_aside and not (folder / set_aside["name"]).exists():
                os.rename(folder / name, folder / set_aside["name"])
            elif _UNFINISHED.fullmatch(name):
                _remove(folder / name)
    if checkpoints.is_dir():
        # Late, because it waits for TensorFlow.
        from elastic_infogan_tf.run_folder import checkpoint_files

        checkpoint_files.remove_unfinished(checkpoints)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
    return _in_a_name(Path(os.path.abspath(data_dir)).name.removesuffix(".npz"))


def _in_a_name(text: str) -> str:
    """Returns text of a file's name without what shells and TensorFlow read as signs."""
    return re.sub(r"[^\w.]+", "_", plain(text)).strip("_.")[:_LONGEST_PART]


def title_of(config: Config, data: LabelledImages) -> str:
    """Returns what a run's figures are headed with."""
    return f"{config.data.dataset}, {config.model.method}, source: {data.source}"
