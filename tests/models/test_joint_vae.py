"""JointVAE: its networks, a real train step, its loss by hand, its capacity."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.losses.variational import categorical_kl, gaussian_kl
from elastic_infogan_tf.models.build import build_model

LOGS = {"reconstruction_loss", "continuous_kl", "discrete_kl", "loss"}


@pytest.fixture
def build(make_config):
    """A function (dataset, **changes) -> a narrow JointVAE."""

    def make(dataset, **changes):
        return build_model(make_config(dataset, method="joint_vae", **changes), None)

    return make


@pytest.mark.parametrize(("dataset", "shape"), [("mnist", (28, 28, 1)), ("cars", (64, 64, 3))])
def test_networks_have_the_images_shape_and_the_published_widths(make_config, dataset, shape):
    model = build_model(make_config(dataset, method="joint_vae", base_channels=64), None)
    images = tf.zeros([2, *shape])
    outputs = model.encoder(images)
    assert outputs["mean"].shape == outputs["log_variance"].shape == (2, 10)
    assert outputs["logits"].shape == (2, 10) and outputs["features"].shape == (2, 256)
    made = model.generator([tf.zeros([2, 10]), tf.zeros([2, 10])])
    assert made.shape == (2, *shape)
    convolutions = [layer.filters for layer in model.encoder.layers if hasattr(layer, "filters")]
    assert convolutions == ([32, 32, 64, 64] if dataset == "cars" else [32, 64])


@pytest.mark.parametrize("dataset", ["mnist", "cars"])
def test_a_step_reports_finite_means_and_moves_all_weights(build, fake_batch, dataset):
    model = build(dataset)
    before = [weight.numpy() for weight in model.trainable_variables]
    logs = model.train_step(fake_batch(model))
    assert logs.keys() == LOGS and all(np.isfinite(value) for value in logs.values())
    moved = [
        not np.array_equal(old, new.numpy())
        for old, new in zip(before, model.trainable_variables, strict=True)
    ]
    assert all(moved) and model.step == 1


def test_the_generators_pixels_are_the_decoders_bernoulli_means(build):
    model = build("mnist")
    inputs = [tf.random.normal([3, 10], seed=1), tf.one_hot([0, 1, 2], 10)]
    means = 1 / (1 + np.exp(-model.decoder(inputs).numpy()))
    np.testing.assert_allclose(model.generator(inputs), 2 * means - 1, atol=1e-5)


@pytest.mark.parametrize(("capacity", "step"), [(0.0, 0), (5.0, 50), (5.0, 900)])
def test_the_loss_is_the_reconstruction_and_the_distance_from_the_capacity(
    build, fake_batch, capacity, step
):
    model = build("mnist", beta=7.0)
    model.capacity, model.capacity_steps = capacity, 100
    batch = fake_batch(model, step=step)
    outputs = model.encoder(batch["image"])
    continuous = np.mean(gaussian_kl(outputs["mean"], outputs["log_variance"]))
    discrete = np.mean(categorical_kl(outputs["logits"]))
    logs = model.train_step(batch)
    assert float(logs["continuous_kl"]) == pytest.approx(continuous, rel=1e-5)
    assert float(logs["discrete_kl"]) == pytest.approx(discrete, rel=1e-4)
    grown = min(step / 100, 1.0)
    # The code's channel cannot carry more than log 10.
    aims = grown * capacity, grown * min(capacity, np.log(10))
    penalty = abs(continuous - aims[0]) + abs(discrete - aims[1])
    expected = float(logs["reconstruction_loss"]) + 7.0 * penalty
    assert float(logs["loss"]) == pytest.approx(float(expected), rel=1e-5)


def test_its_prior_is_uniform_and_stays_so(build, fake_batch):
    model = build("mnist")
    model.train_step(fake_batch(model))
    np.testing.assert_allclose(model.prior.probabilities, np.full(10, 0.1), rtol=1e-6)


def test_it_learns_to_reconstruct(build):
    model = build("digits", base_channels=8, beta=0.01)
    model.capacity = 0.0
    rng = np.random.default_rng(0)
    images = np.zeros((64, 28, 28, 1), np.uint8)
    for image in images:  # a bright square somewhere
        row, column = rng.integers(0, 20, 2)
        image[row : row + 8, column : column + 8] = 255
    dataset = tf.data.Dataset.from_tensor_slices(images).repeat().batch(16)
    losses = model.fit(dataset, steps_per_epoch=20, epochs=3, verbose=0).history
    assert losses["reconstruction_loss"][-1] < 0.8 * losses["reconstruction_loss"][0]
    again = model.reconstruct(tf.constant(images[:4] / 127.5 - 1, tf.float32))
    assert again.shape == (4, 28, 28, 1) and np.max(np.abs(again)) <= 1
