"""scikit-learn's digits look like MNIST: size, box, background, labels."""

import numpy as np
import sklearn.datasets

from elastic_infogan_tf.data.sets import digits


def test_digits_have_mnist_format():
    data = digits.load()
    assert data.images.shape == (1797, 28, 28, 1)
    assert data.class_names == tuple("0123456789") and data.source == "scikit-learn digits"
    assert data.labels.dtype == np.int64 and data.class_counts.min() > 170


def test_digits_fill_the_middle_on_black():
    images = digits.load().images[..., 0]
    inside = np.zeros((28, 28), bool)
    inside[4:24, 4:24] = True
    assert not images[:, ~inside].any()
    assert images.max(axis=(1, 2)).min() > 200
    rows = images.max(axis=2) > 64
    assert np.median(rows.sum(axis=1)) >= 18


def test_digits_are_the_originals_enlarged():
    small = sklearn.datasets.load_digits().images[:50]
    large = digits.load().images[:50, 4:24, 4:24, 0].astype(float)
    for before, after in zip(small, large, strict=True):
        # Every output pixel against the input pixel it lies in.
        places = (np.arange(20) * 8) // 20
        assert np.corrcoef(before[np.ix_(places, places)].ravel(), after.ravel())[0, 1] > 0.85
