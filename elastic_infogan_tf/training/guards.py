"""Callbacks that end a training early and leave it in order, or keep it from ending."""

import math
import signal
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
from tqdm import tqdm

from elastic_infogan_tf.errors import (
    ENDING_SIGNALS,
    DivergenceError,
    Interrupted,
    UnwritableError,
    UsageError,
)
from elastic_infogan_tf.training.checkpoints import Checkpoints

_ALWAYS_HEEDED = (signal.SIGINT, signal.SIGTERM)


class FolderGuard(keras.callbacks.Callback):
    """Ends a training whose run folder is gone: all that it wrote would be lost.

    Args:
        record: the run's `config.json`, which is there as long as the folder is.
    """

    def __init__(self, record: Path) -> None:
        super().__init__()
        self._record = record

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Looks whether it is there: a moment's work.

        Raises:
            UsageError: if it is not.
        """
        if not self._record.exists():
            raise UsageError(
                f"{self._record} was there and is gone after step {self.model.step}: somebody "
                f"moved or removed --model_dir={self._record.parent}, or its disk is not mounted "
                "any more; put it back and run the same command again, which goes on after its "
                "newest checkpoint."
            )


class GoesOnWithout(keras.callbacks.Callback):
    """A callback that a training can do without: what it cannot write costs one warning.

    Args:
        callback: draws or logs.
        what: it writes, for the warning.
    """

    def __init__(self, callback: keras.callbacks.Callback, what: str) -> None:
        super().__init__()
        self._callback = callback
        self._guarded = going_on_without(what)

    def set_model(self, model: keras.Model) -> None:
        """Hands the model on."""
        super().set_model(model)
        self._callback.set_model(model)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Hands it on."""
        self._guarded(self._callback.on_train_begin, logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Hands it on."""
        self._guarded(self._callback.on_epoch_begin, epoch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Hands it on."""
        self._guarded(self._callback.on_train_batch_end, batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Hands it on."""
        self._guarded(self._callback.on_epoch_end, epoch, logs)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Hands it on."""
        self._guarded(self._callback.on_train_end, logs)


def going_on_without(what: str) -> Callable[..., None]:
    """Returns a caller of functions that write `what`, which warns once when they cannot.

    Args:
        what: is written, for the warning.
    """
    has_warned = False

    def call(function: Callable[..., object], *arguments: object) -> None:
        nonlocal has_warned
        try:
            function(*arguments)
        except UnwritableError as error:
            if not has_warned:
                tqdm.write(f"warning: {what} are left out, all else goes on: {error}")
            has_warned = True

    return call


class StopOnSignal(keras.callbacks.Callback):
    """On Ctrl-C, SIGTERM or SIGHUP finishes the step, saves a checkpoint, raises Interrupted.

    SIGHUP says that the terminal is gone. Where it is ignored, as under nohup, it stays so.

    After an epoch's last step the epoch's end comes first: a resumed run starts with the next
    epoch, so its row and figures would never be written. Stands last among the callbacks for that.
    A second Ctrl-C stops at once, without saving.

    Args:
        checkpoints: where the interrupted step is saved; None for a training that keeps nothing.
    """

    def __init__(self, checkpoints: Checkpoints | None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._requested = 0  # the signal's number
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopOnSignal":
        """Takes over the signals."""
        self._previous = {
            number: signal.signal(number, self._request)
            for number in ENDING_SIGNALS
            if number in _ALWAYS_HEEDED or signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(self, *exception: object) -> None:
        """Hands the signals back."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Stops within an epoch if asked to.

        Raises:
            Interrupted: after the checkpoint is written.
        """
        if batch + 1 < self.params["steps"]:
            self._stop_if_requested()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stops between epochs if asked to.

        Raises:
            Interrupted: after the checkpoint is written.
        """
        self._stop_if_requested()

    def stop_if_requested(self, doing: str = "") -> None:
        """Stops between the parts of something long, called with what is done next.

        Raises:
            Interrupted: after the checkpoint is written.
        """
        del doing
        self._stop_if_requested()

    def _stop_if_requested(self) -> None:
        if self._requested:
            said = f"stopped after step {self.model.step}{self._save()}"
            raise Interrupted(said, self._requested)

    def _save(self) -> str:
        """Saves the present step if it can be; returns how to go on saying so."""
        if self._checkpoints is None:
            return "; nothing of it is kept"
        self._checkpoints.save()
        if not self._checkpoints.writes:
            return "; the first worker has the checkpoints"
        return ", which is saved"

    def _request(self, number: int, frame: types.FrameType | None) -> None:
        if self._requested:
            said = "stopped at once; what came after the last checkpoint is lost"
            raise Interrupted(said, number)
        self._requested = number
        print("\nStopping after this step (Ctrl-C again: at once) ...", flush=True)


_SMALLER_STEPS = "a smaller --learning_rate"
# By the beginnings of terms' names: what is likely to bring each back.
_ADVICE = {
    "contrastive": f"a larger --contrastive_temperature or {_SMALLER_STEPS}",
    "identity": f"a larger --contrastive_temperature or {_SMALLER_STEPS}",
    "generator": "a smaller --generator_learning_rate, --learning_rate or some --instance_noise",
    "discriminator": f"some --instance_noise or {_SMALLER_STEPS}",
    "information": f"a smaller --info_weight or {_SMALLER_STEPS}",
    "prior": f"a larger --temperature or {_SMALLER_STEPS}",
    "continuous": f"a smaller --beta or {_SMALLER_STEPS}",
    "discrete": f"a smaller --beta or {_SMALLER_STEPS}",
}
# A healthy term of any method stays below a few times its first value; of those that begin near 0
# none was seen above 100.
_MOST = 1000.0


class DivergenceGuard(keras.callbacks.Callback):
    """Warns once of a loss that left all bounds, and stops at the first one that is no number.

    Bounds are 1,000 times what the term was at the first step that was seen, 1,000 at least. The
    last good checkpoint stays.

    Args:
        checkpoints: of the run, named in the message.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._bounds: dict[str, float] = {}
        self._has_warned = False

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at every term.

        Raises:
            DivergenceError: with the step and the first term that is not finite.
        """
        # The sum of all comes last: what broke is one of its terms.
        terms = sorted((logs or {}).items(), key=lambda term: term[0] == "loss")
        for name, value in terms:
            if not math.isfinite(value):
                raise DivergenceError(
                    f"{name} is {value} at step {self.model.step}; training stopped. The last good "
                    f"checkpoint is {self._checkpoints.latest or 'none yet'}. Try {advice(name)}."
                )
            bound = self._bounds.setdefault(name, _MOST * max(1.0, abs(value)))
            if name.endswith("loss") and abs(value) > bound and not self._has_warned:
                self._has_warned = True
                tqdm.write(
                    f"warning: {name} is {value:.3g} at step {self.model.step}, far beyond what it "
                    f"began with; nothing good comes of it. Try {advice(name)}."
                )


def advice(term: str) -> str:
    """Returns what to try where a term of the losses breaks."""
    found = (text for start, text in _ADVICE.items() if term.startswith(start))
    return next(found, _SMALLER_STEPS)
