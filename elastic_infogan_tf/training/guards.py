"""Callbacks that end a training early and leave it in order, or keep it from ending."""

import functools
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
_HANDED_ON = [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]


class FolderGuard(keras.callbacks.Callback):
    """Ends a training whose run folder is gone: all that it wrote would be lost.

    `record` is the run's `config.json`, which is there as long as the folder is.
    """

    def __init__(self, record: Path) -> None:
        super().__init__()
        self._record = record

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Refuses to go on, by a UsageError, if it is not there; looking is a moment's work."""
        if not self._record.exists():
            raise UsageError(
                f"{self._record} was there and is gone after step {self.model.step}: somebody "
                f"moved or removed --model_dir={self._record.parent}, or its disk is not mounted "
                "any more; put it back and run the same command again, which goes on after its "
                "newest checkpoint."
            )


class GoesOnWithout(keras.callbacks.Callback):
    """A callback that a training can do without: that it cannot write costs one warning of what."""

    def __init__(self, callback: keras.callbacks.Callback, what: str) -> None:
        super().__init__()
        self._callback = callback
        guarded = going_on_without(what)
        for name in _HANDED_ON:
            setattr(self, name, functools.partial(guarded, getattr(callback, name)))

    def set_model(self, model: keras.Model) -> None:
        """Hands the model on."""
        super().set_model(model)
        self._callback.set_model(model)


def going_on_without(what: str) -> Callable[..., None]:
    """Returns a caller of functions that write `what`, which warns once when they cannot."""
    has_warned = False

    def call(function: Callable[..., object], *arguments: object, **keywords: object) -> None:
        nonlocal has_warned
        try:
            function(*arguments, **keywords)
        except UnwritableError as error:
            if not has_warned:
                tqdm.write(f"warning: {what} are left out, all else goes on: {error}")
            has_warned = True

    return call


class StopOnSignal(keras.callbacks.Callback):
    """On Ctrl-C, SIGTERM or SIGHUP finishes the step, saves a checkpoint, raises Interrupted.

    SIGHUP says that the terminal is gone. Where it is ignored, as under nohup, it stays so. After
    an epoch's last step the epoch's end comes first: a resumed run starts with the next epoch, so
    its row and figures would never be written. Stands last among the callbacks for that. A second
    Ctrl-C stops at once, without saving. A training that keeps nothing has no checkpoints.
    """

    def __init__(self, checkpoints: Checkpoints | None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._requested = 0  # the signal's number
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopOnSignal":
        self._previous = {
            number: signal.signal(number, self._request)
            for number in ENDING_SIGNALS
            if number in _ALWAYS_HEEDED or signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Stops within an epoch if asked to."""
        if batch + 1 < self.params["steps"]:
            self.stop_if_requested()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stops between epochs if asked to."""
        self.stop_if_requested()

    def stop_if_requested(self, doing: str = "") -> None:
        """Saves and raises Interrupted between parts of something long, if asked to."""
        del doing
        if self._requested:
            step = "" if self.model is None else f" after step {self.model.step}{self._save()}"
            message = f"stopped{step}"
            raise Interrupted(message, self._requested)

    def _save(self) -> str:
        """Saves the present step if it can be; returns the rest of the sentence."""
        if self._checkpoints is None:
            return "; nothing of it is kept"
        self._checkpoints.save()
        if not self._checkpoints.writes:
            return "; the first worker has the checkpoints"
        return ", which is saved"

    def _request(self, number: int, frame: types.FrameType | None) -> None:
        if self._requested:
            message = "stopped at once; what came after the last checkpoint is lost"
            raise Interrupted(message, number)
        self._requested = number
        print("\nStopping after this step (Ctrl-C again: at once) ...", flush=True)


# By the first words of terms' names: what is likely to bring each back, besides smaller steps.
_ADVICE = {
    "contrastive": "a larger --contrastive_temperature or ",
    "identity": "a larger --contrastive_temperature or ",
    "generator": "some --instance_noise, a smaller --generator_learning_rate or ",
    "discriminator": "some --instance_noise or ",
    "information": "a smaller --info_weight or ",
    "prior": "a larger --temperature or ",
    "continuous": "a smaller --beta or ",
    "discrete": "a smaller --beta or ",
}
# A healthy term of any method stays below a few times its first value; of those that begin near 0
# none was seen above 100.
_MOST = 1000.0


class DivergenceGuard(keras.callbacks.Callback):
    """Warns once of a loss that left all bounds, and stops at the first one that is no number.

    Bounds are 1,000 times what the term was at the first step that was seen, 1,000 at least. The
    last good checkpoint stays, and the message names it.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._bounds: dict[str, float] = {}
        self._has_warned = False

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Raises DivergenceError with the step and the first term that is not finite."""
        # The sum of all comes last: what broke is one of its terms.
        terms = sorted((logs or {}).items(), key=lambda term: term[0] == "loss")
        for name, value in terms:
            if not math.isfinite(value):
                raise DivergenceError(
                    f"{name} is {value} at step {self.model.step}; training stopped. The last good "
                    f"checkpoint is {self._checkpoints.latest or 'none yet'}. Try {_advice(name)}."
                )
            bound = self._bounds.setdefault(name, _MOST * max(1.0, abs(value)))
            if name.endswith("loss") and abs(value) > bound and not self._has_warned:
                self._has_warned = True
                tqdm.write(
                    f"warning: {name} is {value:.3g} at step {self.model.step}, far beyond what it "
                    f"began with; nothing good comes of it. Try {_advice(name)}."
                )


def _advice(term: str) -> str:
    kind = term.split("_")[0]
    return f"{_ADVICE.get(kind, '')}a smaller --learning_rate"
