"""Writes the golden numbers of `tests/golden/` again: `python -m tools.update_golden`.

They are what a training computes, step by step. A test compares them, so a change of numbers is
never an accident: whoever means it runs this, and the new numbers stand in the diff.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from absl import flags

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.quiet_start import progress_bar

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden"
LOSSES = FOLDER / "first_losses.json"
STEPS = 5
_SWITCH = 3  # steps before clusters, for a method that needs some
# Trainings of 20 steps by the command, on one thread.
SHORT_RUNS: Mapping[str, str] = {
    "digits_elastic_infogan": "--dataset=digits --batch_size=60 --generator_learning_rate=2e-4 "
    "--instance_noise=0",
    "cars_elastic_infogan": "--dataset=cars --source=builtin --batch_size=28 --base_channels=4",
    "digits_joint_vae": "--dataset=digits --method=joint_vae --batch_size=60",
}
# Runs of command lines in one process, without the figures and exports that nobody looks at.
_TRAIN = """
import json, sys
from elastic_infogan_tf import train
from elastic_infogan_tf.evaluation.figures import figure_table
from elastic_infogan_tf.run import train as run

figure_table.FIGURES = ()
run.write_export = lambda folder, model: None
sys.exit(max(train.main(arguments) for arguments in json.loads(sys.argv[1])))
"""
_HOW = "--epochs=1 --seed=0 --noevaluate --nojit_compile --strategy=one"
# One order of summing on every machine: oneDNN's kernels, and so their rounding, go by the CPU.
_SAME_ROUNDING = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
# A data set of each kind of networks, and what makes its networks of that kind.
_NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "infogan": {"dataset": "mnist"},
    "stackgan": {"dataset": "cars"},
    "two_stages": {"dataset": "youtube_faces", "num_classes": 10, "second_stage_size": 64},
}
_SUMMARY = "Writes the golden numbers of tests/golden again, after a change that is meant."


def cases() -> Iterator[tuple[str, Config]]:
    """Yields a name and a narrow configuration for each method on each kind of networks."""
    for method, row in METHODS.items():
        for networks, overrides in _NETWORKS.items():
            if networks == "two_stages" and not row.is_infogan:
                continue  # a VAE has one stage
            narrow = {"method": method, "base_channels": 2, "batch_size": 4}
            yield f"{method}/{networks}", resolve(**(narrow | overrides))


def first_losses(config: Config) -> dict[str, list[float]]:
    """Trains a fresh model on random images.

    Args:
        config: of the model and its batches.

    Returns:
        By name of the loss, its values at the first `STEPS` steps.
    """
    # Imported late: a wrong flag is answered before TensorFlow has started.
    from elastic_infogan_tf.data.batches.pipeline import batches
    from elastic_infogan_tf.models.build import build_model

    images = np.random.default_rng(0).integers(0, 256, (24, *config.data.image_shape), np.uint8)
    model = build_model(config, np.arange(1, config.data.num_classes + 1), len(images))
    rows = []
    schedule, augmentation = config.schedule, config.data.augmentation
    drawn = batches(images, schedule.batch_size, schedule.seed, augmentation, stop_step=STEPS)
    for batch in drawn:  # in Python: five steps are not worth building a program for
        if len(rows) == _SWITCH and model.next_clustering is not None:
            labels = np.arange(len(images)) % config.data.num_classes
            model.take_clusters(labels, np.ones(len(images)))
        rows.append({name: float(value) for name, value in model.train_step(batch).items()})
    # How often D is right jumps by whole images where a logit is near 0.
    names = sorted(name for name in rows[0] if not name.endswith("accuracy"))
    return {name: [row[name] for row in rows] for name in names}


def short_runs() -> dict[str, dict[str, Any]]:
    """Trains all of `SHORT_RUNS`, one after the other in a process of their own.

    Returns:
        By name `metrics`, the epoch's means, and `weights`, of each variable of the checkpoint its
        shape, mean and root mean square.
    """
    with tempfile.TemporaryDirectory() as root:
        todo = [
            [*f"{run} {_HOW}".split(), f"--model_dir={root}/{name}"]
            for name, run in SHORT_RUNS.items()
        ]
        subprocess.run(
            [sys.executable, "-c", _TRAIN, json.dumps(todo)],
            check=True,
            capture_output=True,
            cwd=FOLDER.parents[1],
            env=os.environ | _SAME_ROUNDING,
        )
        return {name: _computed(Path(root, name)) for name in SHORT_RUNS}


def _computed(folder: Path) -> dict[str, Any]:
    """Returns what a short run's folder says of what it computed."""
    import tensorflow as tf

    from elastic_infogan_tf.run_folder import checkpoint_files

    metrics = (folder / "metrics.csv").read_text().splitlines()
    values = dict(zip(*(line.split(",") for line in metrics), strict=True))
    saved = folder / "checkpoints"
    newest = checkpoint_files.prefix(saved, max(checkpoint_files.steps(saved)))
    reader = tf.train.load_checkpoint(newest)
    weights = {
        variable: _summary(reader.get_tensor(variable))
        for variable in sorted(reader.get_variable_to_shape_map())
        if variable.startswith("model/")
    }
    return {
        "metrics": {name: float(text) for name, text in values.items() if _is_golden(name)},
        "weights": weights,
    }


def _is_golden(column: str) -> bool:
    return column.endswith(("loss", "_kl", "_entropy"))


def _summary(values: np.ndarray) -> dict[str, Any]:
    numbers = np.asarray(values, np.float64)
    return {
        "shape": list(numbers.shape),
        "mean": float(f"{numbers.mean():.6g}"),
        "rms": float(f"{np.sqrt(np.mean(numbers**2)):.6g}"),
    }


def _command(_: flags.FlagValues) -> None:
    todo = list(cases())
    losses = {}
    with progress_bar(len(todo) + len(SHORT_RUNS), "case", desc="golden numbers") as bar:
        for name, config in todo:
            rows = first_losses(config)
            losses[name] = {k: [float(f"{v:.6g}") for v in values] for k, values in rows.items()}
            bar.update()
        write_atomically(LOSSES, json.dumps(losses, indent=1) + "\n")
        for name, run in short_runs().items():
            write_atomically(FOLDER / f"{name}.json", json.dumps(run, indent=1) + "\n")
            bar.update()
    print(f"wrote {FOLDER}; look at the diff before committing it")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.update_golden", _SUMMARY, lambda values: None, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
