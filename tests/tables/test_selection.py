"""JointVAE's row shows its best beta: which runs are kept, by hand, and when none can be."""

import copy
import csv
import json
from pathlib import Path

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.tables.cells import best_beta
from elastic_infogan_tf.tables.run_results import RunResults
from tests.run_command import assert_refused, run_command
from tools import make_tables

EXAMPLE = json.loads(Path(__file__).with_name("example_results.json").read_text())


def _run(nmi, beta=30.0, split=1, method="joint_vae", dataset="mnist"):
    content = copy.deepcopy(EXAMPLE)
    content["run"]["config"] |= {
        "method": method,
        "beta": beta,
        "split": split,
        "dataset": dataset,
    }
    content["generated"]["nmi"] = nmi
    name = f"{dataset}-{method}-{beta:g}-{split}"
    return RunResults(Path(name) / "results.json", content)


def test_the_beta_with_the_highest_mean_is_kept_for_each_data_set():
    # Means on MNIST .5, .6, .4 (the best single run is not of the best beta); on cars 10 wins.
    mnist = [
        _run(nmi, beta, split)
        for beta, values in {10: (0.1, 0.9), 20: (0.6, 0.6), 50: (0.4, 0.4)}.items()
        for split, nmi in enumerate(values, start=1)
    ]
    cars = [_run(0.3, 10, dataset="cars"), _run(0.2, 20, dataset="cars")]
    other = _run(0.9, method="elastic_infogan")
    kept, notes = best_beta([*cars, *mnist, other])
    assert kept == [cars[0], mnist[2], mnist[3], other]
    assert notes == [
        "joint_vae on cars: beta 10, whose mean NMI is the highest (10: 0.3000, 20: 0.2000); "
        "chosen with the labels",
        "joint_vae on mnist: beta 20, whose mean NMI is the highest (10: 0.5000, 20: 0.6000, "
        "50: 0.4000); chosen with the labels",
    ]


def test_with_one_beta_there_is_nothing_to_choose():
    runs = [_run(0.5), _run(0.6, split=2), _run(0.9, method="gumbel_softmax")]
    assert best_beta(runs) == (runs, [])


def test_betas_on_other_draws_are_not_compared():
    runs = [_run(0.5, 10), _run(0.6, 20), _run(0.7, 20, split=2)]
    with pytest.raises(UsageError, match="beta 10 has 1 class sets, splits and seeds and beta 20"):
        best_beta(runs)


def test_a_run_without_nmi_is_named():
    with pytest.raises(UsageError, match=r"mnist-joint_vae-10-1/results.json has no NMI"):
        best_beta([_run(None, 10), _run(0.6, 20)])


def test_the_tables_show_the_best_beta_and_say_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for run in (_run(0.25, 10), _run(0.75, 20)):
        run.folder.mkdir()
        run.file.write_text(json.dumps(run.content))
    assert_refused(run_command(make_tables, "."), "joint_vae on mnist: beta is")
    code, out, err = run_command(make_tables, ".", "--best_beta")
    assert code == 0, err
    with Path("tables/tables.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["runs"] == "1"]
    nmi = [row["mean"] for row in rows if row["metric"] == "nmi" and row["dataset"] == "mnist"]
    assert nmi == ["0.75"]
    assert "- joint_vae on mnist: beta 20, whose mean NMI is the highest" in out
