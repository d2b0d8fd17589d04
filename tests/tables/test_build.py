"""Which runs form a cell, whether they may, and what stands in the tables then."""

import copy
import csv
import io
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import style
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.evaluation.metrics.metric_table import OTHER, Metric, in_table, named
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.tables import figure as table_figure
from elastic_infogan_tf.tables.build import build_tables
from elastic_infogan_tf.tables.cells import Column
from elastic_infogan_tf.tables.run_results import RunResults
from elastic_infogan_tf.tables.table_text import markdown_table, to_csv, to_markdown
from elastic_infogan_tf.utils.text import cell, markdown
from tests.nasty_names import NASTY, SHORT

NMI, ENT, ONE_NN = (named(name) for name in ("nmi", "ent", "one_nn"))
EXAMPLE = json.loads(Path(__file__).with_name("example_results.json").read_text())
MNIST = Column("mnist", "original")
BUILTIN = "built-in (synthetic)"


def _content(changes):
    """The example with other values, by path."""
    content = copy.deepcopy(EXAMPLE)
    for path, value in changes.items():
        *parents, last = path.split(".")
        part = content
        for key in parents:
            part = part[key]
        part[last] = value
    return content


def _run(name, changes=None, **config):
    """A run of that name; `config` changes its configuration, `changes` anything, by path."""
    paths = {f"run.config.{field}": value for field, value in config.items()}
    return RunResults(Path("runs") / name / "results.json", _content(paths | (changes or {})))


def _splits(values, path="generated.nmi", **config):
    """A run for each value, of splits 1, 2, ..."""
    return [
        _run(f"{config.get('method', 'run')}-{split}", {path: value}, split=split, **config)
        for split, value in enumerate(values, start=1)
    ]


def _section(markdown, title):
    """The cells of the table under a heading, header first."""
    part = markdown.split(f"## {title}")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return [rows[0], *rows[2:]]


def test_mean_and_sample_standard_deviation_over_the_runs():
    tables = build_tables(_splits([0.7, 0.8, 0.95]))
    cell = tables.cells[NMI, "elastic_infogan", MNIST]
    assert cell.runs == 3
    assert cell.mean == pytest.approx(2.45 / 3)
    squares = sum((value - 2.45 / 3) ** 2 for value in (0.7, 0.8, 0.95))
    assert cell.std == pytest.approx((squares / 2) ** 0.5)
    assert cell.notes == ()


def test_runs_of_other_seeds_splits_and_class_sets_are_averaged():
    draws = [(1, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 0)]
    runs = [
        _run(str(draw), dataset="cars", class_set=draw[0], split=draw[1], seed=draw[2])
        for draw in draws
    ]
    tables = build_tables(runs)
    assert tables.cells[NMI, "elastic_infogan", Column("cars", "original")].runs == 4


def test_data_that_follows_from_the_draw_and_the_step_may_differ():
    other = {
        "step": 9000,
        "checkpoint": "ckpt-9000",
        "run.data.images": 7,
        "run.data.fingerprint": "ab",
        "run.data.class_counts": [7],
        "run.config.split": 2,
        "run.config.source": "original",  # asked for otherwise, resolved to the same
    }
    tables = build_tables([_run("a"), _run("b", other)])
    assert tables.cells[NMI, "elastic_infogan", MNIST].runs == 2
    assert tables.cells[NMI, "elastic_infogan", MNIST].notes == ()


DIFFERENCES = [
    ("run.config.base_channels", "base_channels", 64, 16),
    ("run.config.trunk_updates", "trunk_updates", "discriminator", "all"),
    ("run.config.augmentation.rotation", "augmentation.rotation", 20.0, 5.0),
    ("run.config.info_weight", "info_weight", 1.0, 2.0),
    ("run.config.epochs", "epochs", 12, 200),
    ("epoch", "epoch", 12.0, 11.0),
    ("settings.images_per_code", "settings.images_per_code", 1000, 50),
    ("settings.seed", "settings.seed", 0, 1),
    ("settings.classifier_weights", "settings.classifier_weights", None, "ab12"),
    ("classifier.name", "settings.classifier", "mnist_cnn", "resnet50"),
    ("classifier", "settings.classifier", "mnist_cnn", None),
]


