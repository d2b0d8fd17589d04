"""What many partitions agree on."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.clustering.ensemble import consensus, least_size, stability


def test_equal_partitions_by_other_names_are_the_consensus():
    labels = np.repeat([0, 1, 2], [30, 20, 10])
    renamed = np.array([2, 0, 1])[labels]
    agreed = consensus([labels, renamed, labels], 3)
    assert adjusted_rand_score(agreed, labels) == 1.0
    assert stability([labels, renamed], agreed) == pytest.approx(1.0)


def test_errors_of_single_partitions_are_outvoted():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [200, 100, 40])
    partitions = [
        np.where(rng.uniform(size=340) < 0.1, rng.integers(3, size=340), labels) for _ in range(15)
    ]
    agreed = consensus(partitions, 3)
    known = agreed >= 0
    assert known.mean() > 0.95
    assert adjusted_rand_score(agreed[known], labels[known]) > 0.98
    assert stability(partitions, labels) < 0.95


def test_a_few_images_of_no_cluster_are_left_out():
    # Three images are with the one half of the partitions' first cluster, and with the second.
    labels = np.repeat([0, 1], [40, 37])
    partitions = [np.append(labels, [number % 2] * 3) for number in range(8)]
    agreed = consensus(partitions, 2)
    assert sorted(set(agreed[:77])) == [0, 1]
    assert adjusted_rand_score(agreed[:77], labels) == 1.0


def test_a_few_views_that_look_alike_do_not_take_the_place_of_a_rare_class():
    # Half of the tries have seven views of the first class by themselves and the third, of 15
    # images, with the second; by linkage alone the third would be given up for the seven.
    sizes = [60, 50, 15, 7]
    proper, looks = (np.repeat(names, sizes) for names in ([0, 1, 2, 0], [0, 1, 1, 2]))
    agreed = consensus([proper, looks] * 5, 3)
    assert adjusted_rand_score(agreed[:125], proper[:125]) == 1.0
    assert set(agreed[125:]) == {-1}


@pytest.mark.parametrize(
    ("images", "clusters", "least"),
    [(200, 20, 5), (280, 10, 7), (578, 10, 9), (1_205, 10, 16), (10_000, 10, 50)],
)
def test_how_small_a_cluster_may_be(images, clusters, least):
    assert least_size(images, clusters) == least
