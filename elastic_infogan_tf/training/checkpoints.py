"""Checkpoints of everything a training needs to go on exactly where it stopped."""

import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.errors import DivergenceError, UsageError
from elastic_infogan_tf.files import unwritable

KEEP = 2

# What TensorFlow raises for a checkpoint that is damaged or of another model; IndexError and
# RuntimeError come from its C++ reader.
_UNREADABLE = (
    OSError,
    AssertionError,
    ValueError,
    IndexError,
    RuntimeError,
    tf.errors.OpError,
)


class Checkpoints:
    """The checkpoints of one run: all weights, prior, optimisers, step.

    Attributes:
        folder: where they lie.
        writes: whether this process is the one that writes.

    Args:
        folder: where they lie; made when the first one is written.
        model: a built model.
        writes: whether this process is the one that writes. Under several workers every one must
            take part in saving; those that do not write save to a folder that goes away.
        keep: how many of the newest stay.
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
        """The path of the newest checkpoint, or None."""
        return tf.train.latest_checkpoint(str(self.folder))

    def save(self) -> None:
        """Saves the present step, unless it is saved already.

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
            manager = tf.train.CheckpointManager(
                self._checkpoint, str(folder), max_to_keep=self._keep
            )
            manager.save(checkpoint_number=step)
        except tf.errors.UnavailableError:
            raise  # another worker, not the disk
        except (OSError, tf.errors.OpError) as error:
            for unfinished in folder.glob("*_temp"):
                shutil.rmtree(unfinished, ignore_errors=True)
            raise unwritable(folder, error) from error
        finally:
            if not self.writes:
                shutil.rmtree(folder, ignore_errors=True)

    def restore(self, path: str | None = None) -> bool:
        """Restores the newest checkpoint, or the one at `path`.

        Returns:
            Whether there was one.

        Raises:
            UsageError: if it is damaged or of another model.
        """
        path = path or self.latest
        if path is None:
            return False
        try:
            self._checkpoint.restore(path).assert_existing_objects_matched()
        except _UNREADABLE as error:
            raise UsageError(
                f"cannot read the checkpoint {path}: {str(error).splitlines()[0]}; take another "
                "one or train the run again."
            ) from error
        return True

    def _check_finite(self, step: int) -> None:
        # Paths begin within a network, and so repeat across networks.
        weights = [(part.name, weight) for part in self._model.layers for weight in part.weights]
        for name, weight in weights:
            if not np.all(np.isfinite(weight.numpy())):
                raise DivergenceError(
                    f"the weight {weight.path} of {name} is not finite after step {step}; the last "
                    f"good checkpoint is {self.latest}. Try a smaller --learning_rate."
                )


def select_checkpoints(folder: Path, wanted: str | None) -> list[str]:
    """Returns paths of a run's checkpoints, the oldest first.

    Args:
        folder: of the checkpoints.
        wanted: None for the newest, `all`, or one's step, name (`ckpt-STEP`) or path.

    Raises:
        UsageError: if there is none, or not this one; says which there are.
    """
    state = tf.train.get_checkpoint_state(str(folder))
    paths = list(state.all_model_checkpoint_paths) if state else []
    if not paths:
        raise UsageError(f"{folder} holds no checkpoint yet; train the run first.")
    if wanted is None:
        return paths[-1:]
    if wanted == "all":
        return paths
    names = {Path(path).name: path for path in paths}
    found = names.get(f"ckpt-{wanted}") or names.get(Path(wanted).name.removesuffix(".index"))
    if found is None:
        raise UsageError(
            f"--checkpoint={wanted} is not in {folder}; there are {', '.join(names)}, or `all`."
        )
    return [found]


class CheckpointCallback(keras.callbacks.Callback):
    """Saves every so many epochs and when training ends.

    Args:
        checkpoints: where to.
        every: epochs.
    """

    def __init__(self, checkpoints: Checkpoints, every: int) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._every = every

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Saves if it is time."""
        if (epoch + 1) % self._every == 0:
            self._checkpoints.save()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Saves the end."""
        self._checkpoints.save()
