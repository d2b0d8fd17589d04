"""The commands as their user meets them: one sentence and an exit code, or a whole run folder."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from absl import flags

from elastic_infogan_tf import evaluate, export, train
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.serving import model_card
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.utils.files import only_process
from tests.run_command import assert_refused, run_command

ROOT = Path(train.__file__).parents[1]
SOURCE = "scikit-learn digits"
TINY = [
    "--dataset=digits",
    "--base_channels=2",
    "--batch_size=400",  # 3 steps an epoch
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",  # test_evaluate.py has it
]

# Two logical CPUs can be had only before TensorFlow computes anything.
TWO_CPUS = """
import sys
from elastic_infogan_tf.utils.quiet_start import quiet_start
with quiet_start():
    import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from elastic_infogan_tf import train
sys.exit(train.main())
"""
VAE = ["--dataset=digits", "--method=joint_vae"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty working directory, with an empty folder `empty` and a file `file`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_CONFIG", raising=False)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset=digits", "--speed=1"], ["Unknown command line flag 'speed'", "--help"]),
        (["digits"], ["unknown argument digits", "--name=value"]),
        ([], ["--dataset is missing; give one of mnist, youtube_faces, cars"]),
        (["--data_dir=empty"], ["add --dataset=image_folder", "the images of empty"]),
        (["--data_dir=file"], ["add --dataset=npz"]),
        (["--dataset=image_folder"], ["needs --data_dir: the folder of images"]),
        (["--dataset=image_folder", "--data_dir=gone"], ["--data_dir=gone does not exist"]),
        (["--dataset=digits", "--gpu=0"], ["--gpu is no flag", "CUDA_VISIBLE_DEVICES"]),
        (["--dataset=digits", "--device", "cpu"], ["--device is no flag", "CUDA_VISIBLE_DEVICES"]),
        (["--dataset=digits", "--method=elastic-infogam"], ["did you mean elastic_infogan?"]),
        (["--dataset=imagefolder"], ["did you mean image_folder?"]),
        (["--dataset=digits", "--augment=flip,rotaton"], ["did you mean rotation?"]),
        (["--dataset=digits", "--num_classes=auto"], ["it must be a whole number"]),
        (
            ["--dataset=digits", "--classifier_weights=gone"],
            ["must be a file that is there"],
        ),
        (["--dataset=dogs"], ["--dataset must be one of mnist", "dogs"]),
        (
            ["--dataset=digits", "--strategy=two"],
            ["--strategy must be one of auto, one, mirrored", "two"],
        ),
        (
            ["--dataset=digits", "--method=gan"],
            ["--method must be one of joint_vae, uniform_infogan", "gan"],
        ),
        ([*VAE, "--beta=-1"], ["--beta must be a finite number from 0 up", "-1"]),
        ([*VAE, "--capacity_steps=9"], ["Unknown command line flag 'capacity_steps'"]),
        ([*VAE, "--contrastive_weight=3"], ["--contrastive_weight=3.0 is a setting of methods wi"]),
        (["--dataset=digits", "--beta=5"], ["--beta=5.0 is a setting of JointVAE (joint_vae)"]),
        (
            ["--dataset=digits", "--method=uniform_infogan", "--contrastive_temperature=1"],
            ["--contrastive_temperature=1.0 is a setting of methods with a contrastive loss"],
        ),
        (["--dataset=digits", "--stream"], ["Unknown command line flag 'stream'"]),
        (["--dataset=digits", "--epochs=many"], ["--epochs=many"]),
        (["--dataset=digits", "--epochs"], ["epochs"]),
        (["--dataset=digits", "--batch_size=0"], ["--batch_size must be 2 or more", "0"]),
        (["--dataset=digits", "--batch_size=1"], ["--batch_size must be 2 or more", "1"]),
        (["--dataset=digits", "--learning_rate=nan"], ["--learning_rate", "finite", "nan"]),
        (["--dataset=digits", "--seed=-1"], ["--seed", "-1"]),
        (
            ["--dataset=digits", "--second_stage_size=128"],
            ["--second_stage_size=128 does not fit --dataset=digits"],
        ),
        (
            ["--dataset=youtube_faces", "--second_stage_size=100"],
            ["--second_stage_size must be 0 (one stage), 64 or 128", "100"],
        ),
        (["--dataset=digits", "--split=51"], ["--split must be between 1 and 50", "51"]),
        (["--dataset=cars", "--class_set=6"], ["--class_set must be between 1 and 5", "6"]),
        (["--dataset=digits", "--checkpoint_every=0"], ["--checkpoint_every must be 1 or more"]),
        (["--dataset=digits", "--keep_grids=9"], ["Unknown command line flag 'keep_grids'"]),
        (["--dataset=digits", "--keep_checkpoints=0"], ["--keep_checkpoints must be 1 or more"]),
        (["--dataset=digits", "--evaluate_every=-1"], ["--evaluate_every must be 0 or more", "-1"]),
        (["--dataset=digits", "--images_per_code=0"], ["--images_per_code must be 1 or more"]),
        (
            ["--dataset=digits", "--classifier=vgg"],
            ["--classifier must be one of mnist_cnn, resnet50, small_cnn", "vgg"],
        ),
        (["--flagfile=gone.flags"], ["gone.flags"]),
        # Beyond the flags alone: data, devices, folders.
        (["--dataset=cars", "--source=original", "--data_dir=empty"], ["empty", "cars"]),
        (["--dataset=digits", "--source=original"], ["--source=original does not fit"]),
        ([*TINY, "--batch_size=5000"], ["--batch_size=5000 is more than the 1205 images"]),
        ([*TINY, "--strategy=mirrored", "--jit_compile"], ["--jit_compile", "there are 2"]),
        ([*TINY, "--strategy=auto", "--batch_size=5"], ["--batch_size=5", "2 replicas"]),
        ([*TINY, "--strategy=multi_worker"], ["TF_CONFIG"]),
        ([*TINY, "--model_dir=file/run"], ["cannot write file/run"]),
        ([*TINY, "--model_dir=file"], ["file"]),
        ([*TINY, "--model_dir=."], ["holds other files"]),
    ],
    ids=lambda value: " ".join(value).replace(" ".join(TINY), "TINY") if value else "nothing",
)
def test_train_refuses_in_one_sentence_and_makes_nothing(place, flags, words):
    assert_refused(run_command(train, *flags), *words)
    assert sorted(os.listdir(place)) == ["empty", "file"] and os.listdir("empty") == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], ["--model_dir is missing"]),
        (["--model_dir=empty"], ["empty is not a run folder", "config.json"]),
        (["--model_dir=gone"], ["gone is not a run folder"]),
        (["--model_dir=file"], ["file is not a run folder"]),
        (["--folder=empty"], ["Unknown command line flag 'folder'"]),
    ],
)
def test_export_refuses_in_one_sentence_and_makes_nothing(place, flags, words):
    assert_refused(run_command(export, *flags), *words)
    assert sorted(os.listdir(place)) == ["empty", "file"] and os.listdir("empty") == []


def _sections(out):
    """Returns the flags of a help by the heading that they stand under."""
    parts = re.split(r"\n\n([A-Z][A-Za-z_: ]+):\n", out)
    return {
        heading: set(re.findall(r"^  --(?:\[no\])?(\w+)", text, re.MULTILINE))
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_help_is_an_example_and_the_flags_of_every_day(place):
    code, out, err = run_command(train, "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: elastic-infogan train")
    assert "\nexample: elastic-infogan train --dataset=image_folder --data_dir" in out
    names = _sections(out)
    assert names["Required"] == {"dataset"} and set(names) == {"Required", "Common"}
    assert {"data_dir", "num_classes", "method", "epochs", "seed", "model_dir"} < names["Common"]
    assert 12 <= len(names["Common"]) <= 15
    assert all(name in out for name in METHODS)
    assert "--[no]evaluate " in out and "(default: yes)" in out
    assert max(len(line) for line in out.splitlines() if not line.startswith("example: ")) <= 88
    assert re.search(r"--helpfull shows all \d+ flags\.$", out.strip())


def test_the_full_help_has_every_flag_in_its_group(place):
    names = _sections(run_command(train, "--helpfull")[1])
    for group in names:
        assert group in ("Required", "Common") or group.startswith("Advanced: ")
    assert {"source", "class_set", "split", "class_ids", "cache_dir"} <= names[
        "Advanced: What to train on"
    ]
    assert names["Advanced: Model: joint_vae"] == {"beta"}
    assert {"evaluate_every", "classifier"} <= names["Advanced: Evaluation"]
    values = flags.FlagValues()
    train.define_flags(values)
    assert set().union(*names.values()) == set(values) and len(set(values)) <= 48


@pytest.mark.parametrize(
    ("arguments", "defaults"),
    [
        ([], ["(default: the data set's)"]),
        (["--dataset=cars"], ["(default: 600, of cars)", "(default: 10, of cars)"]),
        (["--dataset", "mnist"], ["(default: 200, of mnist)", "(default: elastic_infogan)"]),
        (
            ["--flagfile=own_images_laptop.flags"],
            ["clustered_infogan, of image_folder"],
        ),
        (["--dataset=digits", "--method=joint_vae"], ["(default: 0.0005, of digits)"]),
        (["--dataset=dogs"], ["(default: the data set's)"]),
    ],
)
def test_help_has_the_defaults_of_the_data_set_on_the_line(place, arguments, defaults):
    words = " ".join(run_command(train, *arguments, "--help")[1].split())
    assert all(default in words for default in defaults)


def test_paths_are_checked_before_tensorflow_starts(place):
    (place / "runs" / "a").mkdir(parents=True)
    (place / "runs" / "a" / "config.json").touch()
    program = (
        "import sys; from elastic_infogan_tf.__main__ import main\n"
        "for call in sys.argv[1:]: assert main(call.split()) == 2\n"
        "assert 'tensorflow' not in sys.modules"
    )
    calls = {
        "train --dataset=image_folder --data_dir=gone": "--data_dir=gone does not exist",
        "train --dataset=digits --model_dir=file/run": "file is a file",
        "train --dataset=digits --model_dir=file": "--model_dir must be a folder",
        "evaluate --model_dir=runs": "give one of the runs inside: runs/a.",
        "export --model_dir=gone": "give that of a training",
        "sort --model_dir=runs --out=file": "--out must be a folder",
        "sort --model_dir=runs --out=new --names=gone": "--names must be a file that is there",
        "sort --model_dir=runs --out=new --data_dir=gone": "--data_dir must be a folder or file",
    }
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, *calls], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for line, words in zip(done.stderr.splitlines(), calls.values(), strict=True):
        assert line.startswith("error: ") and words in line


def test_help_wins_over_wrong_flags_and_is_there_for_export(place):
    assert run_command(train, "--speed=1", "--help")[0] == 0
    code, out, _ = run_command(export, "-h")
    assert code == 0 and "--model_dir" in out and "run folder" in out


def test_help_may_be_cut_off_by_its_reader():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "elastic_infogan_tf.export", "--help"]
        ended = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_dry_run_in_json_has_all_that_is_decided_and_makes_nothing(place):
    asked = ["--dataset=digits", "--split=2", "--epochs=7", "--seed=3", "--dry_run=json"]
    code, out, err = run_command(train, *asked, "--base_channels=2")
    assert (code, err) == (0, "")
    decided = json.loads(out)
    data, model, schedule, how = (decided[name] for name in ("data", "model", "schedule", "run"))
    assert (data["dataset"], data["split"], data["image_shape"]) == ("digits", 2, [28, 28, 1])
    assert (schedule["epochs"], schedule["seed"], schedule["batch_size"]) == (7, 3, 64)
    assert (model["method"], model["noise_dim"], how["strategy"]) == ("elastic_infogan", 62, "auto")
    assert how["model_dir"] == "runs/digits-split2-base2-seed3"
    plan = decided["plan"]
    assert (plan["source"], plan["left_out"], plan["steps_done"]) == (SOURCE, [], 0)
    assert sum(plan["class_counts"]) == plan["images"]
    assert plan["steps"] == 7 * (plan["images"] // 64)
    assert sorted(os.listdir(place)) == ["empty", "file"]


def test_a_dry_run_for_people_begins_with_the_images_and_times_steps(place):
    flags = [*TINY, "--epochs=1000", "--model_dir=empty", "--dry_run"]
    code, out, err = run_command(train, *flags)
    assert code == 0 and err.startswith("timing a few steps")
    lines = out.splitlines()
    assert lines[0] == f"data: digits, 1205 images, source: {SOURCE}"
    assert lines[2:4] == ["groups to find: 10", "steps: 3000 (1000 epochs, batches of 400)"]
    said = re.match(
        r"time: about ([\d.]+) (\w+) for 3,000 steps on this machine, by (\d+) steps of (\S+) s;",
        lines[4],
    )
    in_seconds = float(said[1]) * {"seconds": 1, "minutes": 60, "hours": 3600}[said[2]]
    assert in_seconds == pytest.approx(3000 * float(said[4]), rel=0.1)
    assert 3 <= int(said[3]) <= 10
    assert re.match(r"memory: \d+ MB for weights, gradients and moments; ", lines[5])
    assert lines[6] == "run folder: empty"
    rows = re.findall(r"^\d +(0\.\d+) +(\d+)$", out, re.MULTILINE)
    assert sum(int(count) for _, count in rows) == 1205 and len(rows) == 10
    assert sorted(os.listdir(place)) == ["empty", "file"] and os.listdir("empty") == []


@pytest.mark.slow
def test_a_dry_run_says_when_clusters_are_made(place):
    flags = [*TINY, "--method=clustered_infogan", "--epochs=400"]
    code, out, _ = run_command(train, *flags, "--dry_run")
    assert code == 0
    # 1,200 steps, 3 an epoch: half of all.
    assert "\nclusters, which the groups come of: after step 600, or later if" in out
    code, out, _ = run_command(train, *flags, "--first_part_steps=9", "--dry_run=json")
    assert json.loads(out)["plan"]["clusters_after"] == 9


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--model_dir=file/run"], ["cannot write file/run", "is a file"]),
        (["--batch_size=5000"], ["--batch_size=5000 is more than the 1205 images"]),
        (["--dry_run=xml"], ["dry_run", "give one of true, text, json, false"]),
    ],
)
def test_a_dry_run_refuses_what_the_run_would(place, flags, words):
    assert_refused(run_command(train, *TINY, "--dry_run", *flags), *words)
    assert sorted(os.listdir(place)) == ["empty", "file"] and os.listdir("empty") == []


def test_no_dry_run_is_a_run(place):
    """A flag after a flagfile's takes it back; here up to the first refusal of the run alone."""
    flags = ["--dataset=digits", "--dry_run", "--nodry_run", "--strategy=multi_worker"]
    assert_refused(run_command(train, *flags), "TF_CONFIG")


