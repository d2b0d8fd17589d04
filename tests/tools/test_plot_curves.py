"""Curves over epochs: which points, which labels, and the command as its user meets it."""

import copy
import functools
import json
import os
import warnings
from pathlib import Path

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.evaluation.metrics.metric_table import named
from elastic_infogan_tf.tables import curves
from elastic_infogan_tf.tables.run_results import RunResults
from tests.nasty_names import NASTY, SHORT
from tests.run_command import assert_refused, run_command
from tools import plot_curves

NMI, ENT, ONE_NN = (named(name) for name in ("nmi", "ent", "one_nn"))
EXAMPLE = json.loads((Path(__file__).parents[1] / "tables" / "example_results.json").read_text())
BUILTIN = "built-in (synthetic)"


def _content(epoch=12.0, nmi=0.8, source="original", **config):
    content = copy.deepcopy(EXAMPLE)
    content["run"]["config"] |= config
    content["run"]["data"]["source"] = source
    content["epoch"], content["step"] = epoch, int(668 * epoch)
    content["generated"]["nmi"] = nmi
    return content


def _run(name="a", **values):
    """A run of one evaluation."""
    return [RunResults(Path("runs") / name / "results.json", _content(**values))]


def _write_run(folder, nmi_at, **config):
    """A run folder with an evaluation of each epoch, the last one's in results.json."""
    folder.mkdir(parents=True)
    for epoch, nmi in nmi_at.items():
        name = "results.json" if epoch == max(nmi_at) else f"results-{int(668 * epoch):07d}.json"
        (folder / name).write_text(json.dumps(_content(epoch, nmi, **config)))
    return folder


_call = functools.partial(run_command, plot_curves)


def _assert_refused(result, *words):
    assert_refused(result, *words)
    assert result[1] == "" and not Path("c.png").exists()


def _table(out):
    """The cells of the printed table, header first."""
    rows = [line.strip("| ").split(" | ") for line in out.splitlines() if line.startswith("|")]
    return [rows[0], *rows[2:]]


def test_all_evaluations_of_a_run_make_rows_by_epoch(cwd):
    _write_run(cwd / "a", {10: 0.7, 2: 0.5, 12: 0.6})
    code, out, err = _call("a", "--out=charts/c.png")
    assert (code, err) == (0, "")
    header, *rows = _table(out)
    metrics = ["NMI", "ENT", "1-NN accuracy", "prior's total variation"]
    assert header == ["epoch", *(f"{metric} [1]" for metric in metrics)]
    assert rows == [
        ["2", "0.5000", "0.4000", "0.9500", "0.2000"],
        ["10", "0.7000", "0.4000", "0.9500", "0.2000"],
        ["12", "0.6000", "0.4000", "0.9500", "0.2000"],
    ]
    assert out.startswith("mnist, source: original\n\n- [1] elastic_infogan, seed 0\n")
    assert Path("charts/c.png").read_bytes().startswith(b"\x89PNG")


def test_a_dead_evaluation_is_called_dead(cwd):
    content = _content(10.0, 0.01)
    content["health"] = {"state": health.DEAD}
    _write_run(cwd / "a", {12: 0.6})
    (cwd / "a" / "results-0006680.json").write_text(json.dumps(content))
    code, out, _ = _call("a", "--out=c.png")
    assert code == 0
    first, second = _table(out)[1:]
    assert first[:4] == ["10", "dead", "dead", first[3]] and first[3] != "dead"
    assert second[:2] == ["12", "0.6000"]


def test_a_run_without_an_epoch_has_no_number_there(cwd):
    _write_run(cwd / "runs" / "a", {1: 0.1, 2: 0.2})
    _write_run(cwd / "runs" / "b", {2: 0.3, 4: 0.4}, seed=1)
    code, out, _ = _call("runs", "--out=c.png")
    assert code == 0
    assert "- [1] seed 0\n- [2] seed 1\n" in out
    assert [(row[0], row[1], row[5]) for row in _table(out)[1:]] == [
        ("1", "0.1000", "-"),
        ("2", "0.2000", "0.3000"),
        ("4", "-", "0.4000"),
    ]


def test_older_checkpoints_alone_make_a_curve(cwd):
    (_write_run(cwd / "a", {1: 0.1, 2: 0.2}) / "results.json").unlink()
    code, out, _ = _call("a", "--out=c.png")
    assert code == 0 and [row[0] for row in _table(out)] == ["epoch", "1"]


