"""The published constants: sums, the stored draw, and the given CSV."""

import csv
from pathlib import Path

import numpy as np
import pytest

from elastic_infogan_tf.config import CLASS_SETS, SPLITS
from elastic_infogan_tf.data import published_splits as splits
from elastic_infogan_tf.errors import UsageError

CSV = Path(__file__).parents[3] / "shared" / "data" / "mnist_split_counts.csv"


def test_shapes_agree_with_config():
    assert np.shape(splits.MNIST_SPLIT_COUNTS) == (SPLITS["mnist"], 10) == (SPLITS["digits"], 10)
    assert np.shape(splits.CARS_SPLITS) == (SPLITS["cars"], 10)
    assert np.shape(splits.CARS_CLASS_SETS) == (CLASS_SETS["cars"], 10)


def test_class_sets_hold_ten_different_three_digit_ids():
    for ids in splits.CARS_CLASS_SETS:
        assert len(set(ids)) == 10
        assert all(len(car) == 3 and 1 <= int(car) <= 199 for car in ids)
    assert splits.CARS_CLASS_SETS[0][:3] == ("009", "002", "004")


def test_cars_rows_sum_to_exactly_one_and_start_as_printed():
    for row, printed in zip(splits.CARS_SPLITS, splits.CARS_SPLITS_PUBLISHED, strict=True):
        thousandths = [round(1000 * share) for share in row]
        assert sum(thousandths) == 1000
        assert row == tuple(share / 1000 for share in thousandths)  # three decimals, no more
        assert row[:5] == printed
        assert all(20 <= share <= 200 for share in thousandths[5:])


def test_cars_second_halves_are_the_draw_that_the_comment_describes():
    rng = np.random.default_rng(2020)
    for row, printed in zip(splits.CARS_SPLITS, splits.CARS_SPLITS_PUBLISHED, strict=True):
        rest = 1000 - round(1000 * sum(printed))
        others = np.zeros(5)
        while not (others.min() >= 20 and others.max() <= 200):
            ends = np.rint(rest * np.cumsum(rng.dirichlet(np.ones(5))))
            others = np.diff(ends, prepend=0)
        assert row[5:] == tuple(others / 1000)


def test_mnist_counts_equal_the_given_csv():
    if not CSV.is_file():
        pytest.skip(f"{CSV} is not there")
    with CSV.open() as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = tuple(tuple(int(count) for count in row) for row in csv.reader(lines))
    assert rows == splits.MNIST_SPLIT_COUNTS


@pytest.mark.parametrize("dataset", ["mnist", "cars", "digits"])
def test_proportions_are_positive_and_sum_to_one(dataset):
    for split in range(1, SPLITS[dataset] + 1):
        shares = splits.proportions(dataset, split)
        assert shares.shape == (10,) and shares.dtype == np.float64
        assert shares.min() > 0 and shares.sum() == pytest.approx(1)


def test_digits_use_mnist_proportions():
    np.testing.assert_array_equal(splits.proportions("digits", 7), splits.proportions("mnist", 7))


@pytest.mark.parametrize("split", [0, 6])
def test_unknown_split_is_refused(split):
    with pytest.raises(UsageError, match=f"between 1 and 5 for --dataset=cars. Received: {split}"):
        splits.proportions("cars", split)


def test_unknown_data_set_is_refused():
    with pytest.raises(UsageError, match="Received: boats"):
        splits.proportions("boats", 1)
