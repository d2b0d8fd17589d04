"""Where the files of a run lie in its folder, and what killed processes left there."""

import dataclasses
import os
import re
import shutil
from pathlib import Path


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
