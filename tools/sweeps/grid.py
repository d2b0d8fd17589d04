"""From a sweep's lists to its runs: every method on every draw of every data set."""

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from absl import flags

from elastic_infogan_tf import train
from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.names import name_in
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import data_set
from elastic_infogan_tf.settings.declare import ABOVE_0, at_least, setting
from elastic_infogan_tf.settings.methods import METHODS, published
from elastic_infogan_tf.settings.model import AUTO, belongs, require_own
from elastic_infogan_tf.utils.text import did_you_mean

_ALL = "all"
_PUBLISHED = "published"
_DRAW = ("dataset", "method", "class_set", "split", "seed")
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


@dataclasses.dataclass(frozen=True)
class Run:
    """One training of a sweep.

    Attributes:
        name: of its folder and its log.
        config: what it computes.
        arguments: of `train`, without the run folder.
    """

    name: str
    config: Config
    arguments: tuple[str, ...]


def expand(lists: SweepSettings, shared: Mapping[str, str]) -> list[Run]:
    """Returns the runs, all methods of one draw (class set, split, seed) after one another.

    So a sweep that is broken off has compared all methods on what it came to. Where a data set has
    one class set or one split, that one is taken whatever the list says.

    Args:
        lists: its lists say what to run through.
        shared: flags of `train`, by name, that all runs have whose method has the setting.

    Raises:
        UsageError: if a list is not understood or asks for a run that cannot be.
    """
    methods = published() if list(lists.methods) == [_ALL] else lists.methods
    wrong = next((method for method in methods if method not in METHODS), None)
    if wrong is not None:
        raise UsageError(
            f"--methods must be of {', '.join(METHODS)}, or all. Received: {wrong}"
            f"{did_you_mean(wrong, METHODS)}"
        )
    for name in shared:
        if not any(belongs(name, method) for method in methods):
            require_own({name: shared[name].partition("=")[2]}, methods[0])
    values = flags.FlagValues()
    train.define_flags(values)
    folder = (lists.out or Path()) / "runs"
    runs = [
        _run(values, (dataset, method, class_set, split, seed), shared, folder)
        for dataset in lists.datasets
        for class_set in _choices("class_sets", lists.class_sets, data_set(dataset).class_sets)
        for split in _choices("splits", lists.splits, data_set(dataset).splits)
        for seed in _seeds(lists.seeds, dataset)
        for method in methods
    ]
    names = [run.name for run in runs]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise UsageError(f"the lists name {repeated} twice; name everything once.")
    return runs


def numbers(flag: str, items: Sequence[str]) -> list[int]:
    """Returns the numbers of a list like `1,3-5`.

    Raises:
        UsageError: if an item is neither a number nor a rising range.
    """
    listed: list[int] = []
    for item in items:
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", item.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise UsageError(
                f"--{flag} must be numbers and ranges such as 1,3-5. Received: {','.join(items)}"
            )
        listed += range(first, last + 1)
    return listed


def _choices(flag: str, items: Sequence[str], most: int) -> list[int]:
    if most <= 1:
        return [1]
    return list(range(1, most + 1)) if list(items) == [_ALL] else numbers(flag, items)


def _seeds(items: Sequence[str], dataset: str) -> list[int]:
    if list(items) == [_PUBLISHED]:
        return list(range(data_set(dataset).seeds))
    return numbers("seeds", items)


def _run(
    values: flags.FlagValues, draw: Sequence[Any], shared: Mapping[str, str], runs: Path
) -> Run:
    dataset, method, *_ = draw
    arguments = (
        *(f"--{name}={value}" for name, value in zip(_DRAW, draw, strict=True)),
        *(flag for name, flag in shared.items() if belongs(name, method)),
    )
    values.unparse_flags()
    try:
        values(["train", *arguments])
        config = train.make_config(values)
    except (flags.Error, UsageError) as error:
        raise UsageError(f"{dataset}, {method}: {error}") from error
    if values.dtype == AUTO:
        raise UsageError(
            "--dtype=auto is for one training, and the runs of a sweep must share a dtype to be "
            "compared; give float32 or bfloat16."
        )
    files = setting_flags.read(values, DataFiles)
    return Run(name_in(runs, config, files.data_dir), config, arguments)