def test_flags_after_a_flagfile_override_it(place):
    (place / "tiny.flags").write_text("# a comment\n--dataset=digits\n--epochs=7\n--seed=3\n")
    code, out, _ = run_command(train, "--flagfile=tiny.flags", "--epochs=9", "--dry_run=json")
    decided = json.loads(out)
    assert code == 0
    assert decided["data"]["dataset"] == "digits"
    assert (decided["schedule"]["epochs"], decided["schedule"]["seed"]) == (9, 3)


def _rows(folder):
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_training_fills_its_run_folder(trained):
    folder, out = trained.folder, trained.printed
    assert set(os.listdir(folder)) == {
        "checkpoints",
        "config.json",
        "export",
        "figures",
        "metrics.csv",
        "model_card.md",
        "report.html",
        "results.json",
        "tensorboard",
    }
    assert (folder / "checkpoints" / "ckpt-3.index").exists()
    for name in ("grid.png", "grid-0000003.png", "prior.png"):
        assert (folder / "figures" / name).read_bytes().startswith(b"\x89PNG")
    assert (folder / "export" / "saved_model.pb").exists()
    row, _ = _rows(folder)
    assert (row["epoch"], row["step"], row["steps"], row["source"]) == ("1", "3", "3", SOURCE)
    assert {"discriminator_loss", "generator_loss", "images_per_second"} <= row.keys()
    assert json.loads((folder / "config.json").read_text())["data"]["source"] == SOURCE
    assert f"source: {SOURCE}" in out
    assert f"run folder: {folder}" in out
    assert f"exported: {folder / 'export'}" in out


