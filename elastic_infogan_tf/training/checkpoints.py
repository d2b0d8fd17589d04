"""Checkpoints of everything a training needs to go on exactly where it stopped."""

import math
import shutil
import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.errors import DivergenceError, UsageError
from elastic_infogan_tf.run_folder import checkpoint_files
from elastic_infogan_tf.utils.files import unwritable

KEEP = 2


class Checkpoints:
    """The checkpoints of one run: all weights, prior, optimisers, step; the newest `keep` stay.

    The folder is made when the first one is written. Under several workers every process must take
    part in saving; those of which `writes` is false save to a folder that goes away.
    """

    def __init__(
        self, folder: Path, model: keras.Model, writes: bool = True, keep: int = KEEP
    ) -> None:
        self.folder = folder
        self._model = model
        self.writes = writes
        self._keep = keep
        self._checkpoint = tf.train.Checkpoint(model=model)

    @property
    def latest(self) -> str | None:
        """The path of the newest checkpoint, whole or not, or None."""
        steps = checkpoint_files.steps(self.folder)
        return checkpoint_files.prefix(self.folder, steps[-1]) if steps else None

    def save(self) -> None:
        """Saves the present step, unless it is saved already; those of later steps go.

        Raises:
            DivergenceError: if a weight is not finite; nothing is written then.
            UsageError: if it cannot be written.
        """
        step = self._model.step
        if self.latest and self.latest.endswith(f"-{step}"):
            return
        self._check_finite(step)
        folder = self.folder if self.writes else Path(tempfile.mkdtemp())
        try:
            # Without a pointer it knows of no other checkpoints, wherever one may lead.
            (folder / checkpoint_files.POINTER).unlink(missing_ok=True)
            manager = tf.train.CheckpointManager(self._checkpoint, str(folder), max_to_keep=None)
            manager.save(checkpoint_number=step)
            checkpoint_files.make_durable(folder, step)
            self._tidy(folder, step)
        except tf.errors.UnavailableError:
            raise  # another worker, not the disk
        except (OSError, tf.errors.OpError) as error:
            checkpoint_files.remove_unfinished(folder)
            raise unwritable(folder, error) from error
        finally:
            if not self.writes:
                shutil.rmtree(folder, ignore_errors=True)

    def restore(self, path: str | None = None) -> bool:
        """Restores the newest whole checkpoint, or that at `path`; returns whether there was one.

        Raises:
            UsageError: if it, or every one that there is, is corrupted, or it is of another model.
        """
        path = path or self._newest_whole()
        if path is None:
            return False
        try:
            self._checkpoint.restore(path).assert_existing_objects_matched()
        except checkpoint_files.UNREADABLE as error:
            raise UsageError(
                f"cannot read the checkpoint {path}: {str(error).splitlines()[0]}; take another "
                "one or train the run again."
            ) from error
        return True

    def _newest_whole(self) -> str | None:
        steps = checkpoint_files.steps(self.folder)
        for step in reversed(steps):
            path = checkpoint_files.prefix(self.folder, step)
            corruption = checkpoint_files.corruption(path)
            if corruption is None:
                return path
            print(f"the checkpoint {path} is corrupted, and left out: {corruption}", flush=True)
        if steps:
            raise UsageError(
                f"every checkpoint in {self.folder} is corrupted (those of the steps "
                f"{', '.join(map(str, steps))}); put a whole copy of one there, or move "
                f"{self.folder.parent} away to train the run from the start."
            )
        return None

    def _tidy(self, folder: Path, step: int) -> None:
        checkpoint_files.remove_unfinished(folder)
        steps = checkpoint_files.steps(folder)
        whole = [x for x in steps if x <= step and checkpoint_files.has_all_files(folder, x)]
        for other in set(steps) - set(whole[-self._keep :]):
            checkpoint_files.remove(folder, other)

    def _check_finite(self, step: int) -> None:
        # Paths begin within a network, and so repeat across networks.
        for part in self._model.layers:
            for weight in part.weights:
                if not np.all(np.isfinite(weight.numpy())):
                    raise DivergenceError(
                        f"the weight {weight.path} of {part.name} is not finite after step {step}; "
                        f"the last good checkpoint is {self.latest}. Try a smaller --learning_rate."
                    )


def select_checkpoints(folder: Path, wanted: str | None) -> list[str]:
    """Returns paths of a run's checkpoints, the oldest first; refuses where there are none.

    `wanted` is None for the newest, `all`, or one's step, name (`ckpt-STEP`) or path.
    """
    paths = [checkpoint_files.prefix(folder, step) for step in checkpoint_files.steps(folder)]
    if not paths:
        raise UsageError(f"{folder} holds no checkpoint yet; train the run first.")
    if wanted is None:
        return paths[-1:]
    if wanted == "all":
        return paths
    names = {Path(path).name: path for path in paths}
    path = names.get(f"ckpt-{wanted}") or names.get(Path(wanted).name.removesuffix(".index"))
    if path is None:
        raise UsageError(
            f"--checkpoint={wanted} is not in {folder}; there are {', '.join(names)}, or `all`."
        )
    return [path]


class CheckpointCallback(keras.callbacks.Callback):
    """Saves every so many epochs, when the last time is long ago, and when training ends.

    `every` is in epochs; after so many `minutes` it saves within an epoch, or never: workers save
    together, and their clocks would not agree.
    """

    def __init__(self, checkpoints: Checkpoints, every: int, minutes: float | None = None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._every = every
        self._seconds = math.inf if minutes is None else 60 * minutes
        self._saved_at = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Saves if it is long ago."""
        if time.monotonic() - self._saved_at >= self._seconds:
            self._save()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Saves if it is time."""
        if (epoch + 1) % self._every == 0:
            self._save()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Saves the end."""
        self._save()

    def _save(self) -> None:
        self._checkpoints.save()
        self._saved_at = time.monotonic()
