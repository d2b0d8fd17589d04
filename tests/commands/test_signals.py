"""A signal ends a command in order: what was half written goes away, and the exit code says why."""

import os
import signal
import threading
import time

import pytest

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.commands.command_line import ending_in_order
from elastic_infogan_tf.utils.files import only_process


def _run(command):
    return command_line.run("a command", "Does something.", lambda values: None, command, [])


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_cleans_up_and_gives_its_exit_code(tmp_path, capsys, monkeypatch, number, code):
    # The tests may run under nohup, or in the background of a shell that has Ctrl-C ignored.
    before = signal.signal(number, signal.SIG_DFL)
    half, lock = tmp_path / "half", tmp_path / "lock"

    def command(values):
        half.write_text("not whole")
        with only_process(lock, "a run"):
            try:
                os.kill(os.getpid(), number)
                time.sleep(10)  # ended by the signal
            finally:
                half.unlink()

    try:
        assert _run(command) == code
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == "interrupted. Run the same command again to resume.\n"


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_in_order():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_can_run_a_command_too():
    codes = []
    thread = threading.Thread(target=lambda: codes.append(_run(lambda values: None)))
    thread.start()
    thread.join()
    assert codes == [0]