def test_the_export_of_a_training_has_its_images_and_its_prior(trained):
    model = tf.saved_model.load(str(trained.folder / "export"))
    images = model.sample(tf.constant(3))["images"].numpy()
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1
    probabilities = model.encode(images)["probabilities"].numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    prior = model.prior()["probabilities"].numpy()
    assert 0 < np.abs(prior - 0.1).max() < 0.01  # learned, of six steps


def test_the_model_card_says_what_the_model_is(trained):
    card = (trained.folder / "model_card.md").read_text()
    assert card.startswith("# elastic_infogan on digits\n")
    assert f"- source: {SOURCE}\n" in card
    assert "6 steps of batch 400, seed 0, 1205 images, 10 codes" in card
    assert "[178, 44, 39, 173, 164, 137, 68, 135, 173, 94]" in card
    assert "tensorflow 2." in card and "uint8 [n, 28, 28, 1]" in card
    assert "- images: 28x28x1\n" in card


def test_the_model_card_names_two_stages(trained):
    record = json.loads((trained.folder / "config.json").read_text())
    record["config"] = resolve("youtube_faces").to_json()
    expected = "- images: 128x128x3, of the second of two generator stages (StackGAN-v2)\n"
    assert expected in model_card.render(record, 3)


def test_a_dry_run_knows_what_is_done(copied):
    folder, flags = copied.folder, copied.flags
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    code, out, _ = run_command(train, *flags, "--epochs=5", "--dry_run=json")
    assert code == 0
    plan = json.loads(out)["plan"]
    assert (plan["steps"], plan["steps_done"]) == (15, 6)
    assert_refused(run_command(train, *flags, "--seed=4", "--dry_run"), "seed was 0, is 4")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_that_another_process_trains_into_is_refused(copied):
    folder = copied.folder
    said = f"--model_dir={folder} is in use by another process"
    with only_process(RunFolder(folder).lock, "it"):
        for more in (["--dry_run"], []):
            assert_refused(run_command(train, *copied.flags, "--epochs=3", *more), said)
        for command in (export, evaluate):
            assert_refused(run_command(command, f"--model_dir={folder}"), said)
    assert not RunFolder(folder).lock.exists()
    assert json.loads((folder / "config.json").read_text())["config"]["schedule"]["epochs"] == 2


