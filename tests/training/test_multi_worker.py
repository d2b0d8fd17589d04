"""Two worker processes on this machine train the same model as one process.

What is compared to the last weight is a training that clusters its images half-way: the first
worker does, the other takes its clusters.
"""

import csv
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import elastic_infogan_tf
from elastic_infogan_tf import train
from elastic_infogan_tf.clustering import cluster as clustering
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.training import clusters
from tests.run_command import run_command

pytestmark = pytest.mark.slow
ROOT = Path(elastic_infogan_tf.__file__).parents[1]
TIMEOUT = 300
WORKERS = 2
IMAGES = 1205  # digits of split 1
STEPS = 12  # 2 epochs of 6 batches of 200
FLAGS = [
    "--dataset=digits",
    "--base_channels=2",
    "--batch_size=200",
    "--epochs=2",
    "--checkpoint_every=1",
    "--noevaluate",
    # The published start: a larger rate makes larger steps of mere rounding.
    "--generator_learning_rate=2e-4",
    "--instance_noise=0",
]
CLUSTERED = [
    "--method=clustered_infogan",
    "--first_part_steps=7",
    "--generator_learning_rate=1e-4",
    "--instance_noise=0.3",
]


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for listener in sockets:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()


def _start(flags, temporary, cluster, index):
    temporary.mkdir()
    task = {"type": "worker", "index": index}
    environment = {
        "TMPDIR": str(temporary),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_CONFIG": json.dumps({"cluster": {"worker": cluster}, "task": task}),
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "elastic_infogan_tf.train",
            *FLAGS,
            "--strategy=multi_worker",
            *flags,
        ],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The root of the run folders `one` and `two`, and what each of the two workers printed."""
    root = tmp_path_factory.mktemp("workers")
    cluster = [f"127.0.0.1:{port}" for port in _free_ports(WORKERS)]
    processes = []
    try:
        for index in range(WORKERS):
            flags = [*CLUSTERED, f"--model_dir={root / 'two'}"]
            processes.append(_start(flags, root / f"temporary-{index}", cluster, index))
        outputs = [_finish(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    with pytest.MonkeyPatch.context() as patch:
        theirs = load_run(root / "two").state
        patch.setattr(clusters, "cluster", lambda *x, **how: _agreeing(theirs, *x, **how))
        _train_alone(root / "one", *CLUSTERED)
    return root, outputs


def _agreeing(theirs, *arguments, **how):
    """Clusters, finds what the workers found, and takes theirs: rounding moves a few images."""
    own = clustering.cluster(*arguments, **how)
    labels, confidence = theirs.labels.numpy(), theirs.confidence.numpy()
    assert adjusted_rand_score(own.labels, labels) > 0.95
    return dataclasses.replace(own, labels=labels, confidence=confidence)


def _train_alone(folder, *flags):
    # The workers run without XLA, so does this one: the same but for the order of sums.
    how = ["--strategy=one", "--nojit_compile", f"--model_dir={folder}"]
    code, _, err = run_command(train, *FLAGS, *how, *flags)
    assert code == 0, err


def _finish(process):
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, output
    return output


def test_a_worker_whose_chief_was_stopped_ends_with_a_sentence(tmp_path):
    cluster = [f"127.0.0.1:{port}" for port in _free_ports(WORKERS)]
    run = tmp_path / "run"
    flags = [f"--model_dir={run}", "--epochs=1000"]
    processes = []
    try:
        for index in range(WORKERS):
            processes.append(_start(flags, tmp_path / f"temporary-{index}", cluster, index))
        deadline = time.monotonic() + TIMEOUT
        while not (run / "metrics.csv").exists():
            assert time.monotonic() < deadline and processes[0].poll() is None
            time.sleep(0.1)
        processes[0].send_signal(signal.SIGINT)
        outputs = [process.communicate(timeout=TIMEOUT)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [130, 1], outputs
    assert ", which is saved. Run the same command again to resume." in outputs[0]
    assert outputs[1].splitlines()[-1] == (
        "error: another worker ended, which ends this one too; start all of them again with the "
        "same commands, and the run goes on after its newest checkpoint."
    )
    assert "Traceback" not in outputs[1]
    # This far it was the training of one process; here the prior learns by gradients.
    _train_alone(tmp_path / "one", "--epochs=1")
    _assert_same_losses(tmp_path / "one", run, epochs=1)


def test_both_workers_took_part(trained):
    _, outputs = trained
    for output in outputs:
        assert "devices: 2 replicas (CPU), without XLA" in output


def test_the_weights_are_those_of_one_process(trained):
    root, _ = trained
    one, two = (load_run(root / name) for name in ("one", "two"))
    assert one.step == two.step == STEPS
    record = RunFolder(root / "one").read_record()
    start = build_model(Config.from_json(record["config"]), None, IMAGES)
    # Adam makes whole steps of gradients that are nothing but rounding, and a fresh generator has
    # many: hence a share of the way from the start, which is far for kernels.
    for first, last, other in zip(*(model.weights for model in (start, one, two)), strict=True):
        way, apart = (_root_mean_square(last, weight) for weight in (first, other))
        assert apart < 0.25 * way + 1e-6, last.path
    for first, last in zip(*map(_kernels, (start, two)), strict=True):
        assert np.abs(first.numpy() - last.numpy()).max() > 3e-4, first.path
    # What no gradient of the generator reaches is nearer.
    for first, second in zip(one.recogniser.weights, two.recogniser.weights, strict=True):
        apart = np.abs(first.numpy() - second.numpy()) > 1e-4
        assert apart.mean() < 0.005, first.path


def _root_mean_square(first, second):
    return np.sqrt(np.mean(np.square(first.numpy() - second.numpy())))


def _kernels(model):
    weights = [*model.recogniser.trainable_weights, *model.discriminator_variables]
    weights += model.generator_variables
    return [weight for weight in weights if len(weight.shape) > 1]


def test_the_logged_losses_are_those_of_one_process(trained):
    root, _ = trained
    _assert_same_losses(root / "one", root / "two", epochs=2)


def _assert_same_losses(one, two, epochs):
    rows = [
        list(csv.DictReader((folder / "metrics.csv").open(newline=""))) for folder in (one, two)
    ]
    assert [row["step"] for row in rows[0]] == ["6", "12"][:epochs]
    for before, after in zip(rows[0], rows[1][:epochs], strict=True):
        assert before.keys() == after.keys()
        for name in before.keys() - {"source", "state", "images_per_second"}:
            # An image whose logit is near 0 may count as right on the one and not on the other.
            near = 0.01 if name.endswith("accuracy") else 1e-3
            mine, theirs = (float(row[name] or "nan") for row in (before, after))
            assert theirs == pytest.approx(mine, abs=near, nan_ok=True), name


def test_the_first_worker_clusters_for_both(trained):
    """Other labels of the second one would show in the losses and weights above."""
    root, outputs = trained
    one, two = (json.loads((root / name / "clusters.json").read_text()) for name in ("one", "two"))
    assert (two["step"], two["is_taken"]) == (7, True)
    assert sum(two["sizes"]) == IMAGES and min(two["sizes"]) > 0
    assert two["sizes"] == one["sizes"] and two["contingency"] == one["contingency"]
    rows = list(csv.DictReader((root / "two" / "metrics.csv").open(newline="")))
    assert [float(row["cluster_loss"]) > 0 for row in rows] == [False, True]
    assert f"clusters of {IMAGES} real images after step 7" in outputs[0]
    assert "clusters of" not in outputs[1]


def _files(folder):
    return {
        str(path.relative_to(folder)).split("events.out")[0]
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_only_the_chief_writes(trained):
    root, outputs = trained
    assert _files(root / "two") == _files(root / "one")
    assert len(list((root / "two" / "tensorboard").glob("events*.v2"))) == 1
    assert "exported:" in outputs[0] and "exported:" not in outputs[1]
    # What the other worker has to save along with the chief goes away.
    assert list((root / "temporary-1").iterdir()) == []
    assert not [path for path in (root / "two").rglob("*") if path.name.startswith(".")]
