"""Many jobs at a time, on this machine or on a Dask cluster, by joblib, and how far they are."""

import contextlib
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import joblib

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.utils.quiet_start import progress_bar

from .jobs import Job, Outcome, is_finished, run_job

_SECONDS_TO_CONNECT = 10
_SECONDS_BETWEEN_LOOKS = 5.0
_TRAINED = 0.99  # of a run that is trained but not evaluated


def run_all(jobs: Sequence[Job], at_once: int, scheduler: str | None) -> Iterator[Outcome]:
    """Runs jobs and yields how each ended.

    Args:
        jobs: what to run, started in this order.
        at_once: jobs at a time on this machine.
        scheduler: address of a Dask scheduler, whose workers (one job a thread) run them instead;
            they must see the same files under the same names.

    Yields:
        Outcomes, here as they come, from a cluster all at the end.

    Raises:
        UsageError: if the scheduler cannot be reached or has no workers.
    """
    # A job is a process already, which a thread waits for.
    backend = {"backend": "threading", "n_jobs": at_once}
    options = {"return_as": "generator_unordered"}
    with contextlib.ExitStack() as stack:
        if scheduler:
            stack.enter_context(_connect(scheduler))
            backend, options = {"backend": "dask", "n_jobs": -1}, {}
        stack.enter_context(joblib.parallel_config(**backend))
        parallel = joblib.Parallel(batch_size=1, pre_dispatch="all", **options)
        try:
            outcomes: Iterable[Outcome] = parallel(joblib.delayed(run_job)(job) for job in jobs)
        except TimeoutError as error:
            raise UsageError(
                f"--scheduler={scheduler} has no workers; start some with `dask worker {scheduler} "
                "--nthreads=1` in the project's folder."
            ) from error
        yield from outcomes


def _connect(scheduler: str) -> contextlib.AbstractContextManager:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            '--scheduler needs Dask, which is an extra; install it with pip install -e ".[dask]".'
        ) from error
    try:
        return Client(scheduler, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--scheduler={scheduler} cannot be reached ({type(error).__name__}); start one with "
            "`dask scheduler` and give the address that it prints."
        ) from error


def fraction_done(job: Job) -> float:
    """Returns how much of a run is there, in [0, 1], by its metrics; 1 when finished."""
    if is_finished(job):
        return 1.0
    try:
        rows = RunFolder(job.folder).read_metrics()
    except UsageError:  # the run itself says so when its turn comes
        return 0.0
    schedule = job.config.schedule
    length = "epoch" if schedule.epochs else "step"
    done = float(rows[-1].get(length) or 0) if rows else 0.0
    return min(_TRAINED, done / (schedule.epochs or schedule.steps))


@contextlib.contextmanager
def sweep_progress(jobs: Sequence[Job]) -> Iterator[Callable[[str], None]]:
    """Shows one bar over all runs with the time left; gives what prints a line above it."""
    left, ended = {job.name: job for job in jobs}, threading.Event()

    def count() -> float:
        fractions = {name: fraction_done(job) for name, job in left.items()}
        for name, fraction in fractions.items():
            if fraction == 1.0:
                del left[name]  # it is not looked at again
        partly = sum(fraction for fraction in fractions.values() if fraction < 1.0)
        return len(jobs) - len(left) + math.floor(10 * partly) / 10

    def watch() -> None:
        is_last = False
        while not is_last:
            is_last = ended.wait(_SECONDS_BETWEEN_LOOKS)
            bar.n = count()
            bar.update(0)

    # Of no least step, so that the bar's own least time alone decides when it is drawn.
    options = {"initial": count(), "smoothing": 0, "miniters": 0, "desc": "sweep"}
    with progress_bar(len(jobs), "run", **options) as bar:
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield bar.write
        finally:
            ended.set()
            watcher.join()
