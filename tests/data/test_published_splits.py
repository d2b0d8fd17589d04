"""The published constants: sums, the stored draw, and the given CSV."""

import csv
from pathlib import Path

import numpy as np
import pytest

from elastic_infogan_tf.data import imbalance
from elastic_infogan_tf.data import published_splits as splits
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import DATA_SETS

CSV = Path(__file__).parents[3] / "shared" / "data" / "mnist_split_counts.csv"


def test_shapes_agree_with_config():
    assert (
        np.shape(splits.MNIST_SPLIT_COUNTS)
        == (DATA_SETS["mnist"].splits, 10)
        == (DATA_SETS["digits"].splits, 10)
    )
    assert np.shape(splits.CARS_SPLITS) == (DATA_SETS["cars"].splits, 10)
    assert np.shape(splits.CARS_CLASS_SETS) == (DATA_SETS["cars"].class_sets, 10)


def test_cars_class_sets_hold_ten_different_three_digit_ids():
    for ids in splits.CARS_CLASS_SETS:
        assert len(set(ids)) == 10
        assert all(len(car) == 3 and 1 <= int(car) <= 199 for car in ids)
    assert splits.CARS_CLASS_SETS[0][:3] == ("009", "002", "004")


def test_chairs_class_sets_hold_ten_different_four_digit_positions():
    assert len(splits.CHAIRS_CLASS_SETS) == 5
    for ids in splits.CHAIRS_CLASS_SETS:
        assert len(ids) == len(set(ids)) == 10
        assert all(len(chair) == 4 and 0 <= int(chair) < 1393 for chair in ids)
    # The two that are corrupted in the printed text.
    assert splits.CHAIRS_CLASS_SETS[0][0] == "0965" and splits.CHAIRS_CLASS_SETS[1][0] == "0241"


COMPLETED = {
    "cars": (splits.CARS_SPLITS, splits.CARS_SPLITS_PUBLISHED, 2020, 200),
    "chairs": (splits.CHAIRS_SPLITS, splits.CHAIRS_SPLITS_PUBLISHED, 1393, 210),
}


@pytest.mark.parametrize("dataset", COMPLETED)
def test_completed_rows_sum_to_exactly_one_and_start_as_printed(dataset):
    table, published, _, most = COMPLETED[dataset]
    assert len(table) == len(published) == 5
    for row, printed in zip(table, published, strict=True):
        thousandths = [round(1000 * share) for share in row]
        assert len(row) == 10 and sum(thousandths) == 1000
        assert row == tuple(share / 1000 for share in thousandths)  # three decimals, no more
        assert row[:5] == printed
        assert all(20 <= share <= most for share in thousandths[5:])


@pytest.mark.parametrize("dataset", COMPLETED)
def test_second_halves_are_the_draw_that_the_comments_describe(dataset):
    table, published, seed, most = COMPLETED[dataset]
    rng = np.random.default_rng(seed)
    for row, printed in zip(table, published, strict=True):
        rest = 1000 - round(1000 * sum(printed))
        others = np.zeros(5)
        while not (others.min() >= 20 and others.max() <= most):
            ends = np.rint(rest * np.cumsum(rng.dirichlet(np.ones(5))))
            others = np.diff(ends, prepend=0)
        assert row[5:] == tuple(others / 1000)


def test_shapenet_proportions_are_parts_of_27():
    parts = 27 * np.array(splits.SHAPENET_PROPORTIONS)
    np.testing.assert_allclose(parts, [5, 4, 3, 7, 8], atol=0.003)


def test_youtube_faces_proportions_give_the_published_false_negatives():
    printed = np.array(splits.YOUTUBE_FACES_PROPORTIONS)
    assert printed.shape == (40,) and printed.sum() == pytest.approx(0.997)
    assert round(float(np.sum(printed**2)), 4) == 0.0363
    # The printed ones sum to less than 1 by rounding; made to sum to 1 they give a little more.
    assert round(imbalance.expected_false_negatives(printed), 4) == 0.0366


def test_mnist_splits_give_the_published_false_negatives():
    shares = [imbalance.expected_false_negatives(counts) for counts in splits.MNIST_SPLIT_COUNTS]
    assert round(np.mean(shares), 4) == 0.1199  # published: 0.119 +- 0.008
    assert round(np.std(shares), 4) == 0.0079


def test_mnist_counts_equal_the_given_csv():
    if not CSV.is_file():
        pytest.skip(f"{CSV} is not there")
    with CSV.open() as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = tuple(tuple(int(count) for count in row) for row in csv.reader(lines))
    assert rows == splits.MNIST_SPLIT_COUNTS


@pytest.mark.parametrize(
    "dataset, number, classes",
    [
        ("mnist", 50, 10),
        ("digits", 50, 10),
        ("cars", 5, 10),
        ("chairs", 5, 10),
        ("shapenet", 1, 5),
        ("youtube_faces", 1, 40),
    ],
)
def test_proportions_are_positive_and_sum_to_one(dataset, number, classes):
    for split in range(1, number + 1):
        shares = splits.proportions(dataset, split)
        assert shares.shape == (classes,) and shares.dtype == np.float64
        assert shares.min() > 0 and shares.sum() == pytest.approx(1, abs=1e-12)
    with pytest.raises(UsageError, match=f"between 1 and {number} for --dataset={dataset}"):
        splits.proportions(dataset, number + 1)


def test_digits_use_mnist_proportions():
    np.testing.assert_array_equal(splits.proportions("digits", 7), splits.proportions("mnist", 7))


@pytest.mark.parametrize("split", [0, 6])
def test_unknown_split_is_refused(split):
    with pytest.raises(UsageError, match=f"between 1 and 5 for --dataset=cars. Received: {split}"):
        splits.proportions("cars", split)


def test_unknown_data_set_is_refused():
    with pytest.raises(UsageError, match="Received: boats"):
        splits.proportions("boats", 1)
