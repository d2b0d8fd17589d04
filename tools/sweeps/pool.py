"""Many jobs at a time, on this machine or on a Dask cluster, by joblib."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import joblib

from elastic_infogan_tf.errors import UsageError

from .jobs import Job, Outcome, run_job

_SECONDS_TO_CONNECT = 10


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
