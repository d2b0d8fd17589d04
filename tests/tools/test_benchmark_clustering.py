"""The benchmark of the clustering: rows of numbers that can be right."""

import re

import pytest

from tools import benchmark_clustering


@pytest.mark.slow
def test_a_row_for_each_size(capsys):
    assert benchmark_clustering.main(["--largest=1000", "--num_classes=3"]) == 0
    heading, _, row = capsys.readouterr().out.splitlines()
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == heading.count("|") - 1
    assert cells[0] == "1,000"
    seconds, peak, stability, score = (float(cell) for cell in cells[1:])
    assert seconds > 0 and peak > 10
    assert stability > 0.9 and score > 0.9


def test_wrong_flags_are_refused(capsys):
    assert benchmark_clustering.main(["--largest=10"]) == 2
    assert re.search("--largest must be 1000 or more", capsys.readouterr().err)
