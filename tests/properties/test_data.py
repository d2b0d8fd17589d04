"""What holds of splits and transforms whatever goes in."""

import dataclasses

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.data.imbalance import counts_for, draw_imbalanced, expected_false_negatives
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.transforms import Augmentation

SEEDS = st.integers(0, 2**31 - 1)
CLASSES = st.lists(st.tuples(st.floats(1e-3, 1e3), st.integers(1, 10_000)), min_size=1, max_size=20)


@given(CLASSES)
def test_counts_use_one_class_up_and_no_class_more_than_there_is(classes):
    proportions, supply = map(np.array, zip(*classes, strict=True))
    counts = counts_for(proportions, supply)
    assert (counts >= 1).all() and (counts <= supply).all()
    assert (counts == supply).any()
    # Rounding down costs less than one image; one is the least.
    total = (supply / proportions).min()
    exact = proportions * total
    assert ((counts - exact < 1e-5) | (counts == 1)).all() and (exact - counts < 1).all()


@given(CLASSES, st.floats(1e-3, 1e3))
def test_only_the_ratios_of_proportions_count(classes, factor):
    proportions, supply = map(np.array, zip(*classes, strict=True))
    both = counts_for(proportions, supply), counts_for(proportions * factor, supply)
    # A product may be rounded across a whole number.
    assert np.abs(both[0] - both[1]).max() <= 1


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=50))
def test_the_share_of_false_negatives_is_least_where_classes_are_equal(counts):
    share = expected_false_negatives(counts)
    assert 1 / len(counts) - 1e-9 <= share <= 1 + 1e-9


@given(st.lists(st.integers(0, 6), min_size=2, max_size=5), SEEDS, st.data())
@settings(deadline=None)
def test_a_draw_has_the_counts_asked_for_of_images_of_the_data(counts, seed, data):
    supply = [count + data.draw(st.integers(1, 4)) for count in counts]
    labels = np.repeat(np.arange(len(supply)), supply)
    images = np.arange(len(labels), dtype=np.uint8)[:, None, None, None]
    names = tuple(f"class {number}" for number in range(len(supply)))
    drawn = draw_imbalanced(LabelledImages(images, labels, names, "made up"), counts, seed)
    assert np.bincount(drawn.labels, minlength=len(counts)).tolist() == counts
    rows = drawn.images[:, 0, 0, 0]
    assert len(set(rows.tolist())) == len(rows)  # none twice
    assert (labels[rows] == drawn.labels).all()  # each with its own label


AUGMENTATIONS = st.builds(
    Augmentation,
    rotation=st.floats(0, 180),
    zoom_out=st.floats(0.3, 1.0),
    zoom_in=st.floats(1.0, 2.0),
    translation=st.floats(0, 0.5),
    distortion=st.floats(0, 0.5),
    horizontal_flip=st.booleans(),
    background=st.one_of(st.none(), st.integers(0, 255)),
    crop=st.floats(0.1, 1.0),
    brightness=st.floats(0, 1),
    contrast=st.floats(0, 1),
    saturation=st.floats(0, 1),
)


@given(AUGMENTATIONS, SEEDS)
@settings(deadline=None, max_examples=30)
def test_transforms_keep_pixels_in_range_and_are_functions_of_the_seed(augmentation, seed):
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    moved, again = (augment(images, augmentation, tf.constant([seed, 1])) for _ in range(2))
    assert moved.shape == images.shape and moved.dtype == tf.float32
    assert np.isfinite(moved).all()
    assert np.min(moved) >= -1e-3 and np.max(moved) <= 255 + 1e-3
    np.testing.assert_array_equal(moved, again)


@given(AUGMENTATIONS, SEEDS, st.integers(0, 255))
@settings(deadline=None, max_examples=30)
def test_an_image_of_the_backgrounds_colour_stays_so(augmentation, seed, colour):
    """Wherever it is moved, as long as light and colour are left alone."""
    plain = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "background": colour}
    still = dataclasses.replace(augmentation, **plain)
    images = np.full((2, 8, 8, 1), colour, np.uint8)
    moved = augment(images, still, tf.constant([seed, 1]))
    np.testing.assert_allclose(moved, colour, atol=1e-3)
