"""What a stranger adds, in the way of docs/extending.md: a file and a row; everything picks it up.

The examples lie beside this file. Here their rows get into the tables, then commands run.
"""

import csv
import json

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf import train
from elastic_infogan_tf.evaluation.figures import figure_table as figures
from elastic_infogan_tf.evaluation.metrics import metric_table
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import GROUPS
from tests.extending import brightness, code_autoencoder, margin, squares
from tests.run_command import assert_refused, run_command
from tools import make_tables, plot_curves, sweep

RUN = ("--dataset=squares", "--base_channels=2", "--strategy=one", "--nojit_compile")
EVALUATED = ("--images_per_code=5", "--evaluate_every=1", "--checkpoint_every=1")
# What the drawn squares are: 20 of each side, grey 200 on black.
BRIGHTNESS = sum(side**2 for side in (4, 9, 14)) / 3 / 28**2 * 200 / 255


@pytest.fixture(scope="module", autouse=True)
def rows(short_evaluations):
    """The example rows in the tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATA_SETS, "squares", squares.ROW)
        patch.setitem(METHODS, "code_autoencoder", code_autoencoder.ROW)
        patch.setitem(METHODS, "margin_infogan", margin.ROW)
        patch.setitem(GROUPS, "code_autoencoder", code_autoencoder.GROUP)
        patch.setattr(metric_table, "METRICS", (*metric_table.METRICS, brightness.METRIC))
        patch.setattr(figures, "FIGURES", (*figures.FIGURES, brightness.FIGURE))
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory, cache_dir, rows):
    """A run of each example method on the example data set, with what the command printed."""
    place, printed = tmp_path_factory.mktemp("extending"), {}
    for method in ("code_autoencoder", "margin_infogan"):
        code, out, err = run_command(
            train,
            *(*RUN, *EVALUATED, "--classifier=small_cnn", f"--method={method}", "--epochs=2"),
            *(f"--model_dir={place / method}", f"--cache_dir={cache_dir}"),
        )
        assert code == 0, err
        printed[method] = out
    return place, printed


def _results(runs, method):
    return json.loads((runs[0] / method / "results.json").read_text())


@pytest.mark.slow
def test_a_data_set_is_loaded_drawn_and_measured(runs):
    record = json.loads((runs[0] / "margin_infogan" / "config.json").read_text())
    assert record["config"]["data"]["dataset"] == "squares"
    assert record["data"]["class_names"] == list(squares.NAMES)
    assert record["data"]["class_counts"] == [20, 20, 20] and record["data"]["source"] == "drawn"
    assert np.shape(_results(runs, "margin_infogan")["generated"]["contingency"]) == (3, 3)


@pytest.mark.slow
def test_a_method_trains_is_exported_and_has_settings_of_its_own(runs):
    folder = runs[0] / "code_autoencoder"
    record = json.loads((folder / "config.json").read_text())
    assert record["config"]["code_autoencoder"] == {"sharpness": 2.0}
    model = tf.saved_model.load(str(folder / "export"))
    assert model.sample(tf.constant(2))["images"].shape == (2, 28, 28, 1)
    help_text = " ".join(run_command(train, "--helpfull")[1].split())
    assert "--sharpness" in help_text and "code_autoencoder, margin_infogan" in help_text
    refused = run_command(train, *RUN, "--sharpness=1", "--method=elastic_infogan")
    assert_refused(refused, "--sharpness=1.0 is a setting of the example (code_autoencoder)")
    assert_refused(run_command(train, *RUN, "--sharpness=-1", "--method=code_autoencoder"), "0 up")


@pytest.mark.slow
def test_a_loss_reaches_the_model_and_a_logged_loss_the_metrics(runs):
    with (runs[0] / "margin_infogan" / "metrics.csv").open() as file:
        contrasted = [float(row["contrastive_loss"]) for row in csv.DictReader(file)]
    assert contrasted and min(contrasted) > 0
    with (runs[0] / "code_autoencoder" / "metrics.csv").open() as file:
        losses = [float(row["square_loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < losses[0]
    assert "losses/square_loss" in _tags(runs[0] / "code_autoencoder")


def _tags(folder):
    """The names of a run's scalars and images in TensorBoard."""
    files = sorted((folder / "tensorboard").glob("events*"))
    events = [event for file in files for event in tf.compat.v1.train.summary_iterator(str(file))]
    return {value.tag for event in events for value in event.summary.value}


@pytest.mark.slow
def test_a_metric_is_in_results_summary_scores_curves_and_tables(runs, tmp_path):
    place, printed = runs
    assert _results(runs, "margin_infogan")["real"]["brightness"] == pytest.approx(BRIGHTNESS)
    assert f"brightness of the real images {BRIGHTNESS:.4f}" in printed["margin_infogan"]
    assert "scores/brightness" in _tags(place / "margin_infogan")
    code, out, err = run_command(make_tables, place / "margin_infogan", f"--out={tmp_path}")
    assert code == 0, err
    assert "brightness of the real images" in out and "margin_infogan" in out
    code, out, err = run_command(
        plot_curves, place / "margin_infogan", f"--out={tmp_path / 'c.png'}"
    )
    assert code == 0, err
    assert "brightness of the real images" in out


@pytest.mark.slow
def test_an_older_file_lacks_the_metric_and_is_read_all_the_same(runs, tmp_path):
    results = _results(runs, "margin_infogan")
    del results["real"]
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "results.json").write_text(json.dumps(results))
    code, _, err = run_command(make_tables, tmp_path / "old", f"--out={tmp_path / 'tables'}")
    assert code == 0, err
    with (tmp_path / "tables" / "tables.csv").open() as file:
        assert all(row["metric"] != "brightness" for row in csv.DictReader(file))


@pytest.mark.slow
def test_a_figure_is_in_the_folder_and_in_tensorboard(runs):
    for method in ("margin_infogan", "code_autoencoder"):
        image = (runs[0] / method / "figures" / "first_image.png").read_bytes()
        assert image.startswith(b"\x89PNG")
        assert any(tag.endswith("first_image") for tag in _tags(runs[0] / method))
        page = (runs[0] / method / "report.html").read_text(encoding="utf-8")
        assert "Its brightness is that of all." in page


def test_a_sweep_takes_all_of_it(tmp_path):
    code, out, err = run_command(
        sweep,
        *("--datasets=squares", "--methods=code_autoencoder,margin_infogan", "--sharpness=3"),
        *(f"--out={tmp_path}", "--dry_run"),
    )
    assert code == 0, err
    assert "squares-code_autoencoder-3" in out and "squares-margin_infogan" in out
