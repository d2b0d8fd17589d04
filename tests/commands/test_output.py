"""Commands outlive whoever reads what they say."""

import os
import sys

from elastic_infogan_tf.commands.command_line import surviving_output


def _closed_pipe():
    """A text stream into a pipe that nobody reads, as after `head`."""
    reading, writing = os.pipe()
    os.close(reading)
    return open(writing, "w", buffering=1)


def test_output_that_nobody_reads_stops_nothing(monkeypatch):
    streams = _closed_pipe(), _closed_pipe()
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    with surviving_output():
        print("one", flush=True)
        print("two", file=sys.stderr)
        assert sys.stdout.fileno() == streams[0].fileno() and not sys.stdout.isatty()
    assert (sys.stdout, sys.stderr) == streams
    for stream in streams:
        stream.close()  # nothing is left in its buffer that could fail


def test_what_is_still_in_the_buffer_at_the_end_goes_nowhere(monkeypatch):
    reading, writing = os.pipe()
    stream = open(writing, "w")  # noqa: SIM115 (closed below)
    monkeypatch.setattr(sys, "stdout", stream)
    with surviving_output():
        print("kept in the buffer")
        os.close(reading)
    stream.close()


def test_what_can_be_written_is_written(capsys):
    with surviving_output():
        print("out")
        print("err", file=sys.stderr)
    assert capsys.readouterr() == ("out\n", "err\n")
