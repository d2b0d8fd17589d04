"""From a sweep's lists to its runs: every method on every draw of every data set."""

import dataclasses
import re
from collections.abc import Sequence

from absl import flags

from elastic_infogan_tf import train
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import CLASS_SETS, METHODS, SPLITS, Config

ALL = "all"
PUBLISHED = "published"
_PUBLISHED_SEEDS = 5  # of the data sets that have a single split
_HAS_FIVE_SEEDS = ("shapenet", "youtube_faces")


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


@dataclasses.dataclass(frozen=True)
class Lists:
    """The lists that a sweep runs through, as they were asked for.

    Attributes:
        datasets: names.
        methods: names, or `all`.
        class_sets: numbers and ranges (`1-5`), or `all`.
        splits: likewise.
        seeds: likewise, or `published`: 0; 0 to 4 for the data sets that have a single split.
    """

    datasets: Sequence[str]
    methods: Sequence[str]
    class_sets: Sequence[str]
    splits: Sequence[str]
    seeds: Sequence[str]


def expand(lists: Lists, shared: Sequence[str]) -> list[Run]:
    """Returns the runs, all methods of one draw (class set, split, seed) after one another.

    So a sweep that is broken off has compared all methods on what it came to. Where a data set has
    one class set or one split, that one is taken whatever the list says.

    Args:
        lists: what to run through.
        shared: flags of `train` that all runs have.

    Raises:
        UsageError: if a list is not understood or asks for a run that cannot be.
    """
    methods = list(METHODS) if list(lists.methods) == [ALL] else lists.methods
    runs = [
        _run(dataset, method, class_set, split, seed, shared)
        for dataset in lists.datasets
        for class_set in _choices("class_sets", lists.class_sets, CLASS_SETS.get(dataset, 1))
        for split in _choices("splits", lists.splits, SPLITS.get(dataset, 1))
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
    found: list[int] = []
    for item in items:
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", item.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise UsageError(
                f"--{flag} must be numbers and ranges such as 1,3-5. Received: {','.join(items)}"
            )
        found += range(first, last + 1)
    return found


def _choices(flag: str, items: Sequence[str], most: int) -> list[int]:
    if most == 1:
        return [1]
    return list(range(1, most + 1)) if list(items) == [ALL] else numbers(flag, items)


def _seeds(items: Sequence[str], dataset: str) -> list[int]:
    if list(items) == [PUBLISHED]:
        return list(range(_PUBLISHED_SEEDS if dataset in _HAS_FIVE_SEEDS else 1))
    return numbers("seeds", items)


def _run(
    dataset: str, method: str, class_set: int, split: int, seed: int, shared: Sequence[str]
) -> Run:
    arguments = (
        f"--dataset={dataset}",
        f"--method={method}",
        f"--class_set={class_set}",
        f"--split={split}",
        f"--seed={seed}",
        *shared,
    )
    values = flags.FlagValues()
    train.define_flags(values)
    try:
        values(["train", *arguments])
        config = train.make_config(values)
    except (flags.Error, UsageError) as error:
        raise UsageError(f"{dataset}, {method}: {error}") from error
    return Run(train.run_name(config), config, arguments)
