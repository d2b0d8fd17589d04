"""What all commands share."""

from elastic_infogan_tf import train
from tests.run_command import run_command


def test_help_says_the_console_scripts_name_where_that_was_called(monkeypatch):
    assert run_command(train, "--help")[1].startswith("usage: python -m elastic_infogan_tf.train ")
    monkeypatch.setattr("sys.argv", ["/somewhere/bin/elastic-infogan-train", "--help"])
    assert run_command(train, "--help")[1].startswith("usage: elastic-infogan-train [")
