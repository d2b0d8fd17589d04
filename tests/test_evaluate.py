"""The evaluation of a run, as its user meets it: results.json, figures, a table, one sentence."""

import csv
import dataclasses
import json
import os
import time

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf import evaluate, sort, train
from elastic_infogan_tf.data import labelled_images
from elastic_infogan_tf.data.files import decoded_cache
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.metrics.disentanglement import (
    ent,
    missing_classes,
    nmi,
    prior_rmse,
    total_variation,
)
from elastic_infogan_tf.run import evaluate as run_evaluate
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from tests import trained_run
from tests.board import Board
from tests.chromium import browser
from tests.loading import load
from tests.run_command import assert_refused, run_command

FIGURES = {"clusters", "contingency", "grid", "embedding", "losses", "neighbours"}
FIGURES |= {"prior", "prior_matched"}
CODES = 10
GO_ON = "ask for more --epochs or --steps to go on"


pytestmark = pytest.mark.usefixtures("short_evaluations")


def _results(folder, name="results.json"):
    return json.loads((folder / name).read_text())


def test_training_ends_with_results_and_figures(trained):
    folder, out = trained.folder, trained.printed
    results = _results(folder)
    assert (results["step"], results["checkpoint"], results["epoch"]) == (6, "ckpt-6", 2.0)
    assert results["run"] == {
        "config": json.loads((folder / "config.json").read_text())["config"],
        "data": json.loads((folder / "config.json").read_text())["data"],
    }
    assert results["settings"] == {
        "images_per_code": 30,
        "seed": 0,
        "classifier": "mnist_cnn",
        "classifier_weights": None,
    }
    assert results["classifier"]["held_out_images"] == 360  # 20 % of all 1,797 digits
    for name in FIGURES:
        assert (folder / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    assert set(events.Tags()["tensors"]) >= {f"figures/{name}" for name in FIGURES}
    assert f"NMI {results['generated']['nmi']:.4f}, ENT {results['generated']['ent']:.4f}" in out
    assert f"held-out accuracy {results['classifier']['accuracy']:.4f} on 360 images" in out
    assert f"results: {folder / 'results.json'}" in out


def test_the_results_are_those_of_their_own_tables(trained):
    results = _results(trained.folder)
    table = np.array(results["generated"]["contingency"])
    assert table.shape == (CODES, 10) and table.sum(axis=1).tolist() == [30] * CODES
    assert results["generated"]["nmi"] == pytest.approx(nmi(table))
    assert results["generated"]["ent"] == pytest.approx(ent(table))
    assert results["generated"]["missing_classes"] == missing_classes(table)
    prior, counts = results["prior"], np.array(results["run"]["data"]["class_counts"])
    assert prior["true_proportions"] == pytest.approx((counts / counts.sum()).tolist())
    pairs = np.array(prior["matched_classes"]), prior["probabilities"], prior["true_proportions"]
    assert prior["total_variation"] == pytest.approx(total_variation(*pairs))
    assert prior["rmse"] == pytest.approx(prior_rmse(*pairs))
    assert 0.15 < results["one_nn"]["accuracy"] <= 1
    assert results["one_nn"]["queries"] == len(range(1205)) // 5


def test_scores_stand_in_the_metrics_of_every_epoch(trained):
    folder = trained.folder
    with (folder / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = {"scores/nmi", "scores/ent", "prior/prior_total_variation"}
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    assert names <= set(events.Tags()["tensors"])
    for row in rows:
        assert 0 <= float(row["nmi"]) <= 1
        assert 0 <= float(row["ent"]) <= np.log(CODES) + 1e-6
        assert 0 <= float(row["prior_total_variation"]) <= 1
    assert [row["step"] for row in rows] == ["3", "6"]


def test_signs_of_life_stand_in_the_metrics_and_in_the_results(trained):
    folder, out = trained.folder, trained.printed
    with (folder / "metrics.csv").open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    found = _results(folder)["health"]
    state = found.pop("state")
    assert (last["state"], state) == (health.TOO_EARLY, health.TOO_EARLY)  # after six steps
    for name, value in found.items():
        assert float(last[name]) == pytest.approx(value, rel=1e-4)
    assert health.advice(state) in _results(folder)["warnings"]
    assert f"warning: {health.advice(state)}" in out
    assert "  signs of life" in out
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    assert {f"health/{name}" for name in found} <= set(events.Tags()["tensors"])


@pytest.fixture(scope="module")
def board(trained):
    """TensorBoard on the run."""
    return Board(trained.folder)


def test_tensorboard_serves_settings_results_curves_images_and_the_projector(trained, board):
    folder = trained.folder
    ((name, (settings, metrics, statuses)),) = board.trials(1).items()
    assert (name, settings["method"], settings["epochs"]) == ("run", "elastic_infogan", 2)
    results = _results(folder)
    assert metrics["results/one_nn"] == pytest.approx(results["one_nn"]["accuracy"])
    assert metrics["results/q_nmi"] == pytest.approx(results["q"]["nmi"])
    assert statuses == ["STATUS_SUCCESS"]
    (scalars,) = board.ask_until(bool, "scalars", "tags").values()
    groups = {"losses", "discriminator", "prior", "health", "scores", "speed", "results"}
    assert {tag.split("/")[0] for tag in scalars} == groups
    for tag, steps in (("losses/generator_loss", [3, 6]), ("prior/probability_09", [0, 3, 6])):
        points = json.loads(board.ask("scalars", "scalars", run="tensorboard", tag=tag))
        assert [step for _, step, _ in points] == steps
    (images,) = board.ask_until(bool, "images", "tags").values()
    assert set(images) == {f"figures/{name}" for name in FIGURES}
    layout = json.loads(board.ask("custom_scalars", "layout"))
    assert len(layout["category"]) == 5
    assert board.ask_until(bool, "projector", "runs") == ["tensorboard"]
    place = {"run": "tensorboard", "name": "Q's features, step 6"}
    heading, *lines = board.ask("projector", "metadata", **place).decode().splitlines()
    assert heading == "file\tgroup\tprobability\tclass" and len(lines) == 1000
    # The evaluation wrote what the training had written before; each image has its number.
    assert [line.split("\t")[0] for line in lines] == [str(number) for number in range(1000)]


def test_a_browser_shows_scalars_images_hparams_and_the_projector(board):
    board.trials(1)
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)  # of a busy machine
        tabs = {
            "timeseries": ["discriminator", "losses", "scores"],
            "images": ["tag: figures/contingency"],
            "hparams": ["method", "run", "elastic_infogan"],
        }
        for tab, texts in tabs.items():
            page.goto(f"{board.url}#{tab}")
            for text in texts:
                page.get_by_text(text, exact=True).filter(visible=True).first.wait_for()
        page.goto(f"{board.url}#projector")
        deadline, said = time.monotonic() + 60, ""
        while said != "Points: 1000" and time.monotonic() < deadline:
            page.wait_for_timeout(200)
            # The projector is a page within the page.
            found = [frame.get_by_text("Points: ") for frame in page.frames]
            said = "".join(one.first.inner_text() for one in found if one.count())
        assert said == "Points: 1000"


@pytest.mark.slow
def test_an_evaluation_without_flags_is_as_the_one_before(trained, copied):
    folder = copied.folder
    (folder / "results.json").unlink()
    code, out, err = run_command(evaluate, f"--model_dir={folder}")
    assert code == 0, err
    assert "training the classifier" not in out
    assert _results(folder) == _results(trained.folder)
    # What flags say is how it was evaluated before, the next time.
    code, _, err = run_command(evaluate, f"--model_dir={folder}", "--images_per_code=20")
    assert code == 0, err
    other = _results(folder)
    assert other["settings"] == _results(trained.folder)["settings"] | {"images_per_code": 20}
    record = json.loads((folder / "config.json").read_text())
    evaluation = record["how"]["evaluation"]
    assert (evaluation["images_per_code"], evaluation["classifier"]) == (20, "mnist_cnn")
    # An earlier version wrote results alone.
    del record["how"]["evaluation"]
    (folder / "config.json").write_text(json.dumps(record))
    run = RunFolder(folder)
    recorded = run_evaluate._recorded(run, record["how"])
    assert recorded == {"images_per_code": 20, "seed": 0, "classifier": "mnist_cnn"}


def test_a_record_of_an_evaluation_that_cannot_be_is_refused(copied):
    folder = copied.folder
    record = json.loads((folder / "config.json").read_text())
    record["how"]["evaluation"]["images_per_code"] = -1
    (folder / "config.json").write_text(json.dumps(record))
    (folder / "results.json").unlink()
    result = run_command(evaluate, f"--model_dir={folder}")
    assert_refused(
        result,
        "has a record of its evaluation that cannot be",
        "--images_per_code must be 1 or more",
    )


# Data is loaded and a model built once each, and a second one: of random weights, which is what a Q
# that learned nothing is.
ONCE = {"load": 1, "load_or_train": 1, "build_model": 2}


def test_a_training_with_evaluations_loads_the_data_once(trained):
    assert trained.counts == ONCE


@pytest.mark.slow
def test_a_finished_and_evaluated_run_is_not_evaluated_again(copied):
    results = copied.folder / "results.json"
    before = results.stat().st_mtime_ns
    with trained_run.counting() as counts:
        code, out, err = run_command(train, *copied.flags)
    assert (code, err) == (0, "")
    assert counts == {"load": 1, "build_model": 1}  # nothing is left to do that needs a classifier
    assert f"finished already: 6 of 6 steps; {GO_ON}" in out and "evaluation:" in out  # of before
    assert out.endswith(f"report: {copied.folder / 'report.html'}\n")
    assert results.stat().st_mtime_ns == before
    code, out, _ = run_command(train, *copied.flags, "--images_per_code=19")
    assert code == 0 and "evaluation:" in out
    assert results.stat().st_mtime_ns > before


@pytest.mark.slow
def test_an_older_checkpoint_gets_the_same_results_alone_and_in_one_go_with_all(copied):
    folder, flags = copied.folder, copied.evaluate_flags
    (folder / "results.json").unlink()
    with trained_run.counting() as counts:
        code, out, err = run_command(evaluate, *flags, "--checkpoint=all")
    assert code == 0, err
    assert counts == ONCE
    newest, older = _results(folder), _results(folder, "results-0000003.json")
    assert newest["step"] == 6 and older["step"] == 3
    assert out.count("evaluation: digits") == 2
    assert not (folder / "figures" / "step-0000003").exists()

    (folder / "results-0000003.json").unlink()
    code, _, err = run_command(evaluate, *flags, "--checkpoint=3")
    assert code == 0, err
    assert _results(folder, "results-0000003.json") == older and _results(folder) == newest
    drawn = {path.stem for path in (folder / "figures" / "step-0000003").glob("*.png")}
    assert drawn == FIGURES
    # In TensorBoard's series an older step has no place behind a newer one.
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    for name in ("figures/embedding", "results/one_nn"):
        assert {event.step for event in events.Tensors(name)} == {6}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--model_dir="], ["--model_dir is missing"]),
        (["--model_dir=gone"], ["gone is not a run folder"]),
        (["--checkpoint=4"], ["--checkpoint=4 is not in", "ckpt-3, ckpt-6"]),
        (["--images_per_code=0"], ["--images_per_code must be 1 or more", "0"]),
        (["--classifier=vgg"], ["--classifier must be one of", "small_cnn", "vgg"]),
        (["--classifier_weights=gone.h5"], ["gone.h5"]),
    ],
)
def test_evaluate_refuses_in_one_sentence_and_writes_nothing(copied, flags, words):
    folder, given = copied.folder, copied.evaluate_flags
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    code, _, err = run_command(evaluate, *given, *flags)
    assert code == 2
    assert len(err.splitlines()) == 1 and err.startswith("error: "), err
    for word in words:
        assert word in err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert "results" not in os.listdir(folder)


