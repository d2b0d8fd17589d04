"""The public door: a run folder is a trained model in one call."""

from pathlib import Path

import numpy as np
import pytest

import elastic_infogan_tf
from elastic_infogan_tf.errors import UsageError

OLD = Path(__file__).parents[1] / "data" / "run_folders" / "0.1.0"


@pytest.fixture(scope="module", params=["elastic_infogan", "clustered_infogan"])
def trained(request):
    return elastic_infogan_tf.load(str(OLD / request.param))


def test_it_has_the_weights_of_the_checkpoint_and_samples_their_prior(trained):
    assert trained.model.step == 12
    images, codes = trained.sample(count=300, seed=1)
    assert images.dtype == np.uint8 and images.shape == (300, *trained.image_shape)
    assert codes.dtype == np.int64 and codes.shape == (300,)
    prior = trained.model.prior.probabilities.numpy()
    shares = np.bincount(codes, minlength=trained.num_codes) / 300
    assert np.abs(shares - prior).max() < 4 * np.sqrt(0.25 / 300)
    fewer, same_codes = trained.sample(count=5, seed=1)
    assert np.array_equal(same_codes, codes[:5])
    assert np.abs(fewer.astype(int) - images[:5]).max() <= 1


def test_it_encodes_what_it_generates(trained):
    images = trained.generate(code=3, count=5)
    assert images.dtype == np.uint8 and images.shape == (5, *trained.image_shape)
    assert np.array_equal(images, trained.generate(code=3, count=5, seed=0))
    encoded = trained.encode(images)
    assert encoded.codes.dtype == np.int64 and encoded.probabilities.dtype == np.float32
    np.testing.assert_allclose(encoded.probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(encoded.probabilities.argmax(axis=1), encoded.codes)
    assert encoded.features.dtype == np.float32 and len(encoded.features) == 5


def test_other_images_codes_and_counts_are_refused_in_a_sentence(trained):
    for images in (np.zeros((2, 28, 28, 1)), np.zeros((28, 28), np.uint8), np.zeros(0, np.uint8)):
        with pytest.raises(ValueError, match=r"images must be uint8 \[n, 28, 28, 1\], n is 1 or m"):
            trained.encode(images)
    for code, count in ((10, 1), (-1, 1), (0, 0)):
        with pytest.raises(ValueError, match="code must be 0 to 9, and count 1 or more"):
            trained.generate(code, count)
    with pytest.raises(ValueError, match=r"count must be 1 or more\. Received: count=0"):
        trained.sample(0)


def test_a_model_is_not_saved_as_a_whole_but_its_weights_are(trained, tmp_path):
    with pytest.raises(NotImplementedError, match="save_weights"):
        trained.model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())
    images = trained.generate(0, 2)
    weights, before = tmp_path / "m.weights.h5", trained.model.get_weights()
    trained.model.save_weights(weights)
    trained.model.set_weights([np.zeros_like(weight) for weight in before])
    assert not np.array_equal(trained.generate(0, 2), images)
    trained.model.load_weights(weights)
    assert np.array_equal(trained.generate(0, 2), images)


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UsageError, match=f"^{tmp_path} is not a run folder: there is no config"):
        elastic_infogan_tf.load(tmp_path)
