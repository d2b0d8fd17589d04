"""What all commands share: parsing, signals, settings of Keras and Matplotlib, how they fail."""

import contextlib
import io
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TextIO

from absl import flags

from elastic_infogan_tf.commands import arguments
from elastic_infogan_tf.errors import (
    ENDING_SIGNALS,
    DivergenceError,
    Interrupted,
    RunsFailedError,
    UsageError,
    WorkerLostError,
)
from elastic_infogan_tf.utils.text import plain


class _Surviving:
    """A stream whose writes go nowhere from the first one on that fails; all else is its own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes, if anybody reads."""
        with self._surviving():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flushes, if anybody reads."""
        with self._surviving():
            self._stream.flush()

    @contextlib.contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            # What is still in the stream's buffer goes nowhere, so Python's end is quiet too.
            with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())


@contextlib.contextmanager
def surviving_output() -> Iterator[None]:
    """Lets what is done here end well where nobody reads its output: a training is worth more.

    The reader of a pipe may have seen enough, as `head` has; a terminal may be closed; the disk of
    a log may be full.
    """
    streams = sys.stdout, sys.stderr
    # None where a process has no output at all.
    sys.stdout, sys.stderr = (stream and _Surviving(stream) for stream in streams)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Surviving):
                stream.flush()
        sys.stdout, sys.stderr = streams


# Keras reads no keras.json here, and writes none: no system has a folder below a file.
_NOWHERE = os.path.join(os.path.abspath(__file__), "keras")
# They end trainings early without a word.
_KERAS_LIMITS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


def settle() -> None:
    """Sets what Keras, TensorFlow and Matplotlib read when they are imported.

    Raises:
        UsageError: if this process has imported Keras before, with other settings.
    """
    # TensorFlow logs the absence of a GPU and each of its own start-up steps as errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "ipykernel" not in sys.modules:  # a notebook that calls a command keeps its own
        os.environ["MPLBACKEND"] = "agg"
    keras = sys.modules.get("keras")
    if keras is None:
        os.environ |= {"KERAS_BACKEND": "tensorflow", "KERAS_HOME": _NOWHERE}
        for name in _KERAS_LIMITS:
            os.environ.pop(name, None)
        return
    config, needed = keras.config, ("tensorflow", "float32", "channels_last")
    settings = config.backend(), config.floatx(), config.image_data_format()
    if settings != needed:
        raise UsageError(
            f"this process has imported Keras with {', '.join(settings)}, and {', '.join(needed)} "
            "is needed; run the command in a process of its own."
        )


def ending_in_order() -> AbstractContextManager[None]:
    """Lets SIGTERM and SIGHUP end what is done here as Ctrl-C does: by an exception.

    So files that were half written go away, and locks with them. A training has its own answer.
    What is ignored, as SIGHUP is under nohup, stays so. Only the main thread can be asked.
    """
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    heeded = (number for number in ENDING_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN)
    return interrupted_by(*heeded)


@contextlib.contextmanager
def interrupted_by(*numbers: int) -> Iterator[None]:
    """Lets signals raise `Interrupted`, also those that are ignored outside of it."""
    previous = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: types.FrameType | None) -> NoReturn:
    raise Interrupted("interrupted", number)


_GPU_FLAGS = ("gpu", "gpus", "gpu_id", "device", "devices", "cuda", "use_gpu", "cpu")
_GPU = (
    "a GPU is taken where there is one, and the environment variable CUDA_VISIBLE_DEVICES says "
    "which: 0 the first, 0,1 the first two, -1 none."
)


def run(
    name: str,
    summary: str,
    define_flags: Callable[[flags.FlagValues], None],
    command: Callable[..., None],
    argv: Sequence[str] | None = None,
    positional: str | None = None,
    example: str = "",
) -> int:
    """Parses flags, runs a command and turns its errors into one sentence and an exit code.

    Args:
        name: how the command is called, for its help.
        summary: what it does, a sentence or two.
        define_flags: defines its flags; a flag's `module_name` is the group it is shown under.
        command: the command itself, of the flags, and of the other arguments where it takes some.
        argv: the arguments; the process's own by default.
        positional: what the arguments that are not flags are called, for a command that takes them,
            one or more; by default they are refused.
        example: arguments of a usual call, for its help.

    Returns:
        0 when all went well, 2 for bad input, 130 when interrupted (143 by SIGTERM, 129 by SIGHUP),
        1 when the training diverged, a worker was lost or runs of a sweep failed.
    """
    for stream in (sys.stdout, sys.stderr):  # names of files may be no text in their encoding
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    values = flags.FlagValues()
    define_flags(values)
    words = list(sys.argv[1:] if argv is None else argv)
    with surviving_output(), ending_in_order():
        if not {"--help", "-h", "-help", "--helpfull"}.isdisjoint(words):
            print(arguments.help_of(name, summary, values, words, positional, example))
            return 0
        try:
            settle()
            values.set_gnu_getopt(positional is not None)  # flags may come after other arguments
            rest = values([name, *arguments.expanded(words)])[1:]
            if positional and not rest:
                raise UsageError(f"{positional} is missing; name one or more (see --help).")
            if rest and not positional:
                raise UsageError(f"unknown argument {rest[0]}; flags look like --name=value.")
            command(values, *([rest] if positional else []))
        except flags.UnrecognizedFlagError as error:
            chosen = error.flagname in _GPU_FLAGS and f"--{error.flagname} is no flag; {_GPU}"
            return fail(chosen or f"{error} (see --help)", 2)
        except flags.Error as error:
            return fail(f"{error} (see --help)", 2)
        except UsageError as error:
            return fail(str(error), 2)
        except (DivergenceError, RunsFailedError, WorkerLostError) as error:
            return fail(str(error), 1)
        except Interrupted as interrupt:
            print(f"{interrupt}. Run the same command again to resume.", file=sys.stderr)
            return interrupt.exit_code
    return 0


def fail(message: str, code: int) -> int:
    """Prints an error, a sentence; returns the exit code."""
    print(f"error: {plain(message)}", file=sys.stderr)
    return code
