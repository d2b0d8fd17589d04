"""What images with labels know of themselves."""

import dataclasses

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages


def test_pixels_are_hashed_once():
    data = LabelledImages(np.zeros((2, 1, 1, 1), np.uint8), None, (), "made up")
    first = data.fingerprint
    data.images[:] = 1
    assert data.fingerprint == first
    assert dataclasses.replace(data).fingerprint != first