@pytest.mark.parametrize(("path", "name", "first", "second"), DIFFERENCES)
def test_runs_that_differ_otherwise_are_refused_by_name(path, name, first, second):
    runs = [_run("a"), _run("b", {path: second}, split=2)]
    with pytest.raises(UsageError) as error:
        build_tables(runs)
    message = f"elastic_infogan on mnist: {name} is {first} in runs/a and {second} in runs/b"
    assert message in str(error.value)
    assert "--allow_mixed" in str(error.value) and "\n" not in str(error.value)


def test_runs_of_so_many_steps_may_have_other_epochs():
    """Splits have other numbers of images, so the same steps are other epochs."""
    runs = [_run("a", steps=99), _run("b", {"epoch": 8.0}, steps=99, epochs=8, split=2)]
    assert build_tables(runs).cells[NMI, "elastic_infogan", MNIST].runs == 2
    runs[1] = _run("b", {"epoch": 6.0}, steps=99, epochs=8, split=2)
    with pytest.raises(UsageError, match=r"trained is 1\.0 in runs/a and 0\.75 in runs/b"):
        build_tables(runs)


def test_allowed_mixed_runs_are_averaged_and_their_cells_say_so():
    runs = [_run("a"), _run("b", base_channels=16, epochs=20, split=2)]
    tables = build_tables(runs, allow_mixed=True)
    cell = tables.cells[NMI, "elastic_infogan", MNIST]
    assert cell.runs == 2
    (note,) = cell.notes
    assert "mixed (--allow_mixed)" in note
    assert "base_channels (64, 16), epochs (12, 20)" in note
    (row,) = [r for r in _section(to_markdown(tables), "NMI") if r[0] == "elastic_infogan"]
    assert row[1].endswith("(2) [1]")
    assert f"- [1] {note}" in to_markdown(tables)


def test_other_methods_and_sources_do_not_have_to_agree():
    tables = build_tables(
        [
            _run("a"),
            _run("b", {"run.data.source": BUILTIN}, epochs=3),
            _run("c", method="uniform_infogan", epochs=5),
        ]
    )
    assert [cell.runs for (metric, *_), cell in tables.cells.items() if metric == NMI] == [1, 1, 1]
    # The rows of one column are compared by eye, so that they differ is message.
    assert "mnist: the rows were not made alike: epochs (5, 12)" in tables.notes


def test_two_runs_of_one_draw_are_not_independent():
    runs = [_run("a", split=3, seed=2), _run("b", split=3, seed=2)]
    with pytest.raises(UsageError, match="not independent") as error:
        build_tables(runs)
    message = "runs/a and runs/b have the same configuration with class set 1, split 3 and seed 2"
    assert message in str(error.value)

    cell = build_tables(runs, allow_mixed=True).cells[NMI, "elastic_infogan", MNIST]
    assert cell.runs == 2
    assert "not independent" in cell.notes[0] and "2 runs are of 1 different" in cell.notes[0]


def test_other_than_original_data_is_named_and_not_compared():
    runs = [_run(f"{s}", {"run.data.source": s}, dataset="cars") for s in ("original", BUILTIN)]
    tables = build_tables([*runs, _run("m", {"run.data.source": "made up"})])
    header, *rows = _section(to_markdown(tables), "NMI")
    names = ["mnist (made up)", "cars", "cars published", "cars difference", f"cars ({BUILTIN})"]
    assert header == ["method", *names]
    by_method = {row[0]: row[1:] for row in rows}
    assert by_method["elastic_infogan"] == [
        "0.8000 ± - (1)",
        "0.8000 ± - (1)",
        "0.8504 ± 0.068",
        "-0.0504",
        "0.8000 ± - (1)",
    ]
    assert by_method["joint_vae"] == ["-", "-", "0.3915 ± 0.236", "-", "-"]


def test_the_rows_are_the_methods_in_order():
    runs = [_run(method, method=method) for method in reversed(METHODS)]
    markdown = to_markdown(build_tables(runs))
    for title in ("NMI", "ENT"):
        assert [row[0] for row in _section(markdown, title)] == ["method", *METHODS]
    assert [row[0] for row in _section(markdown, "1-NN")] == ["method", "random_q", *METHODS]
    only_published = _section(to_markdown(build_tables([_run("a")])), "1-NN")
    rows = ["method", "random_q", "uniform_infogan", "gumbel_softmax", "elastic_infogan"]
    assert [row[0] for row in only_published] == rows


