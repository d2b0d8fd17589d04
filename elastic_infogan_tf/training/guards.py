"""Callbacks that end a training early and leave it in order."""

import math
import signal
import types
from typing import Any

import keras

from elastic_infogan_tf.errors import DivergenceError
from elastic_infogan_tf.training.checkpoints import Checkpoints


class NonFiniteGuard(keras.callbacks.Callback):
    """Stops at the first loss that is not finite; the last good checkpoint stays.

    Args:
        checkpoints: of the run, named in the message.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at every term.

        Raises:
            DivergenceError: with the step and the first term that is not finite.
        """
        for name, value in (logs or {}).items():
            if not math.isfinite(value):
                raise DivergenceError(
                    f"{name} is {value} at step {self.model.step}; training stopped. The last good "
                    f"checkpoint is {self._checkpoints.latest or 'none yet'}. Try a smaller "
                    "--learning_rate."
                )


class StopOnSignal(keras.callbacks.Callback):
    """On Ctrl-C, SIGTERM or SIGHUP finishes the step, saves a checkpoint, raises KeyboardInterrupt.

    SIGHUP says that the terminal is gone. Where it is ignored, as under nohup, it stays so.

    After an epoch's last step the epoch's end comes first: a resumed run starts with the next
    epoch, so its row and pictures would never be written. Stands last among the callbacks for that.
    A second Ctrl-C stops at once, without saving.

    Args:
        checkpoints: where the interrupted step is saved; None for a training that keeps nothing.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, checkpoints: Checkpoints | None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._requested = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopOnSignal":
        """Takes over the signals."""
        signals = [*self._SIGNALS]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signals.append(signal.SIGHUP)
        self._previous = {number: signal.signal(number, self._request) for number in signals}
        return self

    def __exit__(self, *exception: object) -> None:
        """Hands the signals back."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Stops within an epoch if asked to.

        Raises:
            KeyboardInterrupt: after the checkpoint is written.
        """
        if batch + 1 < self.params["steps"]:
            self._stop_if_requested()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stops between epochs if asked to.

        Raises:
            KeyboardInterrupt: after the checkpoint is written.
        """
        self._stop_if_requested()

    def stop_if_requested(self, doing: str = "") -> None:
        """Stops between the parts of something long, called with what is done next.

        Raises:
            KeyboardInterrupt: after the checkpoint is written.
        """
        del doing
        self._stop_if_requested()

    def _stop_if_requested(self) -> None:
        if self._requested:
            raise KeyboardInterrupt(f"stopped after step {self.model.step}{self._save()}")

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
            raise KeyboardInterrupt("stopped at once; what came after the last checkpoint is lost")
        self._requested = True
        print("\nStopping after this step (Ctrl-C again: at once) ...", flush=True)
