"""A run in bfloat16 from its beginning to its export, and where `--dtype=auto` takes it."""

import json

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf import export, train
from elastic_infogan_tf.run_folder import checkpoint_files
from elastic_infogan_tf.training import strategy
from elastic_infogan_tf.training.strategy import fast_dtype
from tests.run_command import assert_refused, run_command
from tests.trained_run import bare_trainings

# A method whose program is soon built.
FLAGS = ["--dataset=digits", "--method=joint_vae", "--base_channels=2", "--batch_size=400"]
FLAGS += [
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",
    "--checkpoint_every=1",
]


def _train(folder, *more):
    code, out, err = run_command(train, *FLAGS, f"--model_dir={folder}", *more)
    assert code == 0, err
    return out


def _computed(folder):
    """All variables of the newest checkpoint."""
    steps = checkpoint_files.steps(folder / "checkpoints")
    prefix = checkpoint_files.prefix(folder / "checkpoints", max(steps))
    reader = tf.train.load_checkpoint(prefix)
    names = [name for name in reader.get_variable_to_shape_map() if name.startswith("model/")]
    return {name: reader.get_tensor(name) for name in names}


def _config(folder):
    return json.loads((folder / "config.json").read_text())["config"]["model"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder of a run in bfloat16, resumed by `auto`, and what that printed."""
    folder = tmp_path_factory.mktemp("runs") / "mixed"
    with bare_trainings():  # it is exported by itself, below
        _train(folder, "--dtype=bfloat16", "--epochs=1")
        return folder, _train(folder, "--dtype=auto", "--epochs=2")


@pytest.mark.slow
def test_a_run_in_bfloat16_says_so_and_auto_goes_on_in_it(run):
    folder, out = run
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
def cpu_info(tmp_path, monkeypatch):
    """The file in which the CPU says what it has, which is not there yet."""
    monkeypatch.setattr(strategy, "_CPU_INFO", tmp_path / "cpuinfo")
    return tmp_path / "cpuinfo"


@pytest.mark.parametrize("line", ["flags\t\t: fpu avx512_bf16 avx2", "Features : fp asimd bf16"])
def test_a_cpus_units_are_seen(cpu_info, line):
    assert fast_dtype(None) == "float32"  # there is no such file, as on other systems
    cpu_info.write_text("model name : old\nflags : fpu avx2\n")
    assert fast_dtype(None) == "float32"
    cpu_info.write_text(f"processor : 0\n{line}\n")
    assert fast_dtype(None) == "bfloat16"


@pytest.mark.parametrize(("noise", "chosen"), [(0.0, "float32"), (0.3, "bfloat16")])
def test_a_gan_needs_instance_noise_for_bfloat16(cpu_info, noise, chosen):
    cpu_info.write_text("flags : amx_bf16\n")
    assert fast_dtype(noise) == chosen


@pytest.mark.parametrize(("capability", "chosen"), [((7, 5), "float32"), ((9, 0), "bfloat16")])
def test_a_gpus_units_are_seen_and_the_cpus_do_not_count(cpu_info, monkeypatch, capability, chosen):
    cpu_info.write_text("flags : amx_bf16\n")
    gpu = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", {"GPU": [gpu]}.get)
    details = {gpu: {"compute_capability": capability}}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details.get)
    assert fast_dtype(0.3) == chosen


def test_a_plan_says_what_was_chosen(cpu_info, tmp_path):
    cpu_info.write_text("flags : amx_bf16\n")
    out = _train(tmp_path / "run", "--dtype=auto", "--epochs=1", "--dry_run=json")
    assert json.loads(out)["model"]["dtype"] == "bfloat16"
    assert not (tmp_path / "run").exists()
