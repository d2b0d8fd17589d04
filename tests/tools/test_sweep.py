"""Sweeps: which runs, what they cost, and that each finishes once whatever happens on the way."""

import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation import classifier_cache
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import make_record
from elastic_infogan_tf.settings import config as configuration
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.methods import published
from tests.run_command import assert_refused, run_command
from tools import sweep
from tools.sweeps import grid, jobs
from tools.sweeps.estimate import costs, training_images
from tools.sweeps.grid import SweepSettings
from tools.sweeps.pool import fraction_done

ROOT = Path(__file__).parents[2]
TINY = ("--base_channels=2", "--classifier=small_cnn", "--images_per_code=5", "--evaluate_every=0")
TINY += ("--nojit_compile",)  # a few steps are not worth what XLA takes to compile one
TINY += ("--jobs=2",)  # a run shares the cores, with another one or with the other tests


_call = functools.partial(run_command, sweep)


def _expand(datasets, shared=None, **lists):
    given = {"methods": ["all"], "class_sets": ["all"], "splits": ["all"], "seeds": ["published"]}
    return grid.expand(SweepSettings(datasets, **(given | lists)), shared or {})


@pytest.mark.parametrize(
    ("dataset", "draws"),
    [("mnist", 50), ("cars", 25), ("chairs", 25), ("shapenet", 5), ("youtube_faces", 5)],
)
def test_the_published_draws_of_each_data_set(dataset, draws):
    runs = _expand([dataset])
    assert len(runs) == draws * len(published())
    assert len({run.name for run in runs}) == len(runs)
    # All methods of a draw come one after the other.
    first = runs[: len(published())]
    assert [run.config.model.method for run in first] == published()
    assert len({_draw(run.config) for run in first}) == 1


def _draw(config):
    return config.data.class_set, config.data.split, config.schedule.seed


def test_a_runs_arguments_are_a_trainings_and_its_config_is_what_they_ask_for():
    (run,) = _expand(
        ["cars"],
        {"base_channels": "--base_channels=16", "epochs": "--epochs=3"},
        methods=["gumbel_softmax"],
        class_sets=["2"],
        splits=["3"],
        seeds=["4"],
    )
    config = run.config
    assert _draw(config) == (2, 3, 4)
    assert (config.model.base_channels, config.schedule.epochs) == (16, 3)
    assert config.model.method == "gumbel_softmax"
    assert run.name == "cars-gumbel_softmax-set2-split3-base16-seed4"
    assert run.arguments == (
        "--dataset=cars",
        "--method=gumbel_softmax",
        "--class_set=2",
        "--split=3",
        "--seed=4",
        "--base_channels=16",
        "--epochs=3",
    )


def test_lists_and_ranges_of_numbers():
    assert grid.numbers("seeds", ["0", "3-5", "9"]) == [0, 3, 4, 5, 9]


@pytest.mark.parametrize("items", [["3-1"], ["a"], [""], ["-1"], ["1-2-3"], ["published", "1"]])
def test_what_is_no_number_is_refused(items):
    with pytest.raises(UsageError, match="--seeds must be numbers and ranges such as 1,3-5"):
        grid.numbers("seeds", items)