def test_other_data_than_the_runs_is_refused(copied):
    folder, flags = copied.folder, copied.evaluate_flags
    record = json.loads((folder / "config.json").read_text())
    record["data"]["fingerprint"] = "0" * 64
    (folder / "config.json").write_text(json.dumps(record))
    code, _, err = run_command(evaluate, *flags)
    assert code == 2 and "is not what" in err and "fingerprint" in err


@pytest.fixture
def unlabelled(tmp_path):
    """Twelve images in one folder, without labels."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(12):
        image = np.full((40, 30, 3), 20 * number, np.uint8)
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


@pytest.mark.slow
def test_own_images_without_labels_get_what_needs_none(unlabelled, tmp_path):
    run = tmp_path / "run"
    flags = ["--dataset=image_folder", f"--data_dir={unlabelled}", "--num_classes=3"]
    flags += ["--base_channels=1", "--batch_size=6", "--epochs=1", "--nojit_compile"]
    flags += ["--strategy=one", f"--model_dir={run}"]
    flags += [f"--cache_dir={tmp_path / 'cache'}"]
    code, out, err = run_command(train, *flags)
    assert code == 0, err
    results = _results(run)
    assert results["generated"] is None and results["classifier"] is None
    assert len(results["prior"]["probabilities"]) == 3
    assert "no labels: only what needs none is measured" in out
    assert (run / "figures" / "neighbours.png").exists()
    in_groups = json.loads((run / "groups" / "summary.json").read_text())
    assert (in_groups["step"], in_groups["images"]) == (2, 12)
    assert f"groups: {run / 'groups'}" in out
    code, _, err = run_command(evaluate, f"--model_dir={run}")  # the data folder is remembered
    assert code == 0, err
    # A run of before, whose images were streamed, is the same run.
    record = json.loads((run / "config.json").read_text())
    data = load("image_folder", unlabelled)
    record["data"]["fingerprint"] = data.streamed_fingerprint
    record["data"]["streamed_fingerprint"] = data.streamed_fingerprint
    (run / "config.json").write_text(json.dumps(record))
    code, out, err = run_command(train, *flags)
    assert code == 0, err
    assert "finished already" in out and "groups:" not in out
    # The command finds the images again.
    code, out, err = run_command(sort, f"--model_dir={run}", f"--out={tmp_path / 'sorted'}")
    assert code == 0, err
    for name in ("groups.csv", "summary.json"):
        assert (tmp_path / "sorted" / name).read_text() == (run / "groups" / name).read_text()
    unlabelled.rename(tmp_path / "moved")
    said = run_command(sort, f"--model_dir={run}", f"--out={tmp_path / 'sorted'}")
    assert_refused(said, "images is not a folder; give the folder that has the images")


@pytest.mark.slow
def test_mapped_images_with_labels_are_evaluated_as_those_in_memory(tmp_path, monkeypatch):
    # At 28x28, whose networks are soon built.
    folder = {"loader": "image_folder", "gives_classes": False, "splits": 0}
    monkeypatch.setitem(DATA_SETS, "own", dataclasses.replace(DATA_SETS["digits"], **folder))
    rng = np.random.default_rng(0)
    for number in range(20):
        path = tmp_path / "images" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = rng.integers(0, 100, (64, 64, 3)) + 100 * (number % 2)
        Image.fromarray(image.astype(np.uint8)).save(path)
    flags = ["--dataset=own", f"--data_dir={tmp_path / 'images'}", "--num_classes=2"]
    flags += ["--base_channels=1", "--batch_size=6", "--epochs=1", "--nojit_compile"]
    flags += ["--strategy=one", "--classifier=small_cnn", "--images_per_code=10"]
    flags += ["--method=clustered_infogan"]  # it also reads all images in the middle of a training
    flags += ["--class_proportions=0.6,0.4"]  # which draws from the images
    results, clusters = [], []
    for most, words in ((2**31, "stay in memory"), (100, "stay on disk, decoded")):
        for module in (labelled_images, decoded_cache):
            monkeypatch.setattr(module, "MOST_BYTES_IN_MEMORY", most)
        run = tmp_path / f"run{most}"
        more = [f"--model_dir={run}", f"--cache_dir={tmp_path / 'cache'}"]
        code, out, err = run_command(train, *flags, *more)
        assert code == 0, err
        assert words in out
        results.append(_results(run))
        clusters.append((run / "clusters.json").read_text())
    assert clusters[0] == clusters[1]
    for part in ("generated", "q", "one_nn", "prior"):
        assert results[0][part] == results[1][part]


def test_a_prior_of_true_proportions_needs_labels(unlabelled, tmp_path):
    flags = ["--dataset=image_folder", f"--data_dir={unlabelled}", "--num_classes=3"]
    more = ["--method=ground_truth_infogan", "--batch_size=6", "--strategy=one"]
    code, _, err = run_command(train, *flags, *more, f"--model_dir={tmp_path / 'run'}")
    assert code == 2 and "Traceback" not in err
    last = err.splitlines()[-1]  # after the bar of reading the images
    assert last.startswith("error: this method takes its prior from the true class proportions")
    assert not (tmp_path / "run").exists()
