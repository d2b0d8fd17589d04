"""Features that are learned alone are those of the first part of a whole training."""

import numpy as np
import pytest

from elastic_infogan_tf.models.build import build_encoder, build_model

STEPS = 5  # the last fifth of them at the smaller rate


@pytest.mark.slow
def test_the_encoder_learns_what_the_recogniser_of_the_whole_model_does(
    make_config, random_batches
):
    first = {"epochs": 5, "first_part_steps": STEPS}
    config = make_config("digits", method="clustered_infogan", seed=3, **first)
    encoder, whole = build_encoder(config, 16), build_model(config, None, 16)
    assert encoder.total_steps == whole.state.first_steps == STEPS
    for model in (encoder, whole):
        model.fit(random_batches(whole, STEPS), verbose=0)
    assert encoder.step == STEPS
    images = np.random.default_rng(0).uniform(-1, 1, (4, 28, 28, 1)).astype(np.float32)
    mine, others = (model(images)["features"].numpy() for model in (encoder, whole))
    np.testing.assert_allclose(mine, others, rtol=1e-3, atol=1e-5)
    fresh = build_encoder(config, 16)(images)["features"].numpy()
    assert np.abs(fresh - mine).max() > 1e-3