def test_a_place_that_cannot_be_written_is_refused_before_any_run(tmp_path):
    (tmp_path / "file").touch()
    argv = ["--datasets=digits", f"--out={tmp_path / 'file' / 'sweep'}"]
    result = _call(*argv)
    assert_refused(result, f"cannot write {tmp_path / 'file' / 'sweep'}: Not a directory", "--out")
    assert result[1] == "" and _call(*argv, "--dry_run")[0] == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--out=x"], "--datasets is missing"),
        (["--datasets=digits"], "--out is missing"),
        (["--datasets=digits", "--out=x", "--jobs=0"], "--jobs must be 1 or more"),
        (
            ["--datasets=digits", "--out=x", "--speedup=0"],
            "--speedup must be a finite number above 0",
        ),
        (
            ["--datasets=digits", "--out=x", "--methods=gan"],
            "--methods must be of joint_vae, uniform_infogan",
        ),
        (["--datasets=cars", "--out=x", "--splits=6"], "cars, joint_vae: --split must be between"),
        (["--datasets=digits", "--out=x", "--splits=1,1"], "the lists name digits-joint_vae twice"),
        (["--datasets=digits", "--out=x", "--dtype=auto"], "--dtype=auto is for one training"),
        (["--datasets=digits", "--out=x", "--dataset=cars"], "Did you mean: datasets"),
        (["--datasets=digits", "--out=x", "--noevaluate"], "noevaluate"),
    ],
)
def test_bad_flags_get_one_sentence_and_nothing_is_written(tmp_path, monkeypatch, flags, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = _call(*flags)
    assert (code, out) == (2, "")
    assert message in err and len(err.splitlines()) == 1
    assert not os.listdir(tmp_path)


def test_a_dry_run_lists_runs_and_hours(tmp_path):
    argv = ["--datasets=mnist,image_folder", "--methods=elastic_infogan", f"--out={tmp_path / 's'}"]
    code, out, _ = _call(*argv, "--splits=1-2", "--dry_run")
    assert code == 0
    first, second, unknown, last = out.splitlines()
    # Split 1 has 42794 images: 668 steps of 64, in 200 epochs; split 2 has 33102: 517.
    hours = 200 / 3600 * 0.251
    assert first.split() == [
        "mnist",
        f"{668 * hours:.2f}",
        "h",
        "133600",
        "steps",
    ]
    assert second.startswith("mnist-split2 ")
    assert "image_folder" in unknown and "its images decide" in unknown
    assert (
        last.startswith(f"3 runs, about {(668 + 517) * hours:.1f} hours")
        and "1 of unknown length" in last
    )
    assert not (tmp_path / "s").exists()
    faster = _call(*argv, "--splits=1", "--dry_run", "--speedup=4")[1]
    assert faster.split()[1] == f"{668 * hours / 4:.2f}"


def test_a_shared_flag_goes_to_the_methods_that_have_it():
    shared = {"beta": "--beta=20", "epochs": "--epochs=3"}
    runs = _expand(["digits"], shared, methods=["joint_vae", "uniform_infogan"], splits=["1"])
    assert runs[0].config.own["joint_vae"].beta == 20
    assert runs[0].arguments[-2:] == ("--beta=20", "--epochs=3")
    assert "--beta=20" not in runs[1].arguments and runs[1].config.schedule.epochs == 3
    with pytest.raises(UsageError, match="--beta=20 is a setting of JointVAE"):
        _expand(["digits"], shared, methods=["uniform_infogan"])


def test_the_images_of_a_run(make_config):
    # Split 1: the scarcest-supplied class, of share .165, has all its 96 images: 96 / .165 in all.
    cars = training_images(make_config("cars"))
    assert 581 - 10 <= cars <= 581
    assert training_images(make_config("mnist", split=2)) == 33102
    assert training_images(make_config("npz")) is None
    assert training_images(make_config("cars", class_ids=tuple("abcdefghij"))) is None


def _job(folder, config, **settings):
    return jobs.Job("one", config, (), settings, folder, folder / "log", folder, 1)


def _finish(folder, config, images=20, step=None, classifier="small_cnn"):
    (folder / "export").mkdir(parents=True)
    (folder / "export" / "saved_model.pb").write_bytes(b"x")
    config = config.with_epochs(images // config.schedule.batch_size)
    data = LabelledImages(np.zeros((images, 28, 28, 1), np.uint8), None, (), "made up")
    record = make_record(config, data)
    (folder / "config.json").write_text(json.dumps(record))
    step = config.schedule.epochs * (images // config.schedule.batch_size) if step is None else step
    settings = {"images_per_code": 5, "seed": 0, "classifier": classifier}
    results = {"version": 1, "run": record, "step": step, "epoch": 3.0, "settings": settings}
    judge = {"name": classifier, "accuracy": 0.99, "warning": None}
    results |= {"classifier": judge if classifier else None, "warnings": []}
    (folder / "results.json").write_text(json.dumps(results))
    (folder / "metrics.csv").write_text("epoch,step,images_per_second\n1,5,10\n2,9,100\n3,15,200\n")


def test_only_this_very_run_counts_as_finished(tmp_path, make_config):
    config = make_config("npz", epochs=3)
    assert not jobs.is_finished(_job(tmp_path / "none", config))
    _finish(tmp_path / "a", config)
    assert jobs.is_finished(_job(tmp_path / "a", config, images_per_code=5))
    assert not jobs.is_finished(_job(tmp_path / "a", config, images_per_code=6))
    assert not jobs.is_finished(_job(tmp_path / "a", config, classifier="resnet50"))
    assert jobs.is_finished(_job(tmp_path / "a", config, classifier_weights=None))
    assert not jobs.is_finished(_job(tmp_path / "a", config, classifier_weights="ab12"))
    longer = make_config("npz", epochs=4)
    assert not jobs.is_finished(_job(tmp_path / "a", longer, images_per_code=5))
    _finish(tmp_path / "b", config, step=14)
    assert not jobs.is_finished(_job(tmp_path / "b", config))
    # Without labels there is no classifier, whichever was asked for.
    _finish(tmp_path / "c", config, classifier=None)
    settings = {"classifier": "resnet50", "classifier_weights": "ab12"}
    assert jobs.is_finished(_job(tmp_path / "c", config, **settings))
    (tmp_path / "a" / "export" / "saved_model.pb").unlink()
    assert not jobs.is_finished(_job(tmp_path / "a", config))


def test_a_run_of_so_many_steps_is_finished_after_its_whole_epochs(tmp_path, make_config):
    config = make_config("npz", steps=13)  # 20 images are 5 steps an epoch: 3 epochs
    assert config.schedule.batch_size == 4
    job = _job(tmp_path / "a", config, images_per_code=5)
    _finish(tmp_path / "a", config.with_epochs(5), step=15)
    assert jobs.is_finished(job)
    _finish(tmp_path / "b", config.with_epochs(5), step=13)
    (tmp_path / "b" / "metrics.csv").write_text("epoch,step\n1,5\n")
    assert fraction_done(_job(tmp_path / "b", config)) == pytest.approx(5 / 13)
    (cost,) = costs([_job(tmp_path / "c", make_config("digits", steps=13))], speedup=1)
    assert cost.steps == training_images(make_config("digits")) // 4


def test_finished_runs_tell_what_the_others_will_take(tmp_path, make_config):
    """Its epochs but the first ran at 100 and 200 images a second: a batch of 4 takes 4/150 s."""
    done, todo = (make_config("digits", epochs=3, seed=seed) for seed in (0, 1))
    _finish(tmp_path / "a", done)
    finished, open_ = costs([_job(tmp_path / "a", done), _job(tmp_path / "b", todo)], speedup=1)
    assert (finished.steps, finished.hours) == (0, 0)
    assert open_.hours == pytest.approx(open_.steps * 4 / 150 / 3600)
    assert open_.steps == 3 * (training_images(todo) // 4)


@pytest.fixture(scope="module")
def cache(cache_dir, short_evaluations):
    """A place with the classifier of all sweeps here."""
    data = catalogue.load_full(configuration.resolve("digits"), DataFiles())
    classifier_cache.load_or_train(data, "small_cnn", cache_dir, None)
    return cache_dir


@pytest.fixture
def unlabelled(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", images=images)
    return tmp_path / "mine.npz"


@pytest.mark.slow
def test_a_run_that_fails_stops_no_other_and_finished_runs_are_skipped(tmp_path, unlabelled):
    argv = [
        "--datasets=npz",
        f"--data_dir={unlabelled}",
        "--methods=ground_truth_infogan,gumbel_softmax",
        f"--out={tmp_path / 'sweep'}",
        "--num_classes=2",
        "--batch_size=4",
        "--epochs=1",
        *TINY,
    ]
    code, out, err = _call(*argv)
    bad, good = (f"mine-{m}-2" for m in ("ground_truth_infogan", "gumbel_softmax"))
    assert code == 1
    assert f"error: 1 of 2 runs failed: {bad}; see {tmp_path / 'sweep' / 'logs'}" in err
    assert "1 finished, 1 failed" in out and f"{good}: finished" in out
    # The end of its log, which says what was wrong.
    assert "exit code 2; the end of" in out and "the data has no labels" in out
    assert (tmp_path / "sweep" / "runs" / good / "results.json").exists()
    assert (tmp_path / "sweep" / "tables" / "tables.md").exists()

    before = (tmp_path / "sweep" / "logs" / f"{good}.log").read_text()
    code, out, _ = _call(*argv)
    assert code == 1 and "1 finished before, 1 failed" in out
    assert (tmp_path / "sweep" / "logs" / f"{good}.log").read_text() == before
    assert re.search(rf"^{good} +finished$", _call(*argv, "--dry_run")[1], re.MULTILINE)


def _start(command, log):
    with log.open("w") as file:
        return subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)


def _wait_for(condition, what, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.2)


def _sweep_command(out, cache, *argv):
    command = [sys.executable, "-m", "tools.sweep", "--datasets=digits", f"--out={out}"]
    return [*command, f"--cache_dir={cache}", *TINY, *argv]


def _commands(log):
    return [line for line in log.read_text().splitlines() if line.startswith("$ ")]


@pytest.mark.slow
def test_ctrl_c_saves_the_runs_under_way_and_the_same_command_goes_on(tmp_path, cache):
    out = tmp_path / "sweep"
    argv = ["--methods=uniform_infogan", "--checkpoint_every=1000", "--epochs=30"]
    argv.append("--batch_size=200")  # 6 steps an epoch
    command = _sweep_command(out, cache, *argv)
    name = "digits-uniform_infogan-base2"
    run, log = RunFolder(out / "runs" / name), out / "logs" / f"{name}.log"
    running = _start(command, tmp_path / "log")
    _wait_for(lambda: len(run.read_metrics()) >= 2, "two epochs")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130
    assert "sweep stopped, its runs have saved their steps" in (tmp_path / "log").read_text()
    assert "which is saved" in log.read_text() and not run.results.exists()

    assert _start(command, tmp_path / "log").wait(300) == 0
    assert "resuming after step" in log.read_text() and len(_commands(log)) == 2
    assert "training the classifier" not in log.read_text()
    assert [int(row["epoch"]) for row in run.read_metrics()] == list(range(1, 31))
    assert "1 finished" in (tmp_path / "log").read_text()


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers of one thread; yields its address and the workers."""
    pytest.importorskip("distributed")
    where = tmp_path / "scheduler.json"
    dask, local = [sys.executable, "-m", "dask"], ["--host=127.0.0.1", "--no-dashboard"]
    place = f"--local-directory={tmp_path / 'dask'}"
    started = [
        _start(
            [*dask, "scheduler", *local, "--port=0", f"--scheduler-file={where}"],
            tmp_path / "scheduler.log",
        )
    ]
    try:
        _wait_for(where.exists, "the scheduler")
        address = json.loads(where.read_text())["address"]
        for number in range(2):
            started.append(
                _start(
                    [*dask, "worker", address, *local, "--nthreads=1", "--no-nanny", place],
                    tmp_path / f"worker-{number}.log",
                )
            )
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_every_run_finishes_once_though_a_worker_is_killed(tmp_path, cache, cluster):
    """The run of the killed worker goes on by itself; whoever gets it next waits for its end."""
    address, workers = cluster
    out = tmp_path / "sweep"
    argv = ["--methods=gumbel_softmax,joint_vae", "--epochs=20"]
    argv.append("--batch_size=100")  # 12 steps an epoch
    log = tmp_path / "log"
    running = _start(_sweep_command(out, cache, *argv, f"--scheduler={address}"), log)
    folders = [
        out / "runs" / f"digits-{method}-base2" for method in ("gumbel_softmax", "joint_vae")
    ]
    _wait_for(
        lambda: sum(bool(RunFolder(folder).read_metrics()) for folder in folders) >= 2,
        "a run under way on each worker",
    )
    workers[0].kill()
    assert running.wait(300) == 0, log.read_text()[-3000:]
    assert re.search(r"^(2 finished|1 finished, 1 finished before)$", log.read_text(), re.MULTILINE)
    for folder in folders:
        epochs = [int(row["epoch"]) for row in RunFolder(folder).read_metrics()]
        assert epochs == list(range(1, 21))
        assert (folder / "results.json").exists()
        assert len(_commands(out / "logs" / f"{folder.name}.log")) == 1
    assert (out / "tables" / "tables.csv").exists()


def test_a_scheduler_that_is_not_there_is_named(tmp_path):
    pytest.importorskip("distributed")
    argv = ["--datasets=digits", "--methods=joint_vae", f"--out={tmp_path}"]
    code, _, err = _call(*argv, "--scheduler=tcp://127.0.0.1:1")
    assert code == 2 and "--scheduler=tcp://127.0.0.1:1 cannot be reached" in err