def test_markdown_has_mean_deviation_runs_and_the_difference_of_the_means():
    tables = build_tables(_splits([0.5, 0.6], path="generated.ent", method="gumbel_softmax"))
    (row,) = [row for row in _section(to_markdown(tables), "ENT") if row[0] == "gumbel_softmax"]
    assert row == ["gumbel_softmax", "0.5500 ± 0.071 (2)", "0.3260 ± 0.101", "+0.2240"]


def test_a_bar_in_a_name_does_not_end_its_cell():
    assert markdown_table(["a|b"], [["c"]]) == "| a\\|b |\n| --- |\n| c |"


def _named(name):
    return _run("a", {"run.data.source": name, "warnings": [name]}, dataset=name)


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_tables_take_any_name(name):
    tables = build_tables([_named(name)], not_evaluated=[name])
    text = to_markdown(tables)
    text.encode("utf-8")
    header, *rows = _section(text, "NMI")
    assert header == ["method", markdown(f"{name} ({name})")]
    assert all(len(row) == 2 for row in rows)
    rows = list(csv.DictReader(io.StringIO(to_csv(tables))))
    assert {row["dataset"] for row in rows} == {cell(name)}


def test_the_figure_takes_any_name():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = build_tables([_named(name) for name in SHORT], not_evaluated=SHORT)
        assert table_figure.draw_tables(tables).startswith(b"\x89PNG")


def test_random_q_counts_each_draw_once():
    path = "one_nn.random_q_accuracy"
    runs = [
        *_splits([0.4, 0.6], path, method="uniform_infogan"),
        *_splits([0.5, 0.6, 0.9], path, method="elastic_infogan"),
        *_splits([0.1], path, method="joint_vae"),  # has another network in Q's place
    ]
    cell = build_tables(runs).cells[ONE_NN, "random_q", MNIST]
    assert (cell.runs, cell.mean) == (3, pytest.approx((0.45 + 0.6 + 0.9) / 3))
    assert cell.std == pytest.approx(np.std([0.45, 0.6, 0.9], ddof=1))


def test_random_q_of_networks_of_other_widths_is_refused():
    runs = [_run("a"), _run("b", method="uniform_infogan", base_channels=16)]
    with pytest.raises(UsageError, match="random_q on mnist: base_channels is 16 in runs/b and 64"):
        build_tables(runs)
    cell = build_tables(runs, allow_mixed=True).cells[ONE_NN, "random_q", MNIST]
    assert "random_q on mnist: mixed" in cell.notes[0]


def test_what_was_not_measured_is_not_averaged_and_said():
    runs = [_run("a"), _run("b", {"q": None}, split=2)]
    tables = build_tables(runs)
    q = named("q_matched_accuracy")
    cell = tables.cells[q, "elastic_infogan", MNIST]
    assert (cell.runs, cell.mean) == (1, 0.75)
    assert "1 of 2 runs have no Q's matched accuracy" in cell.notes[0]
    assert tables.cells[NMI, "elastic_infogan", MNIST].notes == ()


def test_what_an_older_file_lacks_is_not_averaged_and_said():
    older = _content({})
    del older["q"], older["generated"]["kid_classifier"]
    runs = [_run("a"), RunResults(Path("runs/b/results.json"), older | _another_split(older))]
    tables = build_tables(runs)
    for name in ("kid_classifier", "q_matched_accuracy"):
        cell = tables.cells[named(name), "elastic_infogan", MNIST]
        assert cell.runs == 1 and "1 of 2 runs have no" in cell.notes[0]
    assert tables.cells[NMI, "elastic_infogan", MNIST].runs == 2


def _another_split(content):
    return {"run": content["run"] | {"config": content["run"]["config"] | {"split": 2}}}


