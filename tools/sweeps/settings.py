"""What a sweep is asked for."""

import dataclasses
import functools
from pathlib import Path

from elastic_infogan_tf.settings.declare import ABOVE_0, at_least, setting

GROUP = "Sweep"
_setting = functools.partial(setting, group=GROUP, common=True)


@dataclasses.dataclass(frozen=True)
class SweepSettings:
    """The lists that a sweep runs through, where it goes, and how many runs at a time.

    Numbers come as `3` and ranges as `1-5`; `all` stands for what there is.
    """

    datasets: tuple[str, ...] = _setting((), help="data sets, separated by commas", needed=True)
    methods: tuple[str, ...] = _setting(("all",), help="methods, or all of the paper's")
    class_sets: tuple[str, ...] = _setting(
        ("1",), help="class sets of cars and chairs, such as 1-5, or all"
    )
    splits: tuple[str, ...] = _setting(("1",), help="published splits, such as 1,3-5, or all")
    seeds: tuple[str, ...] = _setting(
        ("published",),
        help="seeds, such as 0-2; published: 0, and 0-4 for the data sets that have a single split",
    )
    out: Path | None = _setting(
        None, help="folder of the sweep: runs/, logs/ and tables/", needed=True
    )
    jobs: int = _setting(
        1, help="number of runs at a time, which share the cores", bounds=at_least(1)
    )
    scheduler: str | None = _setting(
        None,
        help="address of a Dask scheduler, tcp://...: its workers take the runs; they must see the "
        "same folders (start them with --nthreads=1 for one run at a time; pip install -e "
        '".[dask]")',
    )
    dry_run: bool = _setting(
        False, help="a list of the runs and the estimated hours, and no training"
    )
    speedup: float = _setting(
        1.0, help="speed of a step here by that of 2 CPU cores, for the estimate", bounds=ABOVE_0
    )
