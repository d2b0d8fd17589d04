"""Counts from proportions, seeded draws, the false-negative share and the class table."""

import numpy as np
import pytest

from elastic_infogan_tf.data import imbalance
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.published_splits import MNIST_SPLIT_COUNTS
from elastic_infogan_tf.errors import UsageError


def _data(per_class=20, classes=3):
    """Images whose pixel values are their own number, so that a subset can be traced back."""
    count = per_class * classes
    images = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    labels = np.arange(count, dtype=np.int64) % classes
    return LabelledImages(images, labels, tuple("abc")[:classes], "made up")


def test_counts_use_up_the_class_with_the_least_supply_for_its_share():
    # 100 / .5 = 200, 100 / .3 = 333, 20 / .2 = 100: the third class limits the total to 100.
    np.testing.assert_array_equal(
        imbalance.counts_for([0.5, 0.3, 0.2], [100, 100, 20]), [50, 30, 20]
    )


def test_counts_survive_floating_point():
    shares = np.arange(1, 30) / 435
    counts = imbalance.counts_for(shares, np.arange(1, 30) * 7)
    np.testing.assert_array_equal(counts, np.arange(1, 30) * 7)


def test_counts_are_rounded_down_but_at_least_one():
    np.testing.assert_array_equal(imbalance.counts_for([0.9, 0.099, 0.001], [95] * 3), [95, 10, 1])


def test_counts_ignore_the_scale_of_the_proportions():
    supply = [96] * 4
    np.testing.assert_array_equal(
        imbalance.counts_for([1, 2, 3, 4], supply),
        imbalance.counts_for([0.1, 0.2, 0.3, 0.4], supply),
    )


@pytest.mark.parametrize(
    "shares, supply",
    [
        ([0.5, 0.5], [1, 2, 3]),
        ([0.0, 1.0], [1, 2]),
        ([0.5, 0.5], [0, 2]),
        ([], []),
        ([np.nan], [1]),
    ],
)
def test_impossible_counts_are_refused(shares, supply):
    with pytest.raises(ValueError, match="Received"):
        imbalance.counts_for(shares, supply)


def test_draw_has_exact_counts_without_repeats_and_true_labels():
    data = _data()
    drawn = imbalance.draw_imbalanced(data, [20, 7, 0], seed=3)
    np.testing.assert_array_equal(drawn.class_counts, [20, 7, 0])
    numbers = drawn.images.ravel()
    assert len(set(numbers)) == 27
    np.testing.assert_array_equal(drawn.labels, data.labels[numbers])
    assert (drawn.class_names, drawn.source) == (data.class_names, data.source)


def test_draw_is_repeatable_and_differs_between_seeds():
    data = _data()
    same = [imbalance.draw_imbalanced(data, [9, 7, 5], seed=1).fingerprint for _ in range(2)]
    assert same[0] == same[1]
    assert imbalance.draw_imbalanced(data, [9, 7, 5], seed=2).fingerprint != same[0]


def test_draw_of_one_class_does_not_depend_on_the_others():
    first, second = (
        imbalance.draw_imbalanced(_data(), counts, seed=4) for counts in ([9, 7, 5], [9, 2, 20])
    )
    assert set(first.images[first.labels == 0].ravel()) == set(
        second.images[second.labels == 0].ravel()
    )


def test_draw_is_shuffled_even_where_everything_is_kept():
    drawn = imbalance.draw_imbalanced(_data(), [20, 20, 20], seed=0)
    assert np.abs(np.diff(drawn.labels)).astype(bool).sum() > 20  # sorted labels change twice
    assert not np.array_equal(drawn.images, _data().images)


def test_short_supply_names_class_asked_and_found():
    with pytest.raises(UsageError, match="needs 21 images of class b but the data has 20"):
        imbalance.draw_imbalanced(_data(), [1, 21, 1], seed=0)


def test_draw_needs_labels_and_one_count_per_class():
    with pytest.raises(ValueError, match="3 classes"):
        imbalance.draw_imbalanced(_data(), [1, 2], seed=0)
    unlabelled = LabelledImages(_data().images, None, tuple("abc"), "made up")
    with pytest.raises(ValueError, match="labelled"):
        imbalance.draw_imbalanced(unlabelled, [1, 2, 3], seed=0)


def test_false_negatives_by_hand():
    assert imbalance.expected_false_negatives([1] * 10) == pytest.approx(0.1)
    assert imbalance.expected_false_negatives([0.5, 0.25, 0.25]) == pytest.approx(0.375)


def test_false_negatives_over_the_published_mnist_splits():
    shares = [imbalance.expected_false_negatives(counts) for counts in MNIST_SPLIT_COUNTS]
    assert np.mean(shares) == pytest.approx(0.1199, abs=5e-5)  # published: 0.119 +- 0.008
    assert np.std(shares) == pytest.approx(0.0079, abs=1e-4)


def test_class_table():
    data = imbalance.draw_imbalanced(_data(), [10, 5, 5], seed=0)
    assert imbalance.class_table(data).splitlines() == [
        "class  proportion  images",
        "a          0.5000      10",
        "b          0.2500       5",
        "c          0.2500       5",
        "total      1.0000      20",
        "Expected share of negative pairs that have the same class (false negatives): 0.3750.",
    ]


def test_class_table_without_labels():
    unlabelled = LabelledImages(_data().images, None, (), "made up")
    assert imbalance.class_table(unlabelled) == "60 images without labels"