def test_a_metric_that_is_added_has_a_column_and_reads_as_nothing_in_older_files(monkeypatch):
    row = Metric("generated.purity", ("contingency",), "mine:purity", title="purity", table=OTHER)
    monkeypatch.setattr(metric_table, "METRICS", (*metric_table.METRICS, row))
    runs = [_run("a", {"generated.purity": 0.5}), _run("b", method="joint_vae")]
    header, first, second = _section(to_markdown(build_tables(runs)), "What the paper")
    assert (header[-1], first[-1], second[-1]) == ("purity", "-", "0.5000 ± - (1)")


def test_rows_of_methods_of_other_kinds_are_compared_by_what_they_share():
    vae = {"run.config.beta": 30.0}
    tables = build_tables([_run("a"), _run("b", vae, method="joint_vae", epochs=3)])
    assert "mnist: the rows were not made alike: epochs (3, 12)" in tables.notes


def test_runs_in_bfloat16_are_no_draws_of_those_in_float32_and_said_to_be():
    float32, low = _run("a"), _run("b", dtype="bfloat16", split=2)
    with pytest.raises(UsageError, match="dtype is float32 in runs/a and bfloat16 in runs/b"):
        build_tables([float32, low])
    header, row = _section(to_markdown(build_tables([low])), "The runs")
    assert row[header.index("dtype")] == "bfloat16"
    assert "dtype" not in _section(to_markdown(build_tables([float32])), "The runs")[0]


def test_a_number_that_is_not_finite_counts_as_not_measured():
    tables = build_tables([_run("a", {"generated.nmi": float("nan")})])
    assert (NMI, "elastic_infogan", MNIST) not in tables.cells
    assert (ENT, "elastic_infogan", MNIST) in tables.cells


def test_runs_without_labels_have_a_row_and_no_numbers():
    unlabelled = dict.fromkeys(("classifier", "generated", "q", "one_nn"))
    tables = build_tables([_run("a", unlabelled | {"prior.total_variation": None})])
    assert tables.cells == {}
    markdown = to_markdown(tables)
    assert _section(markdown, "What the paper")[1] == ["mnist", "elastic_infogan", *["-"] * 5]
    assert table_figure.draw_tables(tables).startswith(b"\x89PNG")


DEAD = {"state": health.DEAD}


def test_a_dead_run_is_counted_and_in_no_mean_of_nmi_and_ent():
    runs = _splits([0.7, 0.8, 0.0])
    runs[2] = _run("dead", {"generated.nmi": 0.0, "one_nn.accuracy": 0.5, "health": DEAD}, split=3)
    tables = build_tables(runs)
    cell = tables.cells[NMI, "elastic_infogan", MNIST]
    assert (cell.mean, cell.runs, cell.dead) == (pytest.approx(0.75), 2, 1)
    assert any("1 of 3 runs are dead; their NMI is no score" in note for note in cell.notes)
    assert tables.cells[ONE_NN, "elastic_infogan", MNIST].runs == 3  # Q's, of real images
    row = next(row for row in _section(to_markdown(tables), "NMI") if row[0] == "elastic_infogan")
    assert row[1].startswith("0.7500 ± 0.071 (2, 1 dead)")
    (line,) = [
        line
        for line in csv.DictReader(io.StringIO(to_csv(tables)))
        if (line["metric"], line["method"]) == ("nmi", "elastic_infogan")
    ]
    assert (line["runs"], line["dead_runs"], line["mean"]) == ("2", "1", "0.75")


def test_where_all_are_dead_it_says_so_in_the_place_of_numbers(panels):
    runs = [_run("dead", {"generated.nmi": 0.9, "health": DEAD})]
    tables = build_tables(runs)
    text = to_markdown(tables)
    row = next(row for row in _section(text, "NMI") if row[0] == "elastic_infogan")
    assert row[1].startswith("dead (1)") and row[3] == "-"
    assert "0.9000" not in text
    (line,) = [
        line
        for line in csv.DictReader(io.StringIO(to_csv(tables)))
        if (line["metric"], line["method"]) == ("nmi", "elastic_infogan")
    ]
    assert (line["runs"], line["dead_runs"], line["mean"], line["difference"]) == ("0", "1", "", "")
    nmi = panels(runs)[0]
    assert any(text.get_text() == "n=0, 1 dead*" for text in nmi.texts)


def test_a_run_that_prints_one_image_a_code_keeps_its_numbers():
    tables = build_tables([_run("one", {"health": {"state": health.ONE_IMAGE}})])
    assert tables.cells[NMI, "elastic_infogan", MNIST].runs == 1


