"""Loads corrupted files until its input ends: a line `kind seed` each, answered by a line of JSON.

Whatever ends this process, a signal above all, ends none of those that wait for the answer.
"""

import json
import random
import re
import resource
import sys
import tempfile
import traceback
import unittest.mock
from pathlib import Path

from PIL import Image

from elastic_infogan_tf.data.files import image
from elastic_infogan_tf.data.sets import cars, mnist
from elastic_infogan_tf.data.sets.cars import MatFiles
from elastic_infogan_tf.errors import UsageError
from tests.fuzz.mutators import mutate
from tests.fuzz.samples import CAR_SHAPE, all_samples
from tests.loading import load
from tools.prepare.extract import extract

MOST_MEMORY = 3 * 2**30  # bytes of addresses; what asks for more fails
MOST_RESIDENT = 2**29  # bytes that are really used; the modules alone take a fifth of it


class Loaders:
    """The places where corrupted files are put, and what reads them there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._count = 0
        frames = root / "YouTubeFaces" / "frame_images_DB"
        (frames / "Ann" / "0").mkdir(parents=True)
        for frame in range(4):
            Image.new("RGB", (30, 20)).save(frames / "Ann" / "0" / f"0.{frame}.jpg")
        self._boxes = frames / "Ann.labeled_faces.txt"
        self._cars = MatFiles("im", CAR_SHAPE)

    def load(self, kind: str, content: bytes) -> object:
        """Puts a file where its loader looks for it, and loads it."""
        if kind == "mat":
            path = self.root / "car_001_mesh.mat"
            path.write_bytes(content)
            return cars._read_views(self._cars, path)
        if kind == "boxes":
            self._boxes.write_bytes(content)
            return load(
                "youtube_faces",
                self.root,
                num_classes=1,
                image_shape=(8, 8, 3),
                cache_dir=self.root / "cache",
            )
        if kind == "mnist":
            (self.root / "mnist.npz").write_bytes(content)
            return mnist.load(self.root)
        path = self.root / "file.npz"
        path.write_bytes(content)
        if kind == "npz":
            return load("npz", path, image_shape=(8, 8, 3))
        if kind == "archive":
            self._count += 1
            target = self.root / "unpacked" / str(self._count)
            return extract(path, target, lambda name: name.endswith(".mat"), 10_000, 100)
        with unittest.mock.patch.object(image, "_MOST_PIXELS", 1_000_000):
            return image.read_image(path)


def outcome(loaders: Loaders, kind: str, content: bytes) -> str:
    """Returns `read`, `refused`, or the traceback of anything else."""
    try:
        loaders.load(kind, content)
    except UsageError as error:
        said = str(error)
        return "refused" if len(said) < 2000 else f"a message of {len(said)} characters"
    except BaseException:
        return traceback.format_exc()
    return "read"


def too_much() -> str:
    """Returns how much memory this process has taken, if that is too much."""
    status = Path("/proc/self/status").read_text()  # ru_maxrss counts the parent's, too
    taken = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    return f"{taken:,} bytes of memory" if taken > MOST_RESIDENT else ""


def main() -> None:
    """Answers line by line."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    samples = all_samples()
    with tempfile.TemporaryDirectory() as folder:
        loaders = Loaders(Path(folder))
        for line in sys.stdin:
            kind, seed = line.strip().rsplit(" ", 1)
            rng = random.Random(int(seed))
            content = mutate(kind, rng.choice(samples[kind]), rng)
            answer = outcome(loaders, kind, content)
            print(json.dumps(too_much() or answer), flush=True)


if __name__ == "__main__":
    main()
