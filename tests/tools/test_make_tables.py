"""The tables' command as its user meets it: files and text, or one sentence and nothing."""

import copy
import functools
import json
import os
from pathlib import Path

import pytest

from tests.run_command import assert_refused, run_command
from tools import make_tables

EXAMPLE = json.loads((Path(__file__).parents[1] / "tables" / "example_results.json").read_text())


_call = functools.partial(run_command, make_tables)


def _write_run(folder, nmi=0.8, **config):
    content = copy.deepcopy(EXAMPLE)
    content["run"]["config"] |= config
    content["generated"]["nmi"] = nmi
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(json.dumps(content))
    (folder / "config.json").write_text("{}")
    return folder


def _assert_refused(result, *words):
    assert_refused(result, *words)
    assert result[1] == "" and not Path("tables").exists()


def test_tables_are_printed_and_written(cwd):
    for split, nmi in enumerate((0.7, 0.9), start=1):
        _write_run(cwd / "runs" / "mnist" / f"split{split}", nmi, split=split)
    code, out, err = _call("runs")
    assert (code, err) == (0, "")
    assert sorted(os.listdir("tables")) == ["tables.csv", "tables.md", "tables.png"]
    text = Path("tables/tables.md").read_text()
    assert out.startswith(text)
    assert "| elastic_infogan | 0.8000 ± 0.141 (2) | 0.8893 ± 0.044 | -0.0893 |" in text
    assert "nmi,elastic_infogan,mnist,original,2,0,0.8," in Path("tables/tables.csv").read_text()
    assert Path("tables/tables.png").read_bytes().startswith(b"\x89PNG")


def test_flags_may_stand_before_and_after_the_runs(cwd):
    run = _write_run(cwd / "a")
    for argv in (["--out=x", run], [run, "--out=y"]):
        assert _call(*argv)[0] == 0
    assert Path("x/tables.md").read_bytes() == Path("y/tables.md").read_bytes()
    assert not Path("tables").exists()


def test_a_run_given_twice_counts_once(cwd):
    run = _write_run(cwd / "runs" / "a")
    (cwd / "link").symlink_to(run)
    code, out, _ = _call("runs", run, "runs/a", "runs/../runs/a", "link")
    assert code == 0
    assert "0.8000 ± - (1)" in out and "(2)" not in out


def test_a_copy_of_a_run_is_refused_unless_allowed(cwd):
    _write_run(cwd / "a")
    _write_run(cwd / "b")
    _assert_refused(_call("a", "b"), "a and b", "not independent", "--allow_mixed")
    code, out, _ = _call("a", "b", "--allow_mixed")
    assert code == 0 and "not independent (--allow_mixed)" in out


def test_runs_that_do_not_go_together_are_refused_and_nothing_is_written(cwd):
    _write_run(cwd / "a")
    _write_run(cwd / "b", base_channels=16, split=2)
    _assert_refused(_call("a", "b"), "base_channels is 64 in a and 16 in b")
    code, out, _ = _call("a", "b", "--allow_mixed")
    assert code == 0 and "mixed (--allow_mixed): the runs differ in base_channels (64, 16)" in out


def test_runs_that_were_not_evaluated_are_named(cwd):
    _write_run(cwd / "runs" / "a")
    (_write_run(cwd / "runs" / "b", split=2) / "results.json").unlink()
    (_write_run(cwd / "runs" / ".b.old", split=3) / "results.json").rename(
        cwd / "runs" / ".b.old" / "config.json"
    )
    code, out, _ = _call("runs")
    assert code == 0 and "not evaluated: runs/b\n" in out
    _assert_evaluate_is_named(_call("runs/b", "--out=other"), "runs/b")


def _assert_evaluate_is_named(result, folder):
    code, out, err = result
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert f"elastic-infogan evaluate --model_dir={folder}" in err


def test_hidden_copies_are_not_searched(cwd):
    _write_run(cwd / "runs" / "a")
    _write_run(cwd / "runs" / ".a.old.7")
    code, out, _ = _call("runs")
    assert code == 0 and "(1)" in out


@pytest.mark.parametrize("text", ["", '{"version": 1', "[]", '{"version": 2}', "\udcff"])
def test_corrupted_results_are_named_with_what_to_do(cwd, text):
    (_write_run(cwd / "a") / "results.json").write_bytes(text.encode(errors="surrogateescape"))
    result = _call("a")
    _assert_refused(result, "a/results.json")
    _assert_evaluate_is_named(result, "a")


def test_results_that_cannot_be_read_are_named(cwd):
    (cwd / "a" / "results.json").mkdir(parents=True)
    _assert_refused(_call("a"), "a/results.json is no regular file; evaluate the run again")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], ["RUNS is missing", "--help"]),
        (["gone"], ["gone is not a folder"]),
        (["file"], ["file is not a folder"]),
        (["empty"], ["empty has no results.json in it or below it", "elastic-infogan evaluate"]),
        (["empty", "--speed=1"], ["Unknown command line flag 'speed'"]),
    ],
)
def test_wrong_arguments_are_refused(cwd, argv, words):
    (cwd / "empty").mkdir()
    (cwd / "file").touch()
    _assert_refused(_call(*argv), *words)


def test_a_place_that_cannot_be_written_is_named_with_the_tools_own_flag(cwd):
    (cwd / "file").touch()
    result = _call(_write_run(cwd / "a"), "--out=file")
    _assert_refused(result, "cannot write file/tables.md", "--out")
    assert "--model_dir" not in result[2]


def test_help_says_what_the_arguments_are(cwd):
    code, out, err = _call("--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: elastic-infogan tables RUNS [...] [--flag=value ...]\n")
    assert "--[no]allow_mixed" in out and "results.json" in out
