"""The bar says how far it is, on a terminal in one line, elsewhere in lines of their own."""

import contextlib
import fcntl
import os
import re
import select
import struct
import termios

import pytest

from elastic_infogan_tf.utils.progress_bar import ProgressBar, progress_bar

SCORES = {"cont": "6.34", "disc": "1.39", "gene": "0.73", "info": "2.30", "prior H": "2.30"}


class _Clock:
    """Time that passes when it is told to."""

    now = 1000.0

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


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_it_fits_its_terminal_and_leaves_out_scores_first(terminal, columns):
    shown = terminal(columns)
    with progress_bar(6000, "step", initial=1200, mininterval=0) as bar:
        for _ in range(3):
            bar.set_description("epoch 12", refresh=False)
            bar.set_postfix(SCORES, refresh=False)
            bar.update()
    drawn = [part.rstrip() for part in re.split(r"[\r\n]+", shown()) if part.strip()]
    assert max(map(len, drawn)) <= columns
    last = drawn[-1]
    assert re.search(r"epoch 12: +20%", last) and "[00:00<" in last
    assert ("cont=6.34" in last, "prior H=2.30" in last) == (columns > 40, columns > 80)
    assert last.endswith("]")


@pytest.mark.parametrize("columns", range(10, 130))
def test_no_width_breaks_it(columns):
    text = ProgressBar.format_meter(
        9, 6000, 36000.0, ncols=columns, prefix="epoch 1: ", postfix="a=1, b=2", unit="step"
    )
    assert len(text) <= columns and "0%" in text


def test_elsewhere_it_is_plain_lines_not_too_often(capsys, clock):
    with progress_bar(400, "file", desc="images") as bar:
        for _ in range(400):
            clock.now += 0.5
            bar.update()
    text = capsys.readouterr().err
    lines = text.split("\n")
    assert lines[0] == "images: 60/400 files, 00:30, 02:50 left"
    assert lines[-2:] == ["images: 400/400 files, 03:20, 00:00 left", ""]
    assert len(lines) == 8 and "\r" not in text


def test_a_terminal_without_columns_gets_a_bar(terminal):
    shown = terminal(0)
    with progress_bar(6000, "step", mininterval=0) as bar:
        bar.update(1500)
    assert " 25%|" in shown()


def test_elsewhere_a_training_writes_a_line_an_epoch(capsys, clock):
    with progress_bar(30, "step", line_an_epoch=True) as bar:
        for step in range(1, 31):
            clock.now += 100
            bar.update()
            bar.set_description(f"epoch {(step - 1) // 10 + 1}", refresh=False)
            bar.set_postfix(SCORES, refresh=False)
            if step % 10 == 0:
                bar.end_epoch()
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        "epoch 1: 10/30 steps",
        "epoch 2: 20/30 steps",
        "epoch 3: 30/30 steps",
    ]
    assert lines[0].endswith("33:20 left, cont=6.34, disc=1.39, gene=0.73, info=2.30, prior H=2.30")


def test_what_is_scaled_and_what_has_no_known_end(capsys):
    with progress_bar(None, " files", desc="unpacking") as bar:
        bar.update(7)
    with progress_bar(2048, "B", unit_scale=True, unit_divisor=1024) as bar:
        bar.update(1024)
    unpacked, loaded = capsys.readouterr().err.splitlines()
    assert unpacked == "unpacking: 7 files, 00:00" and loaded.startswith("1.00k/2.00kB, ")


def test_the_clock_starts_when_preparation_is_over(capsys, clock):
    with progress_bar(1000, "step", initial=500, line_an_epoch=True) as bar:
        clock.now += 3600
        bar.update()
        bar.start_clock()
        clock.now += 10
        bar.update(10)
        bar.end_epoch()
    assert capsys.readouterr().err == "511/1000 steps, 00:10, 08:09 left\n"