def test_the_reference_is_the_authors_curve(cwd):
    _write_run(cwd / "a", {3: 0.5})
    code, out, _ = _call("a", "--reference", "--out=c.png")
    assert code == 0
    assert "- [2] the authors' code, mnist split 1\n" in out
    rows = {row[0]: row[1:] for row in _table(out)}
    assert rows["epoch"][4:] == ["NMI [2]", "ENT [2]"]
    assert rows["3"] == ["0.5000", "0.4000", "0.9500", "0.2000", "0.7550", "0.5470"]
    assert rows["14"] == ["-", "-", "-", "-", "0.8280", "0.3540"]
    assert len(rows) == 1 + 10


@pytest.mark.parametrize(
    "config", [{"split": 2}, {"dataset": "digits"}, {"source": "made up"}], ids=str
)
def test_the_reference_is_refused_beside_other_images(cwd, config):
    _write_run(cwd / "a", {3: 0.5}, **config)
    result = _call("a", "--reference", "--out=c.png")
    _assert_refused(result, "--reference", "original mnist split 1", "none of these runs")


def test_evaluations_of_one_run_must_be_alike(cwd):
    folder = _write_run(cwd / "a", {1: 0.1, 2: 0.2})
    content = _content(3.0)
    content["settings"]["images_per_code"] = 10
    (folder / "results-0002004.json").write_text(json.dumps(content))
    message = (
        "settings.images_per_code is 1000 in a/results-0000668.json and 10 in a/results-0002004"
    )
    _assert_refused(_call("a", "--out=c.png"), message, "--checkpoint=all")


def test_a_resumed_run_may_have_asked_for_more_epochs(cwd):
    folder = _write_run(cwd / "a", {1: 0.1, 2: 0.2}, epochs=2)
    (folder / "results-0002004.json").write_text(json.dumps(_content(3.0, epochs=3)))
    assert _call("a", "--out=c.png")[0] == 0


def test_an_epoch_may_be_there_twice_if_its_numbers_agree(cwd):
    folder = _write_run(cwd / "a", {2: 0.2})
    (folder / "results-0001336.json").write_text(json.dumps(_content(2.0, 0.2)))
    code, out, _ = _call("a", "--out=first.png")
    assert code == 0 and len(_table(out)) == 2

    (folder / "results-0001336.json").write_text(json.dumps(_content(2.0, 0.3)))
    result = _call("a", "--out=c.png")
    _assert_refused(result, "epoch 2", "different numbers", "a/results.json", "results-0001336")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["a"], ["--out is missing", ".png"]),
        (["a", "--out=c.pdf"], ["--out", "c.pdf"]),
        (["--out=c.png"], ["RUNS is missing"]),
        (["gone", "--out=c.png"], ["gone is not a folder"]),
        (["empty", "--out=c.png"], ["empty has no results.json", "elastic-infogan evaluate"]),
        (["corrupted", "--out=c.png"], ["results.json is corrupted", "--model_dir=corrupted"]),
        (["a", "--out=corrupted/results.json/c.png"], ["cannot write", "--out"]),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(cwd, argv, words):
    _write_run(cwd / "a", {1: 0.1})
    for name in ("empty", "corrupted"):
        (cwd / name).mkdir()
    (cwd / "corrupted" / "results.json").write_text("{")
    _assert_refused(_call(*argv), *words)
    assert sorted(os.listdir(cwd)) == ["a", "corrupted", "empty"]


def _labels(*runs):
    return [curve.label for curve in curves.make_curves(runs)]


def test_labels_name_what_differs():
    assert _labels(_run()) == ["elastic_infogan, seed 0"]
    assert _labels(
        _run("a"),
        _run("b", method="uniform_infogan"),
        _run("c", trunk_updates="all"),
    ) == [
        "elastic_infogan, trunk_updates discriminator",
        "uniform_infogan, trunk_updates discriminator",
        "elastic_infogan, trunk_updates all",
    ]
    assert _labels(_run("a"), _run("b", source=BUILTIN, dataset="cars", seed=4)) == [
        "mnist, seed 0",
        f"cars ({BUILTIN}), seed 4",
    ]


