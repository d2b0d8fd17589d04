"""Sorting is Q, batch by batch: groups, joined ones too, transforms and outliers of all images."""

import dataclasses

import numpy as np
import pytest
from scipy.special import softmax

from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.groups import assign
from elastic_infogan_tf.groups.assign import OutlierScores, join, sort_images
from elastic_infogan_tf.settings import transforms
from tests.evaluation.known_model import KnownModel, grey_images

APART = np.arange(4)
STILL = transforms.choose(transforms.DIGITS, ["none"])
BRIGHT = dataclasses.replace(transforms.choose(transforms.PHOTOS, ["colour"]), brightness=0.6)
EVEN = [0.25] * 4


@pytest.fixture(scope="module")
def inference():
    """Its likeliest code is the nearest grey level's: 20, 80, 140, 200."""
    return Inference(KnownModel([0, 1, 2, 3], EVEN))


@pytest.fixture(params=[4000, 30], ids=["all are the sample", "a part is"])
def sample(request, monkeypatch):
    """How many images are looked at first; batches are small, and cut the sample."""
    monkeypatch.setattr(assign, "SAMPLE", request.param)
    monkeypatch.setattr(assign, "BATCH", 8)
    return min(request.param, 100)


def test_groups_and_probabilities_are_qs(inference, sample):
    images = grey_images().images
    sorting = sort_images(inference, images, STILL, APART)
    logits = inference.encode(images).logits
    probabilities = softmax(logits, axis=1)
    order = np.argsort(-logits, axis=1, kind="stable")
    assert np.array_equal(sorting.groups, order[:, 0])
    assert np.array_equal(sorting.second_groups, order[:, 1])
    every = np.arange(100)
    np.testing.assert_allclose(sorting.probabilities, probabilities[every, order[:, 0]], rtol=1e-5)
    second = probabilities[every, order[:, 1]]
    np.testing.assert_allclose(sorting.second_probabilities, second, rtol=1e-4)
    np.testing.assert_allclose(sorting.margins, sorting.probabilities - second, rtol=1e-4)


def test_a_joined_group_has_the_probability_of_its_codes_together():
    logits = np.log([[0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]) - 200  # far from 0 as well
    joined = join(logits, np.array([0, 1, 0]))
    np.testing.assert_allclose(softmax(joined, axis=1), [[0.6, 0.4], [0.2, 0.8]])


def test_joined_codes_are_one_group(inference, sample):
    data = grey_images()
    sorting = sort_images(inference, data.images, STILL, np.array([0, 1, 0, 1]))
    assert np.array_equal(sorting.groups, data.labels % 2)
    assert np.array_equal(sorting.second_groups, 1 - sorting.groups)


def test_transforms_are_the_runs_own(inference, sample):
    data = grey_images()
    sorting = sort_images(inference, data.images, STILL, APART)
    assert len(sorting.sample) == len(np.unique(sorting.sample)) == sample
    same = np.repeat(sorting.groups[sorting.sample], assign.TRANSFORMS)
    assert np.array_equal(sorting.transform_groups.ravel(), same)
    moved = sort_images(inference, data.images, BRIGHT, APART, seed=3)
    first = data.images[moved.sample[:8]]
    expected = augment(np.repeat(first, assign.TRANSFORMS, axis=0), BRIGHT, [3, 0]).numpy()
    codes = inference.encode(expected).codes
    assert np.array_equal(moved.transform_groups[:8].ravel(), codes)
    assert np.any(moved.transform_groups.ravel() != np.repeat(moved.groups[moved.sample], 2))


def test_outliers_are_known_by_qs_features_of_the_sample(inference, sample):
    images = grey_images().images
    sorting = sort_images(inference, images, STILL, APART)
    features = inference.encode(images).features
    scores = OutlierScores(features[sorting.sample])
    np.testing.assert_allclose(sorting.outlier_scores[sorting.sample], scores.own, rtol=1e-4)
    others = np.setdiff1d(np.arange(100), sorting.sample)
    np.testing.assert_allclose(
        sorting.outlier_scores[others], scores.of(features[others]), rtol=1e-4
    )


def test_one_image_is_sorted(inference):
    sorting = sort_images(inference, grey_images().images[:1], STILL, APART)
    assert (len(sorting.groups), sorting.outlier_scores.tolist()) == (1, [1.0])
