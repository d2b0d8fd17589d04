"""Models from anybody's networks and numbers: sizes, optimisers, ways to run, what is refused."""

import dataclasses
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.prior import Prior

STEPS = 4


@pytest.fixture(params=["own_infogan", "own_vae"])
def build(request):
    """A function (**arguments) -> a small model, not compiled."""
    return request.getfixturevalue(request.param)


def _fit(model, random_batches, **compile_arguments):
    model.compile(**compile_arguments)
    dataset = random_batches(model, STEPS)
    model.fit(dataset, steps_per_epoch=STEPS, epochs=1, shuffle=False, verbose=0)
    return [weight.numpy() for weight in model.weights]


def test_sizes_are_read_off_the_networks(build):
    model = build()
    assert (model.noise_dim, model.num_codes, model.image_shape) == (4, 3, (8, 8, 1))
    assert model.step == 0 and not hasattr(model, "config")


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"run_eagerly": True}, {"steps_per_execution": 2}])
def test_other_ways_to_run_train_to_the_same_weights(build, random_batches, how):
    start = [weight.numpy() for weight in build().weights]
    plain, other = _fit(build(), random_batches), _fit(build(), random_batches, **how)
    for first, one, two in zip(start, plain, other, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-6)
        if first.size > 1 and np.ptp(first):  # kernels
            assert np.abs(one - first).max() > 1e-4


@pytest.mark.parametrize("how", [{"run_eagerly": True}, {"steps_per_execution": 2}])
def test_every_step_counts_in_other_ways_to_run(own_infogan, random_batches, how):
    model = own_infogan()
    _fit(model, random_batches, **how)
    assert model.step == STEPS


@pytest.mark.slow
def test_xla_trains_to_nearly_the_same_weights(build, random_batches):
    plain, compiled = (_fit(build(), random_batches, jit_compile=jit) for jit in (False, True))
    for one, two in zip(plain, compiled, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)


def test_the_default_optimisers_are_the_official_adams(own_infogan, own_vae):
    infogan, vae = own_infogan(), own_vae()
    infogan.compile()
    vae.compile()
    names = ["discriminator_optimizer", "generator_optimizer", "prior_optimizer"]
    assert [optimizer.name for optimizer in infogan.optimizers] == names
    for optimizer, name in zip(infogan.optimizers, names, strict=True):
        settings = optimizer.get_config()
        values = [settings[key] for key in ("learning_rate", "beta_1", "beta_2", "epsilon")]
        assert values == pytest.approx([2e-4, 0.5, 0.999, 1e-8], rel=1e-6)
        assert getattr(infogan, name) is optimizer
    (optimizer,) = vae.optimizers
    assert optimizer is vae.optimizer_of_all
    assert float(optimizer.learning_rate) == pytest.approx(5e-4)
    # Keras' own optimiser would have moments of all weights, for nothing.
    assert infogan.optimizer is None and vae.optimizer is None


def test_each_given_optimiser_updates_its_own_part(own_infogan, fake_batch):
    model = own_infogan()
    still = keras.optimizers.SGD(0.0)
    model.compile("sgd", still, keras.optimizers.SGD(0.5))
    before = {name: getattr(model, name).get_weights() for name in ("trunk", "generator", "prior")}
    model.train_step(fake_batch(model))
    moved = {
        name: any(
            not np.array_equal(old, new)
            for old, new in zip(values, getattr(model, name).get_weights(), strict=True)
        )
        for name, values in before.items()
    }
    assert moved == {"trunk": True, "generator": False, "prior": True}
    assert model.generator_optimizer is still


def test_one_optimiser_for_two_phases_is_refused(own_infogan):
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"must be different objects.* Received: \[<keras"):
        own_infogan().compile(adam, adam)


def test_losses_of_ones_own_are_refused(build):
    with pytest.raises(TypeError, match="loss"):
        build().compile(loss="mse")


def test_compiling_again_starts_again_from_step_0(build, fake_batch):
    model = build()
    model.compile()
    model.train_step(fake_batch(model))
    assert model.step == 1
    model.compile()
    assert model.step == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"contrastive": "triplet"},
            "contrastive must be one of nt_xent, positive, none, or module:function.",
        ),
        ({"trunk_updates": "none"}, "trunk_updates must be one of discriminator, all."),
        ({"contrastive_temperature": 0.0}, "contrastive_temperature must be finite and above 0."),
        ({"info_weight": -1.0}, "info_weight must be finite and 0 or more."),
        ({"contrastive_weight": np.nan}, "contrastive_weight must be finite and 0 or more."),
        ({"seed": -1}, "seed must be between 0 and 2147483647."),
    ],
)
def test_values_out_of_range_are_refused(own_infogan, arguments, message):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=re.escape(f"{message} Received: {name}={value}")):
        own_infogan(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temperature": 0.0}, "temperature must be finite and above 0."),
        ({"beta": -1.0}, "beta must be finite and 0 or more."),
        ({"capacity": np.inf}, "capacity must be finite and 0 or more."),
        ({"capacity_steps": 0}, "capacity_steps must be finite and above 0."),
        ({"seed": 2**31}, "seed must be between 0 and 2147483647."),
    ],
)
def test_values_out_of_a_vaes_range_are_refused(own_vae, arguments, message):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=re.escape(f"{message} Received: {name}={value}")):
        own_vae(**arguments)


def test_stages_that_are_none_are_refused(own_stage):
    for stages in ([], [own_stage().generator]):
        with pytest.raises(ValueError, match=r"stages must be one or more `Stage`\. Received"):
            ElasticInfoGAN(stages, Prior(3))


def test_networks_of_another_number_of_codes_are_refused(own_stage):
    with pytest.raises(ValueError, match=r"code \[n, 5\], as many codes as the prior has"):
        ElasticInfoGAN([own_stage()], Prior(5))
    stage = own_stage()
    features = keras.Input((16,))
    logits = keras.layers.Dense(7)(features)
    for outputs in (logits, {"logits": logits, "features": features}, {"logits": logits}):
        bad = dataclasses.replace(stage, q_head=keras.Model(features, outputs))
        with pytest.raises(ValueError, match=r"q_head must return a dict of logits \[n, 3\]"):
            ElasticInfoGAN([bad], Prior(3))


def test_a_generator_without_two_inputs_is_refused(own_stage):
    stage = own_stage()
    image = keras.Input((8, 8, 1))
    bad = dataclasses.replace(stage, generator=keras.Model(image, image))
    with pytest.raises(ValueError, match=r"two inputs.* Received: .*\(None, 8, 8, 1\)"):
        ElasticInfoGAN([bad], Prior(3))


def test_a_trained_model_of_ones_own_finds_and_makes_codes(own_infogan, random_batches):
    model = own_infogan()
    _fit(model, random_batches)
    images = model.generator([tf.zeros([3, 4]), tf.eye(3)])
    assert images.shape == (3, 8, 8, 1)
    outputs = model(images)
    assert outputs["logits"].shape == (3, 3) and outputs["features"].shape == (3, 16)
