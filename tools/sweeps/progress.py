"""How far a whole sweep is, read from its runs' folders, wherever they are computed."""

import math
import threading
from collections.abc import Sequence

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.progress_bar import progress_bar
from elastic_infogan_tf.run.run_folder import RunFolder

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


class SweepProgress:
    """One bar over all runs with the time left, redrawn until it is left as a context.

    Args:
        jobs: all runs of the sweep.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._left = list(jobs)
        self._done = 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        # Of no least step, so that the bar's own least time alone decides when it is drawn.
        self._bar = progress_bar(
            len(jobs), "run", initial=self._count(), smoothing=0, miniters=0, desc="sweep"
        )

    def __enter__(self) -> "SweepProgress":
        """Starts to watch."""
        self._watcher.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Draws the bar a last time."""
        self._ended.set()
        self._watcher.join()
        self._draw()
        self._bar.close()

    def say(self, line: str) -> None:
        """Prints a line above the bar."""
        self._bar.write(line)

    def _watch(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            self._draw()

    def _draw(self) -> None:
        self._bar.n = self._count()
        self._bar.update(0)

    def _count(self) -> float:
        fractions = [fraction_done(job) for job in self._left]
        self._done += fractions.count(1.0)  # they are not looked at again
        self._left = [job for job, part in zip(self._left, fractions, strict=True) if part < 1.0]
        partly = sum(part for part in fractions if part < 1.0)
        return self._done + math.floor(10 * partly) / 10
