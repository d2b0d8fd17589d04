"""Commands on systems that lack what Linux has: macOS, and Windows, which lacks most.

What is missing there is taken away here, in a process of its own, before the package is imported.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.__main__ import COMMANDS

ROOT = Path(__file__).parents[1]
# The first is missing on macOS too. Windows lacks more, but libraries, having seen Linux, use it.
MISSING = (
    "os.sched_getaffinity",
    *("os.getuid", "os.geteuid", "os.sysconf", "os.getloadavg", "os.fork"),
    *("os.kill", "os.killpg", "os.mkfifo", "os.O_NONBLOCK", "os.O_NOFOLLOW"),
    *("signal.SIGHUP", "signal.SIGKILL", "signal.SIGALRM", "signal.SIGUSR1", "signal.alarm"),
)
MISSING_MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "pty", "tty")
PROGRAM = """
import contextlib, importlib, io, json, multiprocessing, sys
missing, modules, calls = json.loads(sys.argv[1])
import subprocess, tempfile  # as on Linux; the package comes after what is missing
for name in missing:
    module, attribute = name.split(".")
    delattr(importlib.import_module(module), attribute)
sys.modules |= dict.fromkeys(modules)  # their import fails
from elastic_infogan_tf.__main__ import main

for call in calls:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(call)
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


def _run(calls, place):
    """Returns the exit code, output and errors of each call of `elastic-infogan`."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([MISSING, MISSING_MODULES, calls])],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(place)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_every_command_has_help_without_what_windows_lacks(tmp_path):
    calls = [[name, "--help"] for name in COMMANDS]
    for name, (code, out, err) in zip(COMMANDS, _run(calls, tmp_path), strict=True):
        assert code == 0, err
        assert out.startswith(f"usage: elastic-infogan {name} ")


@pytest.mark.slow
def test_a_run_is_trained_evaluated_exported_and_sorts(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "images").mkdir()
    for number in range(16):
        pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{number}.png")
    images, run = "--data_dir=images", "--model_dir=run"
    tiny = ("--base_channels=2", "--steps=2", "--batch_size=8", "--num_classes=2")
    how = ("--method=elastic_infogan", "--cache_dir=cache", "--images_per_code=4")
    calls = {
        "train": ("--dataset=image_folder", images, run, *tiny, *how),
        "evaluate": (run, "--images_per_code=4", "--cache_dir=cache"),
        "export": (run,),
        "sort": (run, images, "--out=sorted", "--link"),
    }
    answers = _run([[name, *rest] for name, rest in calls.items()], tmp_path)
    for code, _, err in answers:
        assert code == 0, err
    for made in ("run/report.html", "run/results.json", "run/export/saved_model.pb"):
        assert (tmp_path / made).is_file()
    links = [*(tmp_path / "sorted" / "images").rglob("*.png")]
    assert len(links) == 16 and all(link.is_file() for link in links)
