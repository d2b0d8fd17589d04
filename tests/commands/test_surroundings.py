"""Settings of other projects on the machine neither stop a command nor change what it computes."""

import json
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import pytest

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import default_cache
from elastic_infogan_tf.utils.files import path_of

ROOT = Path(__file__).parents[2]
KERAS = {"backend": "torch", "floatx": "float16", "image_data_format": "channels_first"}
LOOK = "print(keras.config.floatx(), keras.config.image_data_format(), matplotlib.get_backend())"


def _python(program, home, **environment):
    keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    changes = {
        "HOME": str(home),
        "MPLBACKEND": "module://of.a_notebook",
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=keep | changes | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_a_training_is_the_same_whatever_keras_and_matplotlib_are_told(tmp_path):
    """Also from a flagfile with a byte order mark, and with `~` in its paths."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(json.dumps(KERAS))
    (tmp_path / "a.flags").write_text(
        "\ufeff--dataset=digits\n--model_dir=~/größe\n--base_channels=2"
    )
    program = (
        "from elastic_infogan_tf import train\n"
        "code = train.main(['--flagfile=~/a.flags', '--dry_run=json'])\n"
        f"import keras, matplotlib\n{LOOK}\nraise SystemExit(code)"
    )
    done = _python(program, tmp_path, KERAS_BACKEND="torch", KERAS_MAX_EPOCHS="0")
    assert done.returncode == 0, done.stderr
    plan, end, look = done.stdout.rpartition("}\n")
    assert look == "float32 channels_last agg\n"
    assert json.loads(plan + end)["run"]["model_dir"] == f"{tmp_path}/größe"


def test_tables_need_no_home_no_latex_and_no_more_than_an_ascii_terminal(tmp_path):
    example = ROOT / "tests" / "tables" / "example_results.json"
    results = json.loads(example.read_text())
    results["run"]["data"]["source"] = "meine größte Sammlung $x"
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "results.json").write_text(json.dumps(results))
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nsavefig.dpi: 3\nfont.size: x\n")
    program = (
        "from tools import make_tables\n"
        f"raise SystemExit(make_tables.main(['{tmp_path}/run', '--out={tmp_path}/out']))"
    )
    done = _python(program, "/dev/null/home", MATPLOTLIBRC=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "gr\\xf6\\xdfte" in done.stdout
    assert (tmp_path / "out" / "tables.png").stat().st_size > 10_000


def test_a_process_that_has_keras_with_other_settings_is_refused(monkeypatch):
    for found, is_fine in (("float32", True), ("float16", False)):
        config = types.SimpleNamespace(
            backend=lambda: "tensorflow",
            floatx=lambda found=found: found,
            image_data_format=lambda: "channels_last",
        )
        monkeypatch.setitem(sys.modules, "keras", types.SimpleNamespace(config=config))
        if is_fine:
            command_line.settle()
        else:
            with pytest.raises(
                UsageError, match="imported Keras with tensorflow, float16, channels"
            ):
                command_line.settle()


@pytest.mark.parametrize("text", ["x" * 300, "a\0b", "~nobody_of_this_name/x"])
def test_a_path_that_no_system_takes_is_refused_by_its_flag(text):
    with pytest.raises(UsageError, match=r"--out=.* is no path that can be used here"):
        path_of(text, "--out")


def test_a_path_may_begin_with_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_of("~/new/one", "--out") == tmp_path / "new" / "one"


def test_without_a_home_folder_the_cache_is_among_temporary_files(monkeypatch):
    assert default_cache() == Path.home() / ".cache" / "elastic_infogan_tf"
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as where nobody knows the user
    assert default_cache().parent == Path(tempfile.gettempdir())