def test_runs_that_no_label_tells_apart_are_named_by_their_folders():
    runs = [_run("a"), _run("b", learning_rate=0.1)]
    assert _labels(*runs) == ["runs/a", "runs/b"]
    with_seed = [*runs, _run("c", seed=1)]
    assert _labels(*with_seed) == ["seed 0, runs/a", "seed 0, runs/b", "seed 1, runs/c"]


def test_the_title_names_each_data_set_and_source_once():
    runs = [_run("a"), _run("b"), _run("c", dataset="cars", source=BUILTIN)]
    assert curves.title_of(runs) == f"mnist, source: original; cars, source: {BUILTIN}"


def test_the_reference_needs_one_run_on_its_images():
    runs = [_run("a", split=2), _run("b", split=1)]
    assert curves.reference_curve(runs).points[NMI][9] == 0.806
    with pytest.raises(UsageError, match="authors' curve"):
        curves.reference_curve(runs[:1])


@pytest.fixture
def panels(monkeypatch):
    """A function: the axes of the chart of these curves, before it becomes PNG bytes."""
    monkeypatch.setattr(style, "to_png", lambda figure, dpi: figure)
    return lambda lines: curves.curves_chart(lines, "title").axes


def test_the_chart_has_a_line_per_run_in_each_panel(panels):
    lines = [
        curves.Curve("a", {NMI: {1.0: 0.1, 2.0: 0.2}, ENT: {2.0: 0.4}}),
        curves.Curve("b", {NMI: {3.0: 0.3}}),
        curves.Curve("theirs", {NMI: {1: 0.9}}, is_reference=True),
    ]
    nmi, ent, one_nn, _ = panels(lines)
    points = [line.get_xydata().ravel().tolist() for line in nmi.lines]
    assert points == [[1, 0.1, 2, 0.2], [3, 0.3], [1, 0.9]]
    assert [line.get_linestyle() for line in nmi.lines] == ["-", "-", "--"]
    assert [line.get_xydata().ravel().tolist() for line in ent.lines] == [[2, 0.4]]
    # A run keeps its colour from panel to panel, also where another is missing.
    assert ent.lines[0].get_color() == nmi.lines[0].get_color() != nmi.lines[1].get_color()
    assert one_nn.texts[0].get_text() == "not measured" and not one_nn.lines
    assert ONE_NN.title in one_nn.get_title()


def test_a_dead_evaluation_is_a_cross_and_no_point(panels):
    dead = _content(10.0, 0.01)
    dead["health"] = {"state": health.DEAD}
    run = [RunResults(Path("runs/a/results-1.json"), dead), *_run(nmi=0.6)]
    nmi, *_, prior = panels(curves.make_curves([run]))
    line, cross = nmi.lines
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([12.0], [0.6])
    assert (list(cross.get_xdata()), cross.get_marker()) == ([10.0], "x")
    assert "x: dead" in nmi.get_title() and "dead" not in prior.get_title()


def test_more_runs_than_colours_stay_apart(panels):
    lines = [curves.Curve(str(number), {NMI: {1.0: 0.1}}) for number in range(12)]
    styles = {(line.get_color(), line.get_linestyle()) for line in panels(lines)[0].lines}
    assert len(styles) == 12


def test_the_legend_names_every_run_and_the_title_wraps(monkeypatch):
    monkeypatch.setattr(style, "to_png", lambda figure, dpi: figure)
    lines = [curves.Curve(label, {NMI: {1.0: 0.1}}) for label in ("_runs/a", "$x$")]
    figure = curves.curves_chart(lines, "mnist, source: " + 30 * "folder ")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["_runs/a", "$x$"]
    assert "\n" in figure.get_suptitle()


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_curves_take_any_name(name):
    runs = [_run(f"{name}/{number}", source=name) for number in range(2)]
    text = f"{curves.title_of(runs)}\n\n{curves.curves_table(curves.make_curves(runs))}"
    text.encode("utf-8")
    assert len(_table(text)) == 2


@pytest.mark.parametrize("name", SHORT, ids=ascii)
def test_the_chart_takes_any_name(name):
    runs = [_run(f"{name}/{number}", source=name) for number in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = curves.curves_chart(curves.make_curves(runs), curves.title_of(runs))
        assert chart.startswith(b"\x89PNG")
