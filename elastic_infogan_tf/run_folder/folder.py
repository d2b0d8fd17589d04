"""The folder of one run: where its files are, what it was made with, and who may write there."""

import contextlib
import json
import math
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.data.files.decoding import first_of
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.metrics_file import read_metrics
from elastic_infogan_tf.run_folder.names import name_in
from elastic_infogan_tf.run_folder.record import check_same_run, make_record, read_record
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.utils.files import only_process, require_place, unwritable, write_atomically

_SHOWN = 5  # runs in a folder of runs
# Passing names: of files and folders that were not finished, and of folders that were set aside.
_UNFINISHED = re.compile(r"\..+\.(\d+|new)|ckpt-.*_temp")
_SET_ASIDE = re.compile(r"\.(?P<name>.+)\.old\.\d+")


class RunFolder:
    """A run's folder: paths, where there need be nothing, its record and metrics, and its lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.record = root / "config.json"  # what the run was made with
        self.lock = root / "config.json.lock"  # held by the process that writes
        self.checkpoints = root / "checkpoints"
        self.figures = root / "figures"
        self.metrics = root / "metrics.csv"  # the scalars of every epoch
        self.results = root / "results.json"  # the evaluation of the newest checkpoint
        self.clusters = root / "clusters.json"  # those that the codes of a run were made of
        self.tensorboard = root / "tensorboard"
        # What TensorBoard is told once: a name that it takes for an event file, the first one.
        self.settings_events = self.tensorboard / "events.out.tfevents.0000000000.settings"
        self.export = root / "export"  # the SavedModel
        self.model_card = root / "model_card.md"
        self.page = root / "report.html"
        self.groups = root / "groups"  # the training images by groups, where they are files

    def results_of(self, step: int) -> Path:
        """Returns the path of the evaluation of an older checkpoint."""
        return self.root / f"results-{step:07d}.json"

    def read_record(self) -> dict[str, Any]:
        """Returns `config.json`, checked (`record.read_record`).

        Raises:
            UsageError: if there is none, or it is corrupted.
        """
        self._require_plain_name()
        if not self.record.exists():
            runs = sorted(str(path.parent) for path in self.root.glob(f"*/{self.record.name}"))
            inside = f"one of the runs inside: {first_of(runs, _SHOWN)}"
            raise UsageError(
                f"{self.root} is not a run folder: there is no {self.record.name}; give "
                f"{inside if runs else 'that of a training'}."
            )
        return read_record(self.record)

    def recorded_how(self) -> dict[str, Any]:
        """Returns what the run was last resumed with; nothing where there is no record."""
        return self.read_record().get("how", {}) if self.record.exists() else {}

    def _require_plain_name(self) -> None:
        """Refuses a folder in whose path TensorFlow sees a pattern: it would not find its files."""
        signs = sorted(set("[]*?\\") & set(self.root.absolute().as_posix()))
        if signs:
            raise UsageError(
                f"--model_dir={self.root} has {' '.join(signs)} in its path, which TensorFlow "
                "reads as a pattern of file names; choose, or rename it to, one without."
            )

    def require_place(self) -> Path:
        """Refuses a folder that cannot be made or written, and makes nothing, as `files` does."""
        self._require_plain_name()
        return require_place(self.root)

    def read_metrics(self) -> list[dict[str, str]]:
        """Returns the rows of `metrics.csv`, checked (`metrics_file.read_metrics`)."""
        return read_metrics(self.metrics)

    def require_readable(self) -> None:
        """Refuses corrupted files of a run, before long work that ends with them."""
        self.recorded_how()
        self.read_metrics()

    def refuse_to_start_over(self, checkpoint_every: int) -> None:
        """Refuses to begin a run at step 0 whose checkpoints must have been there.

        They must if there are metrics of more epochs than between checkpoints: a row comes before
        its checkpoint.
        """
        epochs = len(self.read_metrics())
        if epochs > checkpoint_every:
            raise UsageError(
                f"{self.root} has the metrics of {epochs} epochs and no checkpoint in "
                f"{self.checkpoints.name}/: going on would begin at step 0 and write over them. "
                "Put the files of the checkpoints back, or move the folder away to train anew."
            )

    def states_until(self, step: int) -> list[str]:
        """Returns whether the generator was alive at the epochs up to a step, the last one last.

        Each one of `health.STATES`, as `metrics.csv` has it; none where it does not say.
        """
        rows = (row for row in self.read_metrics() if int(row["step"]) <= step)
        return [row["state"] for row in rows if row.get("state")]

    @contextlib.contextmanager
    def open(
        self,
        config: Config,
        data: LabelledImages,
        data_dir: Path | None,
        *,
        need_bytes: int,
        writes: bool,
        how: Mapping[str, Any] | None = None,
    ) -> Iterator[bool]:
        """Makes the folder, or checks that it holds this very run; keeps other writers out.

        Args:
            config: of the run; `epochs` may be more than before.
            data: the training set.
            data_dir: where it came from, or None.
            need_bytes: what the run is going to write, at least.
            writes: whether this process is the one that writes.
            how: groups of settings that change no number, by name, to be recorded.

        Yields:
            Whether the run was there before.

        Raises:
            UsageError: if the folder holds something else or another configuration, or another
                process trains into it, or it cannot be written, or lacks the room.
        """
        self._require_plain_name()
        record = make_record(config, data, data_dir, how)
        known = self.record.exists()
        if known:
            check_same_run(self.root, self.read_record(), record, data)
        # The chief of several workers may be writing the record at this very moment, and whoever
        # was killed doing so has left half of one under its passing name.
        elif not all(self.record.name in name for name in _names_in(self.root)):
            raise UsageError(
                f"--model_dir={self.root} holds other files and no config.json; choose a new or an "
                "empty folder."
            )
        if not writes:
            yield known
            return
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.root, error) from error
        self._require_room(self.root, need_bytes)
        with self.alone():
            write_atomically(self.record, json.dumps(record, indent=2) + "\n")
            yield known

    def check(
        self, config: Config, data: LabelledImages, data_dir: Path | None, *, need_bytes: int
    ) -> None:
        """Refuses what `open` would refuse, and makes nothing; arguments as of `open`."""
        with self.open(config, data, data_dir, need_bytes=need_bytes, writes=False):
            pass
        self._require_room(self.require_place(), need_bytes)
        if self.lock.exists():
            with self.alone():
                pass

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other writers out of a run folder that is there, or refuses as one is at work."""
        with only_process(self.lock, f"--model_dir={self.root}"):
            for folder in (self.root, self.figures, self.tensorboard, self.checkpoints):
                _clean_up(folder)
            yield

    def _require_room(self, folder: Path, need_bytes: int) -> None:
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise unwritable(self.root, error) from error
        if free < need_bytes:
            # Rounded apart, so that the two are never the same number.
            needed, there = math.ceil(need_bytes / 1e5) / 10, math.floor(free / 1e5) / 10
            words = f"{needed:.1f} MB are needed, {there:.1f} MB are free"
            raise unwritable(self.root, words)


def _names_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _clean_up(folder: Path) -> None:
    """Removes what killed processes left in a folder; its lock is held, so nobody is writing it.

    A folder that was set aside for a new one that never came into its place is put back.
    """
    for name in _names_in(folder):
        path, set_aside = folder / name, _SET_ASIDE.fullmatch(name)
        if set_aside and not (folder / set_aside["name"]).exists():
            path.rename(folder / set_aside["name"])
        elif _UNFINISHED.fullmatch(name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif _UNFINISHED.fullmatch(name):
            path.unlink(missing_ok=True)


def folder_of(config: Config, data_dir: Path | None, model_dir: Path | None) -> RunFolder:
    """Returns a run's folder: the one asked for, or `runs/` and a name made of the settings."""
    runs = Path("runs")
    return RunFolder(model_dir or runs / name_in(runs, config, data_dir))
