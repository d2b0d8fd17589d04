"""3D Cars: ten car models of a class set, 24 azimuths x 4 elevations each, at 64x64 RGB.

The originals are the 3D Cars of Reed et al., "Deep Visual Analogy-Making" (NIPS 2015). Where they
are not at hand, ten synthetic cars that come with the package stand in for them (ours), so that the
experiment runs, but its scores are not comparable with the published ones.
"""

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.files.decoding import first_of
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.published_splits import CARS_CLASS_SETS
from elastic_infogan_tf.data.sets import original_layouts as layouts
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import BUILTIN

_SECONDS = 60.0  # for one file; the first waits for SciPy's import, too
_LONGEST = 200  # characters of what SciPy says
# Answers a path a line: with a line that says what is wrong, or "" and the array's bytes.
_CHILD = """
import contextlib, json, sys, warnings
import scipy.io

warnings.simplefilter("ignore")
with contextlib.suppress(ImportError, OSError, ValueError):  # not on every system
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))  # bytes
name, *shape = json.loads(sys.argv[1])

def read(path):
    with open(path, "rb") as file:
        values = scipy.io.loadmat(file, variable_names=[name]).get(name)
    if values is None:
        return f"has no array named {name}", b""
    kind, size = values.dtype, list(values.shape)
    if (kind, size) != ("uint8", shape):
        return f"must hold {name} as uint8 {shape} but has {kind} {size}", b""
    return "", values.tobytes("F")

for line in sys.stdin:
    try:
        problem, values = read(json.loads(line))
    except NotImplementedError:
        problem, values = "is a MATLAB 7.3 (HDF5) file, which cannot be read here", b""
    except Exception as error:
        reason, values = getattr(error, "strerror", None), b""
        problem = f"cannot be read ({reason})" if reason else (
            f"cannot be read as a MATLAB file ({str(error) or type(error).__name__})"
        )
    sys.stdout.buffer.write(json.dumps(problem).encode() + b"\\n" + values)
    sys.stdout.buffer.flush()
"""


