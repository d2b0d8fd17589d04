"""Kills trainings at chosen and at random moments, and sees what the run is when it ends.

    python -m tests.kills.harness --kills=100 --seed=0

trains a small run once undisturbed, and once with so many SIGKILLs, each followed by the same
command. The weights, optimisers and metrics of both must be equal to the last bit, and nothing
may be left over.
"""

import argparse
import csv
import itertools
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

# What stands in a run folder only while something is being written: a kill there is a chosen one.
MOMENTS = {
    "a checkpoint is being saved": "checkpoints/*_temp",
    "metrics are being written": ".metrics.csv.*",
    "an image is being written": "figures/.*",
    "the page is being written": ".report.html.*",
    "the model is being exported": ".export.new",
    "the export is being replaced": ".export.old.*",
}
EPOCH_STEPS = 12
_FLAGS = (
    "--dataset=digits",
    "--base_channels=2",
    "--batch_size=100",  # of the 1205 digits of split 1
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",
    "--checkpoint_every=1",
)
_PRELOADED = ["elastic_infogan_tf.run.train", "elastic_infogan_tf.train"]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


def start(
    folder: Path, epochs: int, how: Sequence[str] = ("--threads=1",)
) -> multiprocessing.process.BaseProcess:
    """Starts the command in a process that has TensorFlow imported already."""
    arguments = [*_FLAGS, f"--epochs={epochs}", f"--model_dir={folder}", *how]
    process = _context.Process(target=_train, args=(arguments, folder.with_suffix(".log")))
    process.start()
    return process


def _train(arguments: list[str], log: Path) -> None:
    with log.open("a") as sys.stdout:
        sys.stderr = sys.stdout
        from elastic_infogan_tf import train

        code = train.main(arguments)
        sys.stdout.flush()
    sys.exit(code)


def finish(folder: Path, epochs: int, how: Sequence[str] = ("--threads=1",)) -> float:
    """Runs the command to its end; returns the seconds it took.

    Raises:
        AssertionError: if it does not end well.
    """
    begun = time.monotonic()
    process = start(folder, epochs, how)
    process.join()
    assert process.exitcode == 0, folder.with_suffix(".log").read_text()[-3000:]
    return time.monotonic() - begun


def kill_at(folder: Path, epochs: int, is_time: Callable[[], bool]) -> bool:
    """Starts the command and kills it when it is time; returns whether it was killed before."""
    process = start(folder, epochs)
    while process.is_alive() and not is_time():
        time.sleep(0.0005)
    process.kill()
    process.join()
    assert process.exitcode in (0, -9), folder.with_suffix(".log").read_text()[-3000:]
    return process.exitcode == -9


def moments(folder: Path, seconds: float, seed: int) -> Iterator[Callable[[], bool]]:
    """Returns moments without end: those of `MOMENTS`, then of these and of random ones."""
    draw = random.Random(seed)
    chosen = list(MOMENTS.values())
    for number in itertools.count():
        if number < len(chosen) or draw.random() < 0.5:
            pattern = chosen[number] if number < len(chosen) else draw.choice(chosen)
            yield lambda pattern=pattern: any(folder.glob(pattern))
        else:
            end = time.monotonic() + draw.uniform(0, seconds)
            yield lambda end=end: time.monotonic() > end


def tensors(folder: Path) -> dict[str, object]:
    """Returns all that the newest checkpoint of a run holds, by name."""
    import tensorflow as tf

    newest = max((folder / "checkpoints").glob("*.index"), key=lambda path: int(path.stem[5:]))
    reader = tf.train.load_checkpoint(str(newest.with_suffix("")))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def differences(straight: Path, killed: Path) -> list[str]:
    """Returns what differs between two finished runs, and what is left over in the second."""
    first, second = tensors(straight), tensors(killed)
    found = [f"tensors {set(first) ^ set(second)}"] if set(first) != set(second) else []
    found += [
        name
        for name in first.keys() & second.keys()
        if "OBJECT_GRAPH" not in name and _bytes(first[name]) != _bytes(second[name])
    ]
    rows = [list(csv.DictReader((run / "metrics.csv").open())) for run in (straight, killed)]
    same = ("epoch", "step", "steps", "loss", "prior_entropy")
    kept = [[{name: row[name] for name in same} for row in each] for each in rows]
    found += ["metrics.csv"] if kept[0] != kept[1] else []
    known = {path.name for path in straight.iterdir()}
    return found + [path.name for path in killed.iterdir() if path.name not in known]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else value.tobytes()


def main() -> None:
    """Runs it and says how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=8)
    asked = parser.parse_args()
    done = runs = 0
    found: list[str] = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        tqdm(total=asked.kills, unit="kill") as bar,
    ):
        straight, killed = Path(scratch, "straight"), Path(scratch, "killed")
        seconds = finish(straight, asked.epochs)
        when = moments(killed, seconds, asked.seed)
        while done < asked.kills:
            if kill_at(killed, asked.epochs, next(when)):
                done += 1
                bar.update()
            else:  # it came to its end before that moment: the next run begins anew
                found += differences(straight, killed)
                runs += 1
                shutil.rmtree(killed)
        finish(killed, asked.epochs)
        found += differences(straight, killed)
    print(f"{done} kills of {runs + 1} runs; differences: {found or 'none'}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
