"""Groups without learning: colours where these differ, pixels where those do."""

import numpy as np
from sklearn.metrics import adjusted_rand_score

from elastic_infogan_tf.clustering import baselines as module
from elastic_infogan_tf.clustering.baselines import baselines, colour_histograms


def test_colours_group_what_differs_in_colour_wherever_it_is(monkeypatch):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 20)
    images = rng.integers(0, 256, (60, 6, 6, 3)).astype(np.uint8)
    images[np.arange(60), :, :, labels] = 250
    for most in (5_000, 30):  # all images are linked, or half of them
        monkeypatch.setattr(module, "_SIZE", most)
        groups = baselines(images, 3)
        assert adjusted_rand_score(labels, groups["colours and Ward"]) > 0.9
    assert {name: len(part) for name, part in groups.items()} == {
        "colours and Ward": 60,
        "pixels and k-means": 60,
        "pixels and graph": 60,
    }


def test_pixels_group_what_differs_in_shape_alone():
    labels = np.repeat([0, 1], 30)
    images = np.random.default_rng(0).integers(0, 60, (60, 8, 8, 1)).astype(np.uint8)
    images[:30, :4] += 180
    images[30:, 4:] += 180  # the same grey levels, elsewhere
    groups = baselines(images, 2)
    assert adjusted_rand_score(labels, groups["pixels and k-means"]) == 1.0
    assert abs(adjusted_rand_score(labels, groups["colours and Ward"])) < 0.2


def test_a_histogram_is_of_roots_of_shares():
    image = np.zeros((1, 2, 2, 3), np.uint8)
    image[0, 0, 0] = 255  # one pixel of four is white
    (histogram,) = colour_histograms(image)
    assert sorted(histogram[histogram > 0]) == [0.5, np.sqrt(0.75).astype(np.float32)]
    assert histogram[0] == np.sqrt(0.75).astype(np.float32) and histogram[-1] == 0.5
    assert colour_histograms(image[..., :1]).shape == (1, 32)
