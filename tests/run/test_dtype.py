"""A run in bfloat16 from its beginning to its export, and one that a timing chooses for."""

import json

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf import export, train
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.run import dtype
from elastic_infogan_tf.run_folder import checkpoint_files
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.methods import METHODS
from tests.extending import code_autoencoder
from tests.run_command import assert_refused, run_command
from tests.trained_run import bare_trainings

# A method whose program is soon built.
FLAGS = ["--dataset=digits", "--method=joint_vae", "--base_channels=2", "--batch_size=400"]
FLAGS += [
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",
    "--checkpoint_every=1",
    "--figures_every=9",
]


def _train(folder, *more):
    code, out, err = run_command(train, *FLAGS, f"--model_dir={folder}", *more)
    assert code == 0, err
    return out


def _computed(folder):
    """All variables of the newest checkpoint."""
    steps = checkpoint_files.steps(folder / "checkpoints")
    place = checkpoint_files.prefix(folder / "checkpoints", max(steps))
    reader = tf.train.load_checkpoint(place)
    names = [name for name in reader.get_variable_to_shape_map() if name.startswith("model/")]
    return {name: reader.get_tensor(name) for name in names}


def _config(folder):
    return json.loads((folder / "config.json").read_text())["config"]["model"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder of a run in bfloat16, gone on with by `auto`, and what the second go printed."""
    folder = tmp_path_factory.mktemp("runs") / "mixed"
    with bare_trainings():  # it is exported by itself, below
        _train(folder, "--dtype=bfloat16", "--epochs=1")
        return folder, _train(folder, "--dtype=auto", "--epochs=2")


@pytest.mark.slow
def test_a_run_in_bfloat16_says_so_and_auto_goes_on_in_it(run):
    folder, out = run
    assert "dtype: bfloat16, which this run was begun with" in out
    assert "resuming after step 3 of 6" in out
    assert "devices: 1 replica (CPU), without XLA, networks in bfloat16" in out
    assert _config(folder)["dtype"] == "bfloat16"
    assert ", in bfloat16" in (folder / "report.html").read_text()
    kinds = {value.dtype.name for value in _computed(folder).values()}
    assert "float32" in kinds and "bfloat16" not in kinds


@pytest.mark.slow
def test_another_dtype_is_another_run(run):
    folder, _ = run
    refused = run_command(train, *FLAGS, f"--model_dir={folder}", "--epochs=2", "--dtype=float32")
    assert_refused(refused, "dtype was bfloat16, is float32", "Give the same flags")


@pytest.mark.slow
def test_its_export_computes_in_float32_and_converts(run):
    folder, _ = run
    code, out, err = run_command(export, f"--model_dir={folder}", "--formats=tflite")
    assert code == 0, err
    assert "tflite (encode.tflite, generate.tflite): largest difference" in out
    loaded = tf.saved_model.load(str(folder / "export"))
    assert "BFLOAT16" not in str(loaded.signatures["serving_default"].graph.as_graph_def())
    assert "- computes in float32; it was trained" in (folder / "model_card.md").read_text()
    images = np.zeros([2, 28, 28, 1], np.uint8)
    assert loaded.encode(tf.constant(images))["features"].dtype == tf.float32


@pytest.fixture
def choose(tmp_path, make_config):
    """A function (method, settings) -> what a new run computes in that leaves it to the machine."""
    images = np.zeros([8, 28, 28, 1], np.uint8)
    data = LabelledImages(images, None, (), "made up")

    def make(method="joint_vae", **settings):
        config = make_config("digits", method=method, dtype="auto", **settings)
        folder, strategy = RunFolder(tmp_path / "run"), tf.distribute.get_strategy()
        found = dtype.with_dtype(config, data, folder, strategy, jit_compile=False)
        return found.model.dtype

    return make


@pytest.fixture
def cpu_info(tmp_path, monkeypatch):
    """The file in which the CPU says what it has, which is not there yet."""
    monkeypatch.setattr(dtype, "_CPU_INFO", tmp_path / "cpuinfo")
    return tmp_path / "cpuinfo"


def test_a_machine_without_units_is_not_timed(cpu_info, choose, capsys):
    cpu_info.write_text("model name : old\nflags : fpu avx2\n")
    assert choose() == "float32"
    said = "dtype: float32, without a timing: this CPU has neither AVX512-BF16 nor AMX"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("line", ["flags\t\t: fpu avx512_bf16 avx2", "Features : fp asimd bf16"])
def test_a_cpus_units_are_seen(cpu_info, line):
    assert dtype.missing_units() is not None  # there is no such file, as on other systems
    cpu_info.write_text(f"processor : 0\n{line}\n")
    assert dtype.missing_units() is None


@pytest.mark.parametrize(
    ("seconds", "chosen"), [((1.0, 0.5), "bfloat16"), ((1.0, 0.99), "float32")]
)
def test_bfloat16_must_be_worth_its_digits(cpu_info, choose, monkeypatch, capsys, seconds, chosen):
    cpu_info.write_text("flags : amx_bf16\n")
    timed = dict(zip(("float32", "bfloat16"), seconds, strict=True))
    monkeypatch.setattr(dtype, "step_seconds", lambda *arguments: timed)
    assert choose() == chosen
    assert f"dtype: {chosen}; a train step took 1 s in float32" in capsys.readouterr().out


@pytest.mark.parametrize(("noise", "chosen"), [(0.0, "float32"), (0.3, "bfloat16")])
def test_a_gan_needs_instance_noise_for_bfloat16(
    cpu_info, choose, monkeypatch, capsys, noise, chosen
):
    cpu_info.write_text("flags : amx_bf16\n")
    timed = {"float32": 1.0, "bfloat16": 0.5}
    monkeypatch.setattr(dtype, "step_seconds", lambda *arguments: timed)
    assert choose("elastic_infogan", instance_noise=noise, base_channels=2) == chosen
    said = "float32, without a timing: without --instance_noise two of three runs in bfloat16"
    assert (said in capsys.readouterr().out) == (chosen == "float32")


def test_a_method_of_ones_own_without_dtypes_is_float32(cpu_info, choose, monkeypatch, capsys):
    cpu_info.write_text("flags : amx_bf16\n")
    monkeypatch.setitem(METHODS, "own", code_autoencoder.ROW)
    assert choose("own") == "float32"
    assert "--method=own cannot compute in bfloat16: tests.extending" in capsys.readouterr().out


@pytest.mark.slow
def test_a_timing_leaves_no_trace_and_going_on_is_exact(run, tmp_path, cpu_info, monkeypatch):
    cpu_info.write_text("flags : amx_bf16\n")
    monkeypatch.setattr(dtype, "_TURNS", 1)
    monkeypatch.setattr(dtype, "_WORTH_IT", np.inf)  # however slow it is here
    with bare_trainings():
        out = _train(tmp_path / "auto", "--dtype=auto", "--epochs=2")
    assert "dtype: bfloat16; a train step took" in out and "(medians of 1, in turn)" in out
    assert _config(tmp_path / "auto")["dtype"] == "bfloat16"
    told, chosen = _computed(run[0]), _computed(tmp_path / "auto")
    assert told.keys() == chosen.keys()
    for name, value in told.items():
        np.testing.assert_array_equal(value, chosen[name], err_msg=name)


def test_a_dry_run_says_that_it_timed_float32(tmp_path):
    out = _train(tmp_path / "run", "--dtype=auto", "--epochs=1", "--dry_run")
    assert "s in float32, where --dtype=auto may choose a faster one" in out
    assert not (tmp_path / "run").exists()