class MatFiles(contextlib.AbstractContextManager["MatFiles"]):
    """Reads the uint8 array of one name and shape of several files."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self._array = json.dumps([name, *shape])
        self._shape = shape
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> np.ndarray:
        """Returns the array of a file.

        Raises:
            UsageError: if the file cannot be read, is corrupted or lacks such an array.
        """
        child = self._child = self._child or subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD, self._array],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # each takes addresses
        )
        assert child.stdin is not None and child.stdout is not None
        limit = threading.Timer(_SECONDS, child.kill)
        limit.start()
        problem, values, size = None, b"", math.prod(self._shape)
        with contextlib.suppress(OSError, ValueError):  # of a process that is no more
            child.stdin.write(json.dumps(str(path)).encode() + b"\n")
            child.stdin.flush()
            problem = json.loads(child.stdout.readline())
            values = b"" if problem else child.stdout.read(size)
        limit.cancel()
        if problem is None or (not problem and len(values) < size):
            self.__exit__()
            problem = f"cannot be read as a MATLAB file (its reader ended: {child.returncode})"
        if problem:
            raise UsageError(
                f"{path} {problem[:_LONGEST]}; replace it with the file from the "
                "nips2015-analogy-data archive, or save it in MATLAB with -v7."
            )
        return np.frombuffer(values, np.uint8).reshape(self._shape, order="F")

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


BUILTIN_PATH = Path(__file__).with_name("builtin_cars.npz")
MODELS = 199  # of the original data set
_DIGITS = 3  # of a car's id
_ORIGINAL_SHAPE = (128, 128, 3, 24, 4)  # height, width, RGB, azimuth, elevation


def from_settings(settings: DataSettings, files: DataFiles) -> LabelledImages:
    """Loads the cars of a class set, or the original ones of `class_ids`.

    The originals are `car_NNN_mesh.mat` in the sub-folder `cars` of the data folder. The source
    `auto` takes them where a data folder is given, else the built-in cars. Ids have three digits;
    leading zeros may be left out.

    Returns:
        Images `[96 * cars, 64, 64, 3]`, 96 a car in the order azimuth, elevation; labels in the
        order of the ids; source `original` where all 199 files are there, else how many are, or
        `built-in (synthetic)`.

    Raises:
        UsageError: if files are missing or corrupted, or the class set is not available.
    """
    class_set, data_dir, source = settings.class_set, files.data_dir, settings.source
    if not 1 <= class_set <= len(CARS_CLASS_SETS):
        raise UsageError(
            f"--class_set must be between 1 and {len(CARS_CLASS_SETS)} for cars. "
            f"Received: {class_set}"
        )
    if source == "builtin" or (source == "auto" and data_dir is None):
        if settings.class_ids:
            raise UsageError(
                "--class_ids names original cars, and the built-in ones have no ids; give the "
                "original files by --data_dir or leave --class_ids out."
            )
        return _load_builtin(class_set)
    if data_dir is None or not any((data_dir / "cars").glob("*.mat")):
        raise UsageError(
            "--dataset=cars reads the 3D Cars of the nips2015-analogy-data archive (Reed et al.,"
            f' "Deep Visual Analogy-Making", NIPS 2015) and found {_found_instead(data_dir)}; put '
            "the files car_NNN_mesh.mat into a folder named cars inside --data_dir, or leave "
            "--data_dir out (or --source=builtin) for the built-in synthetic cars."
        )
    ids = layouts.padded(settings.class_ids or CARS_CLASS_SETS[class_set - 1], _DIGITS)
    return _load_originals(data_dir / "cars", ids)


def _found_instead(data_dir: Path | None) -> str:
    """Returns what there is where the cars should be, in words."""
    if data_dir is None:
        return "no --data_dir"
    if not data_dir.is_dir():
        return f"no folder {data_dir}"
    folder = data_dir / "cars"
    for path in (folder, folder / "cars", data_dir):
        names = sorted(file.name for file in path.glob("*") if file.suffix.lower() == ".mat")
        if names:
            return f"no .mat file in {folder}, but {first_of(names, 2)} in {path}"
    names = sorted(path.name for path in data_dir.iterdir())
    return f"no .mat file in {folder} ({data_dir} has {first_of(names, 5) or 'nothing'})"


def _load_originals(folder: Path, ids: list[str]) -> LabelledImages:
    names = [f"car_{car}_mesh.mat" for car in ids]
    # Compared with a list of the folder: an id is no way out of it.
    present = {path.name for path in folder.glob("car_*_mesh.mat") if path.is_file()}
    advice = (
        "add these files from the nips2015-analogy-data archive, choose another --class_set or use "
        "--source=builtin."
    )
    layouts.require_classes(names, present, folder, "cars", advice)
    with MatFiles("im", _ORIGINAL_SHAPE) as files:
        images = np.stack([_read_views(files, folder / name) for name in names])
    whole = len(present) == MODELS
    source = "original" if whole else f"original layout, {len(present)} of {MODELS} models"
    return _flatten(images, tuple(f"car {car}" for car in ids), source)


def _read_views(files: MatFiles, path: Path) -> np.ndarray:
    """Returns one car's views, uint8 `[24, 4, 64, 64, 3]`."""
    return _halve(files.read(path).transpose(3, 4, 0, 1, 2))


def _halve(images: np.ndarray) -> np.ndarray:
    """Area-resizes uint8 `[..., 2h, 2w, c]` to `[..., h, w, c]`: rounded means of 2x2 pixels."""
    *views, height, width, channels = images.shape
    blocks = images.reshape(*views, height // 2, 2, width // 2, 2, channels)
    return ((blocks.sum(axis=(-4, -2), dtype=np.uint16) + 2) // 4).astype(np.uint8)


def _load_builtin(class_set: int) -> LabelledImages:
    if class_set != 1:
        raise UsageError(
            "the built-in cars are one set of ten, so they have --class_set=1 only and "
            f"--class_set={class_set} was asked for; give the original files by --data_dir or use "
            "--class_set=1."
        )
    if not BUILTIN_PATH.is_file():
        raise UsageError(
            f"this installation lacks the built-in cars ({BUILTIN_PATH}); install "
            "elastic_infogan_tf again or give the original files by --data_dir."
        )
    with np.load(BUILTIN_PATH, allow_pickle=False) as archive:
        images, names = archive["images"], archive["names"]
    return _flatten(images, tuple(str(name) for name in names), BUILTIN)


def _flatten(images: np.ndarray, names: tuple[str, ...], source: str) -> LabelledImages:
    """Joins `[cars, azimuths, elevations, h, w, c]` to one array of labelled images."""
    cars, azimuths, elevations, *shape = images.shape
    labels = np.repeat(np.arange(cars, dtype=np.int64), azimuths * elevations)
    return LabelledImages(images.reshape(-1, *shape), labels, names, source)
