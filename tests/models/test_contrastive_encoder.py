"""Features that are learned alone are those of the first part of a whole training."""

import numpy as np
import pytest

from elastic_infogan_tf.models.build import build_encoder, build_model
from elastic_infogan_tf.settings.data import AUTO


@pytest.fixture
def config(make_config):
    return make_config(
        "npz",
        method="clustered_infogan",
        num_classes=AUTO,
        epochs=5,
        first_part_steps=5,
        seed=3,
    )


def test_the_encoder_learns_what_the_recogniser_of_the_whole_model_does(
    make_config, config, random_batches
):
    settings = {k: v for k, v in config.flat().items() if k in ("epochs", "first_part_steps")}
    whole_config = make_config(
        "npz", method="clustered_infogan", num_classes=3, seed=config.schedule.seed, **settings
    )
    encoder, whole = build_encoder(config, 16), build_model(whole_config, None, 16)
    assert encoder.total_steps == whole.first_steps == 5
    # The last fifth of the steps is at the smaller rate.
    for model in (encoder, whole):
        data = random_batches(whole, 5)
        model.fit(data, verbose=0)
    assert encoder.step == 5
    images = np.random.default_rng(0).uniform(-1, 1, (4, 64, 64, 3)).astype(np.float32)
    mine, others = (model(images)["features"].numpy() for model in (encoder, whole))
    np.testing.assert_allclose(mine, others, rtol=1e-3, atol=1e-5)
    fresh = build_encoder(config, 16)(images)["features"].numpy()
    assert np.abs(fresh - mine).max() > 1e-3
