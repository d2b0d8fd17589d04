"""What settings must be together, beside the bounds of each."""

from collections.abc import Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare, transforms
from elastic_infogan_tf.settings.data import DataSettings
from elastic_infogan_tf.settings.data_sets import DataSet
from elastic_infogan_tf.settings.model import FIRST_STAGE_SIZE

_SEPARATORS = "/\\\0"  # what makes a name a path, on any system


def check(groups: Mapping[str, Any], row: DataSet | None) -> None:
    """Checks a run's settings.

    Args:
        groups: of settings, by name.
        row: of the data set; None where its package is not imported: what it says is not checked.

    Raises:
        UsageError: for the first thing that is not possible.
    """
    for group in groups.values():
        declare.check(group)
    data, schedule = groups["data"], groups["schedule"]
    transforms.check(data.augmentation)
    if schedule.epochs is None and schedule.steps is None:
        raise UsageError("neither --epochs nor --steps says how long to train; give one of them.")
    if row is None:
        return
    _check_numbers(data, row)
    _check_classes(data, row)
    if "infogan" in groups:
        _check_stages(groups["infogan"].second_stage_size, data.dataset, row)


def _check_numbers(data: DataSettings, row: DataSet) -> None:
    for name, most in (("class_set", row.class_sets), ("split", max(row.splits, 1))):
        value = getattr(data, name)
        if not 1 <= value <= most:
            raise UsageError(
                f"--{name} must be between 1 and {most} for --dataset={data.dataset}. Received: "
                f"{value}"
            )


def _check_classes(data: DataSettings, row: DataSet) -> None:
    ids, shares = data.class_ids, data.class_proportions
    classes = len(ids) or row.num_classes
    paths = [one for one in ids if one in ("", ".", "..") or set(_SEPARATORS) & set(one)]
    if paths:
        raise UsageError(
            "--class_ids must be names of classes, without / and \\ and not .. or empty, because "
            f"they are looked for in the data folder. Received: {', '.join(map(repr, paths))}"
        )
    if row.gives_classes and data.num_classes != classes:
        raise UsageError(
            f"--num_classes={data.num_classes} does not fit the {classes} classes of "
            f"--dataset={data.dataset}; name that many different ones with --class_ids."
        )
    if ids and len(set(ids)) < len(ids):
        raise UsageError(f"--class_ids must be different. Received: {','.join(ids)}")
    if ids and data.num_classes != len(ids):
        raise UsageError(
            f"--num_classes={data.num_classes} does not fit the {len(ids)} ids of --class_ids; "
            "leave one of them out."
        )
    if not shares:
        return
    if not all(0 < share < float("inf") for share in shares) or abs(sum(shares) - 1) > 0.01:
        raise UsageError(
            "--class_proportions must be above 0 and sum to 1 (to within 0.01). Received: "
            f"{','.join(map(str, shares))}, sum {sum(shares):.4f}"
        )
    if (ids or row.gives_classes) and len(shares) != classes:
        raise UsageError(
            f"--class_proportions must be {classes} numbers, one for each class. Received: "
            f"{len(shares)}"
        )


def _check_stages(size: int, dataset: str, row: DataSet) -> None:
    given = f"--second_stage_size={size} does not fit --dataset={dataset}"
    if size and row.networks != "stackgan":
        raise UsageError(f"{given}, whose networks have no stages; leave it out.")
    if size and row.fixed_size and size != FIRST_STAGE_SIZE:
        raise UsageError(
            f"{given}, whose images are made at {FIRST_STAGE_SIZE}x{FIRST_STAGE_SIZE}; choose "
            f"{FIRST_STAGE_SIZE} or leave it out."
        )
