"""Shares of groups with the bootstrap's intervals, and the agreement of transforms."""

import numpy as np

from elastic_infogan_tf.groups.groups import agreement, share_intervals


def test_intervals_are_those_of_resampled_images():
    counts = np.array([70, 25, 5, 0])
    images = np.repeat(np.arange(4), counts)
    rng = np.random.default_rng(1)
    drawn = [np.bincount(rng.choice(images, 100), minlength=4) / 100 for _ in range(4000)]
    expected = np.quantile(drawn, [0.025, 0.975], axis=0).T
    np.testing.assert_allclose(share_intervals(counts), expected, atol=0.011)


def test_intervals_hold_the_share_and_shrink_with_more_images():
    counts = np.array([70, 25, 5])
    few, many = share_intervals(counts), share_intervals(100 * counts)
    for interval in (few, many):
        assert np.all(interval[:, 0] <= counts / 100) and np.all(counts / 100 <= interval[:, 1])
    np.testing.assert_allclose(np.ptp(few, axis=1) / np.ptp(many, axis=1), 10, rtol=0.15)


def test_an_empty_group_has_no_share_and_the_only_one_all():
    assert share_intervals(np.array([0, 8])).tolist() == [[0, 0], [1, 1]]


def test_agreement_counts_every_transform():
    of_transforms = np.array([[0, 0], [1, 0], [0, 0], [2, 2]])
    assert agreement(np.array([0, 1, 1, 2]), of_transforms) == 5 / 8
    assert agreement(np.zeros(0, int), np.zeros((0, 2), int)) is None
