"""What processes that were killed have left in a run folder: put back, or cleaned up."""

import os
import re
import shutil
from pathlib import Path

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
        from elastic_infogan_tf.training import checkpoint_files

        checkpoint_files.remove_unfinished(checkpoints)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
