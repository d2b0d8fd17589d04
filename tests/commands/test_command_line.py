"""What all commands share, and the one command that has them all."""

import subprocess
import sys
from pathlib import Path

import pytest

import elastic_infogan_tf
from elastic_infogan_tf import __main__ as elastic_infogan
from elastic_infogan_tf import train
from elastic_infogan_tf.__main__ import COMMANDS
from tests.run_command import assert_refused, run_command


def test_help_says_what_was_called(monkeypatch):
    assert run_command(train, "--help")[1].startswith("usage: elastic-infogan train ")
    monkeypatch.setattr("sys.argv", ["/somewhere/bin/elastic-infogan", "train", "--help"])
    code, out, err = run_command(elastic_infogan, "train", "--help")
    assert (code, err) == (0, "") and out.startswith("usage: elastic-infogan train [")


@pytest.mark.parametrize("asked", [[], ["--help"], ["-h"], ["help"]])
def test_it_lists_its_commands(asked, monkeypatch):
    monkeypatch.setattr("sys.argv", ["elastic-infogan"])
    code, out, _ = run_command(elastic_infogan, *asked)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")] == [*COMMANDS]
    assert max(map(len, out.splitlines())) <= 80


def test_every_command_can_be_called(monkeypatch):
    for name in COMMANDS:
        monkeypatch.setattr("sys.argv", ["elastic-infogan"])
        code, out, _ = run_command(elastic_infogan, name, "--help")
        assert code == 0 and out.startswith(f"usage: elastic-infogan {name} ")


def test_arguments_and_exit_codes_go_through(monkeypatch):
    monkeypatch.setattr("sys.argv", ["elastic-infogan"])
    refused = run_command(elastic_infogan, "train", "--dataset=dogs")
    assert_refused(refused, "--dataset must be one of mnist", "dogs")


def test_an_unknown_command_is_refused_with_what_may_be_meant():
    assert_refused(run_command(elastic_infogan, "evalute"), "evalute; did you mean evaluate?")
    assert_refused(run_command(elastic_infogan, "dance"), "there are explore, train, evaluate")


def test_its_version_is_the_packages():
    out = run_command(elastic_infogan, "--version")[1]
    assert out == f"elastic-infogan {elastic_infogan_tf.__version__}\n"


def test_its_help_waits_for_no_framework():
    program = (
        "import sys; from elastic_infogan_tf.__main__ import main\n"
        "main([]); main(['train', '--help'])\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'sklearn', 'scipy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    root = Path(elastic_infogan_tf.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
