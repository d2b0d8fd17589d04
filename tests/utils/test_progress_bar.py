"""The bar says how far it is, on a terminal in one line, elsewhere in lines of their own."""

import contextlib
import fcntl
import os
import re
import select
import struct
import termios

import pytest

from elastic_infogan_tf.training.loop import TrainingProgress
from elastic_infogan_tf.utils.quiet_start import progress_bar

SCORES = {"cont": "6.34", "disc": "1.39", "gene": "0.73", "info": "2.30", "prior H": "2.30"}


class _Clock:
    """Time that passes when it is told to."""

    now = 1.8e9

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = _Clock()
    monkeypatch.setattr("time.time", clock)
    monkeypatch.setattr("tqdm.std.time", clock)
    return clock


@pytest.fixture
def terminal(monkeypatch):
    """A function (columns) -> a function that returns what a terminal of that width was sent."""
    with contextlib.ExitStack() as stack:

        def make(columns):
            ours, theirs = os.openpty()
            stack.callback(os.close, ours)
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            stream = stack.enter_context(os.fdopen(theirs, "w", encoding="utf-8"))
            monkeypatch.setattr("sys.stderr", stream)

            def shown():
                stream.flush()
                parts = []
                while select.select([ours], [], [], 0.2)[0]:  # it comes in pieces
                    parts.append(os.read(ours, 1 << 16))
                return b"".join(parts).decode()

            return shown

        yield make


@pytest.mark.parametrize("columns", [0, 40, 80, 160])
def test_a_terminal_gets_a_bar_that_fits(terminal, columns):
    shown = terminal(columns)
    with progress_bar(6000, "step", initial=1200, mininterval=0) as bar:
        for _ in range(3):
            bar.set_description("epoch 12", refresh=False)
            bar.set_postfix(SCORES, refresh=False)
            bar.update()
    drawn = [part.rstrip() for part in re.split(r"[\r\n]+", shown()) if part.strip()]
    assert max(map(len, drawn)) <= (columns or 160)
    last = drawn[-1]
    assert re.search(r"epoch 12: +20%.* 1203/6000 \[", last)
    assert "<" in last or columns == 40  # the time left
    assert ("prior H=2.30" in last) == (columns in (0, 160))


def test_elsewhere_it_is_plain_lines_not_too_often(capsys, clock):
    with progress_bar(400, "file", desc="images") as bar:
        for _ in range(400):
            clock.now += 0.5
            bar.update()
    text = capsys.readouterr().err
    lines = text.split("\n")
    assert lines[0] == "images:  15% 60/400 [00:30<02:50,  2.00file/s]"
    assert lines[-2:] == ["images: 100% 400/400 [03:20<00:00,  2.00file/s]", ""]
    assert len(lines) == 8 and "\r" not in text


def test_elsewhere_a_training_writes_a_line_an_epoch(capsys, clock):
    bar = TrainingProgress(0, 30, steps_per_epoch=10)
    for _ in range(30):
        clock.now += 100
        bar.on_train_batch_end(0, {"info_loss": 2.3})
    bar.close()
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r" +[0-9]+%", "", line).partition(" [")[0] for line in lines] == [
        "epoch 1: 10/30",
        "epoch 2: 20/30",
        "epoch 3: 30/30",
    ]
    assert re.search(r"<3[0-9]:[0-9]{2}, .*2\.3", lines[0])  # the time left, the loss


def test_what_is_scaled_and_what_has_no_known_end(capsys):
    with progress_bar(None, " files", desc="unpacking") as bar:
        bar.update(7)
    with progress_bar(2048, "B", unit_scale=True, unit_divisor=1024) as bar:
        bar.update(1024)
    unpacked, loaded = capsys.readouterr().err.splitlines()
    assert unpacked.startswith("unpacking: 7 files [00:00") and " 1.00k/2.00k [" in loaded


def test_preparation_and_pauses_are_no_part_of_the_time(capsys, clock, monkeypatch):
    monkeypatch.setattr("time.monotonic", clock)
    bar = TrainingProgress(500, 1000, steps_per_epoch=600)
    clock.now += 3600  # the first step, in which TensorFlow builds its program
    for _ in range(11):
        bar.on_train_batch_end(0)
        clock.now += 1
    with bar.paused():
        clock.now += 7200
    bar.close()
    assert "511/1000 [00:11<08:57, " in capsys.readouterr().err
