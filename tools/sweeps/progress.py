"""How far a whole sweep is, read from its runs' folders, wherever they are computed."""

import contextlib
import math
import threading
from collections.abc import Callable, Iterator, Sequence

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.utils.quiet_start import progress_bar

from .jobs import Job, is_finished

_SECONDS_BETWEEN_LOOKS = 5.0
_TRAINED = 0.99  # of a run that is trained but not evaluated


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