def test_a_classifiers_warning_becomes_a_footnote():
    weak = {"classifier.warning": "held-out accuracy 0.5", "warnings": ["held-out accuracy 0.5"]}
    tables = build_tables([_run("a", weak), _run("b", split=2), _run("c", method="joint_vae")])
    (note,) = tables.cells[NMI, "elastic_infogan", MNIST].notes
    assert note == "elastic_infogan on mnist: held-out accuracy 0.5 (1 of 2 runs)"
    markdown = to_markdown(tables)
    rows = {row[0]: row[1] for row in _section(markdown, "NMI")}
    assert re.search(r"\[1\]$", rows["elastic_infogan"]) and "[" not in rows["joint_vae"]
    assert markdown.count(note) == 1


def test_the_other_metrics_have_their_own_table():
    header, row = _section(to_markdown(build_tables([_run("a")])), "What the paper")
    assert header[:3] == [
        "data set",
        "method",
        "Frechet distance (on the classifier's features, lower is better)",
    ]
    values = ("12.50", "0.2500", "0.900", "0.7500", "0.2000")
    assert row == ["mnist", "elastic_infogan", *(f"{value} ± - (1)" for value in values)]


def test_the_runs_behind_each_cell_are_listed():
    runs = [_run("a", {"classifier.accuracy": 0.98}), _run("b", split=4, seed=1)]
    header, row = _section(to_markdown(build_tables(runs)), "The runs")
    shown = dict(zip(header, row, strict=True))
    assert shown | {"runs": "2", "splits": "1, 4", "seeds": "0, 1", "epoch": "12.0"} == shown
    assert shown["its held-out accuracy"] == "0.9800 to 0.9930"


def test_what_is_left_out_is_said():
    markdown = to_markdown(build_tables([_run("a")], not_evaluated=["runs/x"]))
    assert "not evaluated: runs/x" in markdown
    assert "no runs on the original youtube_faces, cars, chairs, shapenet" in markdown


def test_csv_has_full_precision_and_empty_fields_for_what_there_is_not():
    tables = build_tables([*_splits([0.7, 0.8]), _run("b", {"run.data.source": BUILTIN})])
    rows = list(csv.DictReader(io.StringIO(to_csv(tables))))
    nmi = {(row["method"], row["source"]): row for row in rows if row["metric"] == "nmi"}
    ours = nmi["elastic_infogan", "original"]
    assert float(ours["mean"]) == np.mean([0.7, 0.8])
    assert float(ours["std"]) == np.std([0.7, 0.8], ddof=1)
    assert float(ours["difference"]) == np.mean([0.7, 0.8]) - 0.8893
    assert (ours["runs"], ours["published_std"]) == ("2", "0.044")
    only_published = nmi["joint_vae", "original"]
    assert (only_published["runs"], only_published["mean"]) == ("0", "")
    assert only_published["published_mean"] == "0.6801" and only_published["difference"] == ""
    other = nmi["elastic_infogan", BUILTIN]
    assert (other["std"], other["published_mean"], other["difference"]) == ("", "", "")
    assert {row["metric"] for row in rows} >= {metric.name for metric in in_table(OTHER)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, "has version 2, where 1 is needed"),
        ({"epoch": "12"}, "is corrupted: its epoch must be of the type number. Received: 12;"),
        (
            {"generated": []},
            "is corrupted: its generated must be of the type object or null.",
        ),
        (
            {"generated.nmi": "0.8"},
            "is corrupted: its generated.nmi must be of the type number or",
        ),
        (
            {"q.ari": [1]},
            "is corrupted: its q.ari must be of the type number or null. Received: [1]",
        ),
        ({"classifier": {}}, "is corrupted: its classifier must be an object with name, accuracy"),
        (
            {"run.config": None},
            "is corrupted: its run.config must be of the type object.",
        ),
        ({"classifier.accuracy": 7.997}, "is corrupted: its classifier.accuracy must be 1 or less"),
        ({"run.config.method": "gan"}, "has settings that cannot be read (--method must be one"),
        ({"run.config.epochs": 10**400}, "has settings that cannot be read (--epochs must be a wh"),
        ({"prior.matched_classes": [0]}, "is corrupted: its prior.matched_classes must be 10 numb"),
    ],
)
def test_results_of_another_kind_are_refused(changes, words):
    with pytest.raises(UsageError) as error:
        _run("a", changes)
    assert str(error.value).startswith(f"runs/a/results.json {words}")
    assert "elastic-infogan evaluate --model_dir=runs/a" in str(error.value)


