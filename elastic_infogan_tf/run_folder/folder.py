"""The folder of one run: what it was made with, and who may write there."""

import contextlib
import json
import math
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.data.files.decoding import first_of
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.metrics_file import read_metrics
from elastic_infogan_tf.run_folder.paths import RunPaths, clean_up, name_in
from elastic_infogan_tf.run_folder.record import check_same_run, make_record, read_record
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.utils.files import only_process, require_place, unwritable, write_atomically

_SHOWN = 5  # runs in a folder of runs


class RunFolder(RunPaths):
    """A run's folder: its record in `config.json`, its metrics, and its lock."""

    def read_record(self) -> dict[str, Any]:
        """Returns `config.json`, checked (`record.read_record`).

        Raises:
            UsageError: if there is none, or it is corrupted.
        """
        self.require_plain_name()
        if not self.record.exists():
            inside = sorted(str(one.parent) for one in self.root.glob(f"*/{self.record.name}"))
            advice = (
                f"one of the runs inside: {first_of(inside, _SHOWN)}"
                if inside
                else "that of a training"
            )
            raise UsageError(
                f"{self.root} is not a run folder: there is no {self.record.name}; give {advice}."
            )
        return read_record(self.record)

    def recorded_how(self) -> dict[str, Any]:
        """Returns what the run was last resumed with, of its record; nothing where there is none.

        Raises:
            UsageError: if there is a record and it cannot be read.
        """
        return self.read_record().get("how", {}) if self.record.exists() else {}

    def require_plain_name(self) -> None:
        """Refuses a folder in whose path TensorFlow sees a pattern: it would not find its files.

        Raises:
            UsageError: if there is such a sign.
        """
        found = sorted(set("[]*?\\") & set(self.root.absolute().as_posix()))
        if found:
            raise UsageError(
                f"--model_dir={self.root} has {' '.join(found)} in its path, which TensorFlow "
                "reads as a pattern of file names; choose, or rename it to, one without."
            )

    def require_place(self) -> Path:
        """Refuses a folder that cannot be made or written; makes and returns as `files` does."""
        self.require_plain_name()
        return require_place(self.root)

    def read_metrics(self) -> list[dict[str, str]]:
        """Returns the rows of `metrics.csv`, checked (`metrics_file.read_metrics`)."""
        return read_metrics(self.metrics)

    def require_readable(self) -> None:
        """Refuses a run folder with corrupted files, before long work that ends with them.

        Raises:
            UsageError: if what is there of `config.json` and `metrics.csv` is corrupted.
        """
        if self.record.exists():
            self.read_record()
        self.read_metrics()

    def refuse_to_start_over(self, checkpoint_every: int) -> None:
        """Refuses to begin a run at step 0 whose checkpoints must have been there.

        Args:
            checkpoint_every: epochs between checkpoints.

        Raises:
            UsageError: if there are metrics of more epochs: a row comes before its checkpoint.
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
        self.require_plain_name()
        record = make_record(config, data, data_dir, how)
        known = self.record.exists()
        if known:
            check_same_run(self.root, self.read_record(), record, data)
        else:
            self._refuse_other_files()
        if not writes:
            yield known
            return
        self._make(need_bytes)
        with self.alone():
            write_atomically(self.record, json.dumps(record, indent=2) + "\n")
            yield known

    def check(
        self, config: Config, data: LabelledImages, data_dir: Path | None, *, need_bytes: int
    ) -> None:
        """Refuses what `open` would refuse, and makes nothing.

        Args:
            config: as of `open`.
            data: as of `open`.
            data_dir: as of `open`.
            need_bytes: as of `open`.

        Raises:
            UsageError: as of `open`.
        """
        with self.open(config, data, data_dir, need_bytes=need_bytes, writes=False):
            pass
        self._require_room(self.require_place(), need_bytes)
        if self.lock.exists():
            with self.alone():
                pass

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other writers out of a run folder that is there.

        Raises:
            UsageError: if another process trains, evaluates or exports there.
        """
        with only_process(self.lock, f"--model_dir={self.root}"):
            clean_up(self.root, self.figures, self.tensorboard, checkpoints=self.checkpoints)
            yield

    def _make(self, need_bytes: int) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.root, error) from error
        self._require_room(self.root, need_bytes)

    def _require_room(self, place: Path, need_bytes: int) -> None:
        try:
            free = shutil.disk_usage(place).free
        except OSError as error:
            raise unwritable(self.root, error) from error
        if free < need_bytes:
            # Rounded apart, so that the two are never the same number.
            needed, there = math.ceil(need_bytes / 1e5) / 10, math.floor(free / 1e5) / 10
            found = f"{needed:.1f} MB are needed, {there:.1f} MB are free"
            raise unwritable(self.root, found)

    def _refuse_other_files(self) -> None:
        # The chief of several workers may be writing the record at this very moment, and whoever
        # was killed doing so has left half of one under its passing name.
        names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else []
        if not all(self.record.name in name for name in names):
            raise UsageError(
                f"--model_dir={self.root} holds other files and no config.json; choose a new or an "
                "empty folder."
            )


def folder_of(config: Config, data_dir: Path | None, model_dir: Path | None) -> RunFolder:
    """Returns a run's folder: the one asked for, or `runs/` and a name made of the settings.

    Args:
        config: of the run.
        data_dir: where its images are.
        model_dir: that was asked for, or None.
    """
    runs = Path("runs")
    return RunFolder(model_dir or runs / name_in(runs, config, data_dir))
