"""The bar says how far it is, on a terminal in one line, elsewhere in lines of their own."""

import io

import pytest

from elastic_infogan_tf.progress_bar import progress_bar


class _Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "redraws"), [(_Terminal, "\r"), (io.StringIO, "\n")])
def test_it_redraws_on_a_terminal_and_writes_lines_elsewhere(monkeypatch, stream, redraws):
    shown = stream()
    monkeypatch.setattr("sys.stderr", shown)
    with progress_bar(4, "step", desc="work", initial=1) as bar:
        for _ in range(3):
            bar.update()
    text = shown.getvalue()
    assert "work" in text and "4/4" in text and "step/s" in text
    last = text.rstrip("\n").rsplit(redraws, 1)[-1]
    assert "4/4" in last and "1/4" not in last
