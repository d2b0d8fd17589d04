"""The benchmark of a data set: a row of numbers that can be right."""

import re

from tools import benchmark_data


def test_a_row_for_the_digits(capsys):
    assert benchmark_data.main(["--dataset=digits", "--batches=3"]) == 0
    heading, _, row = capsys.readouterr().out.splitlines()
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == heading.count("|") - 1
    assert cells[:3] == ["digits", "scikit-learn digits", "1205"]
    numbers = [float(cell) for cell in cells[3:]]
    assert all(number > 0 for number in numbers)
    # 1205 images of 28x28 bytes, and a few batches of floats.
    assert 1205 * 784 / 1e6 <= numbers[2] < 10 < numbers[3]


def test_wrong_flags_are_refused(capsys):
    assert benchmark_data.main(["--dataset=digits", "--batches=0"]) == 2
    assert re.search("--batches must be 1 or more", capsys.readouterr().err)
