"""The checkpoints of a folder, by the files that lie there: TensorFlow's pointer is not read.

The pointer (`checkpoint`) may be cut, of another folder, or gone, while whole checkpoints lie
beside it. It is written for others (`tf.train.latest_checkpoint`), and never read.
"""

import re
import shutil
from pathlib import Path

import tensorflow as tf

from elastic_infogan_tf.utils.files import sync

POINTER = "checkpoint"
_FILE = re.compile(r"ckpt-(\d+)\.(index|data-\d+-of-\d+)")

# What TensorFlow raises for a checkpoint that is corrupted or of another model; IndexError and
# RuntimeError come from its C++ reader.
UNREADABLE = (OSError, AssertionError, ValueError, IndexError, RuntimeError, tf.errors.OpError)


def prefix(folder: Path, step: int) -> str:
    """Returns what TensorFlow calls the checkpoint of a step."""
    return str(folder / f"ckpt-{step}")


def steps(folder: Path) -> list[int]:
    """Returns the steps of which there is a file, whole or not, rising."""
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted({int(match[1]) for match in map(_FILE.fullmatch, names) if match})


def has_all_files(folder: Path, step: int) -> bool:
    """Returns whether a checkpoint has its index and all its data, whatever is in them."""
    data = [path.name for path in folder.glob(f"ckpt-{step}.data-*")]
    shards = data and int(data[0].rpartition("-of-")[2])
    return (folder / f"ckpt-{step}.index").exists() and len(data) == shards


def corruption(path: str) -> str | None:
    """Returns what is wrong with a checkpoint, by its `prefix`; None if all of it can be read.

    TensorFlow wrote a checksum with each tensor, and compares it when the tensor is read.
    """
    try:
        reader = tf.train.load_checkpoint(path)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    except UNREADABLE as error:
        return str(error).splitlines()[0]
    return None


def make_durable(folder: Path, step: int) -> None:
    """Waits until a checkpoint is on the disk, where a power cut cannot reach it."""
    for path in (*folder.glob(f"ckpt-{step}.*"), folder / POINTER, folder):
        sync(path)


def remove(folder: Path, step: int) -> None:
    """Removes a checkpoint, its index first: without that, what is left is no whole one."""
    for ending in ("index", "data-*"):
        for path in folder.glob(f"ckpt-{step}.{ending}"):
            path.unlink()


def remove_unfinished(folder: Path) -> None:
    """Removes what a process that was killed while it saved has left."""
    for path in folder.glob("ckpt-*_temp"):
        shutil.rmtree(path, ignore_errors=True)
