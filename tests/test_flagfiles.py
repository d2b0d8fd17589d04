"""Every flagfile says what it is for, its command runs, and each of its lines is needed."""

import functools
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from PIL import Image

from elastic_infogan_tf.data.published_splits import CARS_CLASS_SETS
from elastic_infogan_tf.settings.methods import published
from tests.command_flags import COMMANDS, resolve
from tools import sweep

FOLDER = Path(__file__).parents[1] / "flags"
FLAGFILES = sorted(path.name for path in FOLDER.glob("*.flags"))
DRY_RUN = {"train": "--dry_run=json", "sweep": "--dry_run"}
PUBLISHED = ("mnist", "cars", "chairs", "shapenet", "youtube_faces")


def _head(name):
    """The comment's paragraphs by their first word."""
    head = {}
    key = "what"
    for line in (FOLDER / name).read_text().splitlines():
        if line.startswith("# "):
            word, colon, rest = line[2:].partition(":")
            known = colon and word.split()[0] in ("Source", "Command", "Time", "Expected")
            key = word.split()[0] if known else key
            head[key] = f"{head.get(key, '')} {rest if known else line[2:]}".strip()
    return head


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Blank images: as many as MNIST and the first class set of cars have, and a folder of some."""
    folder = tmp_path_factory.mktemp("data")
    digits = np.arange(70_000) % 10
    arrays = {"x_train": np.zeros((60_000, 28, 28), np.uint8), "y_train": digits[:60_000]}
    arrays |= {"x_test": np.zeros((10_000, 28, 28), np.uint8), "y_test": digits[60_000:]}
    np.savez_compressed(folder / "mnist.npz", **arrays)
    assert zipfile.is_zipfile(folder / "mnist.npz")
    (folder / "cars").mkdir()
    for car in CARS_CLASS_SETS[0]:
        mesh = {"im": np.zeros((128, 128, 3, 24, 4), np.uint8)}
        scipy.io.savemat(folder / "cars" / f"car_{car}_mesh.mat", mesh, do_compression=True)
    (folder / "images").mkdir()
    for number in range(50):
        Image.new("RGB", (8, 9), (number, 0, 0)).save(folder / "images" / f"{number}.png")
    return folder


@pytest.mark.parametrize("name", FLAGFILES)
def test_its_command_is_dry_run(name, data_dir, tmp_path, monkeypatch, capsys):
    head = _head(name)
    assert head.keys() == {"what", "Source", "Command", "Time", "Expected"}
    assert all(head.values()) and "GPU" in head["Time"]
    program, command, *arguments = shlex.split(head["Command"])
    assert program == "elastic-infogan"
    assert f"--flagfile={name}" in arguments
    arguments = [argument.replace("DATA", str(data_dir)) for argument in arguments]
    arguments = [argument.replace("IMAGES", f"{data_dir}/images") for argument in arguments]
    if name == "mnist.flags":
        arguments.append(f"--data_dir={data_dir}")
    monkeypatch.chdir(FOLDER.parent)
    assert COMMANDS[command].main([*arguments, DRY_RUN[command]]) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()  # a bar, and that it is not MNIST
    assert all(line.startswith("images: ") or "MNIST" in line for line in lines)
    assert ("steps" in said.out) if command == "sweep" else ("images" in said.out)


def _lines(name):
    return [line for line in (FOLDER / name).read_text().splitlines() if line.startswith("--")]


@functools.cache
def _resolved(name, without=None):
    """What a flagfile comes to, without one of its lines."""
    command = shlex.split(_head(name)["Command"])[1]
    out = ["--out=OUT"] if command == "sweep" else []
    return resolve(command, [line for line in _lines(name) if line != without] + out)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (name, line)
        for name in FLAGFILES
        for line in _lines(name)
        if line.partition("=")[0] not in ("--dataset", "--datasets", "--out", "--model_dir")
    ],
)
def test_no_line_repeats_what_holds_without_it(name, line):
    assert _resolved(name, without=line) != _resolved(name)


def test_a_line_that_repeats_a_preset_would_be_found():
    for line in ("--class_set=1", "--method=elastic_infogan", "--base_channels=64", "--evaluate"):
        train_it = ["--dataset=cars", "--epochs=2"]
        assert resolve("train", [*train_it, line]) == resolve("train", train_it)


def _runs(name, capsys, monkeypatch):
    monkeypatch.chdir(FOLDER.parent)
    assert sweep.main([f"--flagfile={name}", "--out=nowhere", "--dry_run"]) == 0
    return {line.split()[0] for line in capsys.readouterr().out.splitlines()[:-1]}


def test_the_protocol_is_its_experiments_together(capsys, monkeypatch):
    """50 splits, 25 draws of cars and of chairs, 5 seeds each of the others: 110 by 7 methods."""
    whole = _runs("published_protocol.flags", capsys, monkeypatch)
    assert len(whole) == 110 * len(published()) == 770
    parts = [
        _runs(f"{dataset}_{family}.flags", capsys, monkeypatch)
        for dataset in PUBLISHED
        for family in ("infogans", "joint_vae")
    ]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 770
    assert set.union(*parts) == whole
