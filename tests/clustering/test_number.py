"""How many clusters: the number of blobs that there are."""

import numpy as np
import pytest

from elastic_infogan_tf.clustering.cluster import choose_number
from elastic_infogan_tf.errors import UsageError


@pytest.mark.parametrize("sizes", [[60, 50, 40], [60, 50, 40, 30, 30, 20]])
def test_the_number_of_blobs_is_recommended(sizes):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    features = np.eye(16)[labels] + 0.15 * rng.normal(size=(len(labels), 16))
    curve = choose_number([features], 9)
    assert curve.numbers.tolist() == list(range(2, 10))
    assert curve.recommended == len(sizes)
    low, high = curve.likely
    assert 2 <= low <= curve.recommended <= high <= curve.numbers[-1]
    assert curve.agreement[len(sizes) - 2] == pytest.approx(1.0)
    assert np.cumsum(curve.gain) == pytest.approx(curve.mutual_information)
    # No edge leaves a blob, so an edge tells all that there is to know of its ends.
    shares = np.array(sizes) / sum(sizes)
    entropy = -np.sum(shares * np.log(shares))
    assert curve.mutual_information[len(sizes) - 2] == pytest.approx(entropy, abs=0.05)


def test_more_clusters_than_images_are_refused():
    with pytest.raises(UsageError, match="20 images cannot be cut into 21 clusters"):
        choose_number([np.eye(20)], 21)