@pytest.mark.slow
def test_more_epochs_go_on_where_it_stopped(trained, copied):
    copy, flags = copied.folder, [*copied.flags, "--noevaluate"]
    code, out, err = run_command(train, *flags, "--epochs=3")
    assert code == 0, err
    assert "resuming after step 6 of 9" in out
    rows = _rows(copy)
    assert [(row["epoch"], row["step"]) for row in rows] == [("1", "3"), ("2", "6"), ("3", "9")]
    assert rows[:2] == _rows(trained.folder)
    assert load_run(copy).step == 9
    assert "9 steps of batch 400" in (copy / "model_card.md").read_text()

    assert_refused(run_command(train, *flags, "--epochs=2"), "epochs was 3, is 2")


@pytest.mark.slow
def test_two_replicas_go_on_with_what_one_began(copied):
    """In a process of its own: two strategies in one process share their collectives."""
    copy, flags = copied.folder, [*copied.flags, "--noevaluate"]
    more = ["--epochs=3", "--strategy=mirrored"]
    done = subprocess.run(
        [sys.executable, "-c", TWO_CPUS, *flags, *more],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "devices: 2 replicas (CPU), without XLA" in done.stdout
    assert done.stderr.startswith("epoch 3: 100% 9/9 [")  # nothing of TensorFlow's start
    assert "resuming after step 6 of 9" in done.stdout
    assert load_run(copy).step == 9
    assert (copy / "figures" / "grid-0000009.png").exists()
    assert (copy / "export" / "saved_model.pb").exists()


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--learning_rate=0.5", "learning_rate was 0.0002, is 0.5"),
        ("--method=gumbel_softmax", "method was elastic_infogan, is gumbel_softmax"),
        ("--split=2", "data fingerprint was"),
    ],
)
def test_another_configuration_is_refused_by_name(copied, flag, said):
    folder = copied.folder
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert_refused(run_command(train, *copied.flags, flag), said, "another --model_dir")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_export_writes_a_lost_model_again(trained, copied):
    copy = copied.folder
    shutil.rmtree(copy / "export")
    (copy / "model_card.md").unlink()
    code, out, err = run_command(export, f"--model_dir={copy}")
    assert (code, err) == (0, "")
    assert f"exported: {copy / 'export'}" in out
    assert (copy / "export" / "saved_model.pb").exists()
    card = (copy / "model_card.md").read_bytes()
    assert card == (trained.folder / "model_card.md").read_bytes()


def test_export_of_a_run_without_a_checkpoint_is_refused(trained, tmp_path):
    shutil.copy(trained.folder / "config.json", tmp_path)
    assert_refused(run_command(export, f"--model_dir={tmp_path}"), "holds no checkpoint yet")
    assert os.listdir(tmp_path) == ["config.json"]


@pytest.mark.slow
@pytest.mark.usefixtures("bare_trainings")
def test_a_run_that_had_no_checkpoint_starts_from_the_beginning(trained, tmp_path):
    shutil.copy(trained.folder / "config.json", tmp_path)
    flags = [*trained.flags, f"--model_dir={tmp_path}", "--noevaluate"]
    code, out, err = run_command(train, *flags)
    assert code == 0, err
    assert "has no checkpoint yet: starting again from step 0" in out
    for first, second in zip(
        load_run(trained.folder).get_weights(),
        load_run(tmp_path).get_weights(),
        strict=True,
    ):
        assert (first == second).all()