def test_results_that_are_no_object_are_refused():
    with pytest.raises(UsageError, match="has version None"):
        RunResults(Path("runs/a/results.json"), [])


@pytest.fixture
def panels(monkeypatch):
    """A function: the axes of the figure of these runs, before it becomes PNG bytes."""
    monkeypatch.setattr(style, "to_png", lambda figure, dpi: figure)
    return lambda runs: table_figure.draw_tables(build_tables(runs)).axes


def _points(container):
    """Method, mean and standard deviation of the points of one `errorbar`, as drawn."""
    line, _, (bars,) = container
    widths = [np.ptp(segment[:, 0]) / 2 for segment in bars.get_segments()]
    methods = [table_figure._ROWS[round(y)] for y in line.get_ydata()]
    return {m: (x, w) for m, x, w in zip(methods, line.get_xdata(), widths, strict=True)}


def test_the_figure_shows_ours_filled_and_the_published_hollow(panels):
    nmi, ent, one_nn = panels(_splits([0.7, 0.8]))
    ours, theirs = nmi.containers
    expected = (pytest.approx(0.75), pytest.approx(np.std([0.7, 0.8], ddof=1)))
    assert _points(ours) == {"elastic_infogan": expected}
    assert _points(theirs)["joint_vae"] == (pytest.approx(0.6801), pytest.approx(0.081))
    assert len(_points(theirs)) == 7
    assert to_rgba(theirs[0].get_markerfacecolor()) == to_rgba("white")
    assert to_rgba(ours[0].get_markerfacecolor()) != to_rgba("white")
    assert "n=2" in [text.get_text() for text in nmi.texts]
    assert "random_q" in _points(one_nn.containers[0]) and "ENT" in ent.get_title()


def test_the_figure_compares_no_other_data_with_the_published(panels):
    axes = panels([_run("a"), _run("b", {"run.data.source": BUILTIN, "warnings": ["weak"]})])
    assert [len(panel.containers) for panel in axes] == [2, 2, 2, 1, 1, 1]
    assert BUILTIN in axes[3].get_ylabel().replace("\n", " ")
    assert [text.get_text() for text in axes[3].texts] == ["n=1*"]


def test_the_summary_says_what_makes_its_row_again(tmp_path):
    runs = []
    for split, (nmi, step) in enumerate([(0.7, 8016), (0.9, 6204)], start=1):
        config = {"split": split, "epochs": 8, "base_channels": 16}
        content = _run("any", {"generated.nmi": nmi, "step": step}, **config).content
        folder = tmp_path / str(split)
        folder.mkdir()
        record = {"git_commit": "9149a49", "machine": "x86_64, 2 cores"}
        (folder / "config.json").write_text(json.dumps(record))
        runs.append(RunResults(folder / "results.json", content))
    header, row = _section(to_markdown(build_tables(runs)), "Summary")
    line = dict(zip(header, row, strict=True))
    assert line["splits x seeds"] == "2x1" and line["steps"] == "6204 to 8016"
    assert line["NMI"] == "0.800 ± 0.141" and line["accuracy on real images"] == "0.750 ± 0.000"
    assert (line["width"], line["commit"], line["machine"]) == ("16", "9149a49", "x86_64, 2 cores")
    program, command, *given = line["command"].split()
    flags = ["--dataset=mnist", "--method=elastic_infogan", "--epochs=8", "--base_channels=16"]
    assert (program, command) == ("elastic-infogan", "train") and set(flags) == set(given)


def test_the_summary_of_a_dead_run_has_no_nmi():
    dead = _run("dead", {"health": {"state": "dead"}})
    header, row = _section(to_markdown(build_tables([dead])), "Summary")
    line = dict(zip(header, row, strict=True))
    assert line["NMI"] == "1 dead" and line["commit"] == line["machine"] == ""
