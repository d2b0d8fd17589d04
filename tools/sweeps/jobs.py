"""One run of a sweep as a process of its own: skipped when finished, with a log, on its cores."""

import dataclasses
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from elastic_infogan_tf.errors import ENDING_SIGNALS, UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.utils.files import only_process

KINDS = FINISHED, SKIPPED, FAILED, STOPPED = "finished", "finished before", "failed", "stopped"
_TAIL_LINES = 8
_OF_CLASSIFIER = {"classifier", "classifier_weights"}
# train's exit codes after it has saved
_INTERRUPTED = {128 + number for number in ENDING_SIGNALS}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_THREADS += ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")

_children: set[subprocess.Popen] = set()
_stopping = threading.Event()


@dataclasses.dataclass(frozen=True)
class Job:
    """A run and where it leaves what it makes; all paths are absolute.

    Attributes:
        name: of the run.
        config: what it computes.
        arguments: of `train`, without the run folder.
        settings: what its results must say of their evaluation to count as finished.
        folder: of the run.
        log: its log.
        working_dir: where relative paths in its flags start.
        threads: how many of its machine's cores it may use.
    """

    name: str
    config: Config
    arguments: tuple[str, ...]
    settings: dict[str, object]
    folder: Path
    log: Path
    working_dir: Path
    threads: int


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        name: of the run.
        status: one of `KINDS`.
        seconds: it took.
        tail: the last lines of a failed run's log.
    """

    name: str
    status: str
    seconds: float = 0.0
    tail: str = ""


def is_finished(job: Job) -> bool:
    """Returns whether a run's folder holds this very run, trained, exported and evaluated."""
    folder = RunFolder(job.folder)
    try:
        record = folder.read_record()
        results = read_results(folder.results).content
        epoch_steps = record["data"]["images"] // job.config.schedule.batch_size
        config = job.config.with_epochs(epoch_steps)
        expected = config, config.schedule.epochs * epoch_steps, job.settings
        settings = {name: results["settings"].get(name) for name in job.settings}
        if results["classifier"] is None:  # without labels there is none
            settings |= {name: job.settings[name] for name in _OF_CLASSIFIER & settings.keys()}
        recorded = Config.from_json(record["config"]), results["step"], settings
    except (UsageError, OSError):
        return False
    exported = (folder.export / "saved_model.pb").exists()
    return exported and recorded == expected


def run_job(job: Job) -> Outcome:
    """Trains and evaluates a run, unless that was done before.

    A process that still works on it, such as one whose scheduler lost sight of it, is waited for.
    Never raises for what happens to the run: its outcome says so.
    """
    start = time.monotonic()
    if is_finished(job):
        return Outcome(job.name, SKIPPED)
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        with only_process(RunFolder(job.folder).lock, str(job.folder), wait=True):
            pass
        if is_finished(job):
            return Outcome(job.name, FINISHED, time.monotonic() - start)
        if _stopping.is_set():
            return Outcome(job.name, STOPPED)
        code = _train(job)
    except (UsageError, OSError) as error:
        return Outcome(job.name, FAILED, time.monotonic() - start, str(error))
    seconds = time.monotonic() - start
    if code == 0 and is_finished(job):
        return Outcome(job.name, FINISHED, seconds)
    if code in _INTERRUPTED:
        return Outcome(job.name, STOPPED, seconds)
    reason = f"exit code {code}" if code else "it ended well, but its results are not this run's"
    return Outcome(job.name, FAILED, seconds, f"{reason}; the end of {job.log}:\n{_tail(job.log)}")


def stop_all() -> None:
    """Lets no further job begin in this process, and those under way save and end."""
    _stopping.set()
    children = list(_children)
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        child.wait()


def _train(job: Job) -> int:
    command = [sys.executable, "-m", "elastic_infogan_tf.train", *job.arguments]
    command.append(f"--model_dir={job.folder}")
    threads = {name: str(job.threads) for name in _THREADS}
    job.log.parent.mkdir(parents=True, exist_ok=True)
    with job.log.open("a", encoding="utf-8") as log:
        print(f"$ {shlex.join(command)}", file=log, flush=True)
        # In a session of its own: a Ctrl-C at the terminal reaches the sweep, which stops its runs.
        child = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=job.working_dir,
            env=os.environ | threads,
            start_new_session=True,
        )
        _children.add(child)
        code = child.wait()  # a Ctrl-C may end it early: the child stays known to `stop_all`
        _children.discard(child)
        return code


def _tail(log: Path) -> str:
    lines = [line.rstrip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])
