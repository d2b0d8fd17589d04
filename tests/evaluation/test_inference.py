"""Generating and encoding in batches is the networks themselves."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale, unscale
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.evidence import Evidence, Reference
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.build import build_model


@pytest.fixture(scope="module")
def model(make_config):
    return build_model(make_config("digits"), None)


def test_images_are_the_generators_for_the_code_and_normal_noise(model):
    images = Inference(model).generate(3, 260, seed=5)
    noise = np.random.default_rng([5, 3]).standard_normal((260, 62)).astype(np.float32)
    code = np.eye(10, dtype=np.float32)[[3] * 260]
    expected = unscale(model.generator([tf.constant(noise), tf.constant(code)], training=False))
    assert images.dtype == np.uint8 and images.shape == (260, 28, 28, 1)
    # One grey level of rounding, between one batch and two.
    assert np.max(np.abs(images.astype(int) - expected.numpy().astype(int))) <= 1


def test_equal_seeds_give_equal_images_and_other_codes_other_noise(model):
    first, again = (Inference(model).generate(1, 5, seed=0) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(Inference(model).generate(1, 9, seed=0)[:5], first)
    assert not np.array_equal(Inference(model).generate(1, 5, seed=1), first)
    assert not np.array_equal(Inference(model).generate(2, 5, seed=0), first)


def test_images_of_each_code_are_those_of_the_codes(model):
    inference = Inference(model)
    images = inference.generate_each(26, seed=5)  # in two batches, which cut a code's apart
    expected = np.concatenate([inference.generate(code, 26, seed=5) for code in range(10)])
    assert images.dtype == np.uint8 and images.shape == expected.shape
    assert np.max(np.abs(images.astype(int) - expected.astype(int))) <= 1


def test_encoding_is_q_in_inference_mode_for_all_images(model):
    images = np.random.default_rng(0).integers(0, 256, (253, 28, 28, 1), np.uint8)
    before = model.get_weights()
    encoded = Inference(model).encode(images)
    expected = model(scale(images), training=False)
    probabilities = tf.nn.softmax(expected["logits"])
    np.testing.assert_allclose(encoded.features, expected["features"], atol=1e-5)
    assert np.array_equal(encoded.codes, np.argmax(expected["logits"], axis=1))
    np.testing.assert_allclose(encoded.confidences, np.max(probabilities, axis=1), atol=1e-5)
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_qs_surprise_is_the_cross_entropy_of_the_codes(model):
    data = LabelledImages(np.zeros((5, 28, 28, 1), np.uint8), None, (), "made up")
    evidence = Evidence(Inference(model), Reference(data))
    images, codes = evidence.few_generated, evidence.few_codes
    probabilities = tf.nn.softmax(model(scale(images), training=False)["logits"]).numpy()
    expected = -np.log(probabilities[np.arange(250), codes])
    np.testing.assert_allclose(evidence.few_code_losses, expected, atol=1e-4)


def test_tensorflow_does_not_warn_of_the_programs_of_many(model, caplog):
    images = np.zeros((260, 28, 28, 1), np.uint8)  # two batches, so two programs each
    with caplog.at_level("WARNING", logger="tensorflow"):
        for _ in range(6):
            inference = Inference(model)
            inference.encode(images)
            inference.generate(0, 260, seed=0)
    assert "retracing" not in caplog.text
