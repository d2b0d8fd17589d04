"""Finding the images in anyone's folder, and counting what else lies there."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from elastic_infogan_tf.data.files.decoding import is_hidden
from elastic_infogan_tf.data.files.formats import formats
from elastic_infogan_tf.errors import UsageError

# What is made of images lies among them where it was put there: a folder that has all these.
_RESULTS = (
    ("config.json", "checkpoints"),
    ("config.json", "metrics.csv"),
    ("config.json", "tensorboard"),
    ("summary.json", "groups.csv"),
)
RESULTS = "folder of results"
BROKEN_LINK = "broken link"


def search(folder: Path) -> tuple[list[Path], dict[str, list[Path]], Counter[str]]:
    """Finds images by their endings; links to files and folders are followed.

    What has an image's ending and cannot be one, such as a pipe or a link to nothing, is found
    too, for whoever reads it to refuse. Hidden files and folders, and the folders of runs and of
    sortings, are left alone.

    Args:
        folder: to search, at any depth.

    Returns:
        Its own images, sorted; those of each of its sub-folders that has not only results; and
        how many others there are, by their endings, `BROKEN_LINK` and `RESULTS`.

    Raises:
        UsageError: if it is no folder, or one cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(
            f"--data_dir={folder} is not a folder; give the folder that has the images."
        )
    others: Counter[str] = Counter()
    entries = [path for path in sorted(_listed(folder)) if not is_hidden(path.name)]
    own = sorted(_images((path for path in entries if not path.is_dir()), others))
    inside = {}
    for path in entries:
        if path.is_dir():
            results = others[RESULTS]
            found = sorted(_images(_walk(path, others), others))
            if found or others[RESULTS] == results:
                inside[path.name] = found
    return own, inside, others


def _images(paths: Iterable[Path], others: Counter[str]) -> Iterator[Path]:
    """Yields the images among files, and counts the others; hidden ones are neither."""
    for path in paths:
        ending = path.suffix.lower()
        if is_hidden(path.name):
            continue
        if ending in formats().endings:
            yield path
        else:
            others[BROKEN_LINK if path.is_symlink() and not path.exists() else ending] += 1


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError as error:
        raise _unreadable(error) from error


def _walk(folder: Path, others: Counter[str]) -> Iterator[Path]:
    """Yields the files below a folder, and counts the folders of results."""

    def fail(error: OSError) -> None:
        raise _unreadable(error)

    seen = set()
    for root, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        status = os.stat(root)
        place = (status.st_dev, status.st_ino)
        if place in seen:  # a link to where it has been
            folders.clear()
            continue
        seen.add(place)
        if any({*folders, *names}.issuperset(result) for result in _RESULTS):
            others[RESULTS] += 1
            folders.clear()
            continue
        folders[:] = [name for name in folders if not is_hidden(name)]
        yield from (Path(root, name) for name in names)


def _unreadable(error: OSError) -> UsageError:
    return UsageError(
        f"the folder {error.filename} cannot be read: {error.strerror}; change its permissions or "
        "take it out."
    )
