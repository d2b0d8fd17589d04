"""MNIST: 70,000 handwritten digits, train and test pooled (published)."""

from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError

FILE_NAME = "mnist.npz"
# The file that `keras.datasets.mnist.load_data` fetches. That function can only write below Keras'
# own cache, and the file belongs in the user's data folder.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_KEYS = ("x_train", "y_train", "x_test", "y_test")


def load(data_dir: Path | None) -> LabelledImages:
    """Loads all of MNIST, downloading it when it is not there.

    Args:
        data_dir: folder that has, or shall get, `mnist.npz`; None means Keras' cache
            (`~/.keras/datasets`).

    Returns:
        Images `[70000, 28, 28, 1]`, train then test, digits as labels, source `original`.

    Raises:
        UsageError: if the file cannot be downloaded or is not MNIST in Keras' layout.
    """
    path = data_dir / FILE_NAME if data_dir is not None else None
    if path is None or not path.is_file():
        path = _download(data_dir)
    arrays = _read(path)
    _check(path, arrays)
    images = np.concatenate([arrays["x_train"], arrays["x_test"]])[..., np.newaxis]
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]]).astype(np.int64)
    return LabelledImages(images, labels, tuple("0123456789"), "original")


def _download(data_dir: Path | None) -> Path:
    import keras  # only a download needs it, and it takes seconds to import

    # An absolute sub-folder replaces the cache folder, without get_file's silent fallback to /tmp
    # when the folder cannot be written.
    place = {} if data_dir is None else {"cache_subdir": str(data_dir.resolve())}
    try:
        return Path(keras.utils.get_file(FILE_NAME, origin=URL, file_hash=SHA256, **place))
    except Exception as error:  # get_file raises a plain Exception when the network fails
        wanted = data_dir / FILE_NAME if data_dir is not None else "a folder given as --data_dir"
        where = f"as {wanted}" if data_dir is not None else f"as {FILE_NAME} into {wanted}"
        raise UsageError(
            f"MNIST could not be downloaded from {URL} ({error}); download that file yourself and "
            f"put it {where}."
        ) from error


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in _KEYS if key not in archive.files]
            arrays = {key: archive[key] for key in _KEYS if key not in missing}
    except Exception as error:  # damaged files fail in zipfile, zlib or NumPy, each in its own way
        raise UsageError(
            f"{path} cannot be read as a NumPy archive ({type(error).__name__}: {error}); delete "
            "it to download it again."
        ) from error
    if missing:
        raise UsageError(
            f"{path} has no {', '.join(missing)}; it must be MNIST as Keras stores it, with the "
            f"arrays {', '.join(_KEYS)}, so delete it to download it again."
        )
    return arrays


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
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
