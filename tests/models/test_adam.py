"""Adam in one operation a variable computes what Keras' does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.adam import Adam

STEPS = 5


def _train(kind, jit_compile=False, schedule=None, **options):
    """Returns two weights after some steps of fixed gradients, and the optimiser."""
    rng = np.random.default_rng(0)
    weights = [
        keras.Variable(rng.normal(size=shape).astype("f"), name=name)
        for name, shape in (("first", (3, 2)), ("second", (4,)))
    ]
    gradients = rng.normal(size=(STEPS, 10)).astype("f")
    optimizer = kind(schedule or 1e-2, beta_1=0.5, beta_2=0.9, epsilon=1e-3, **options)
    optimizer.build(weights)

    @tf.function(jit_compile=jit_compile)
    def step(flat):
        optimizer.apply([tf.reshape(flat[:6], (3, 2)), flat[6:]], weights)

    for gradient in gradients:
        step(tf.constant(gradient))
    return [weight.numpy() for weight in weights], optimizer


@pytest.mark.parametrize("jit_compile", [False, True])
def test_it_is_keras_adam(jit_compile):
    expected, keras_one = _train(keras.optimizers.Adam)
    trained, ours = _train(Adam, jit_compile)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    for one, other in zip(ours.variables, keras_one.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-6)


def test_its_checkpoint_is_keras_adams(tmp_path):
    _, keras_one = _train(keras.optimizers.Adam)
    saved = tf.train.Checkpoint(optimizer=keras_one).save(str(tmp_path / "ckpt"))
    ours = Adam(1e-2)
    ours.build([keras.Variable(np.zeros((3, 2), "f")), keras.Variable(np.zeros(4, "f"))])
    tf.train.Checkpoint(optimizer=ours).restore(saved).assert_existing_objects_matched()
    for one, other in zip(ours.variables, keras_one.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_amsgrad_is_keras_too():
    expected, _ = _train(keras.optimizers.Adam, amsgrad=True)
    trained, _ = _train(Adam, amsgrad=True)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_follows_a_schedule():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([2], [1e-2, 0.0])
    expected, _ = _train(keras.optimizers.Adam, schedule=schedule)
    trained, _ = _train(Adam, schedule=schedule)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def _fallen(step):
    """A fifth of the rate from the third step on."""
    return tf.where(step < 2, 1.0, 0.2)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_a_course_is_a_schedule_of_a_rate_that_can_be_set(amsgrad):
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [1e-2, 2e-3])
    expected, _ = _train(keras.optimizers.Adam, schedule=schedule, amsgrad=amsgrad)
    trained, optimizer = _train(Adam, course=_fallen, amsgrad=amsgrad)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    optimizer.learning_rate = 5e-3
    assert float(optimizer.learning_rate) == pytest.approx(5e-3)
    assert any(optimizer.learning_rate is variable for variable in optimizer.variables)


def test_its_step_by_hand():
    """m = .5 g and v = .1 g^2, each divided by what it lacks: g over |g|, but for the epsilon."""
    weight = keras.Variable([1.0])
    Adam(0.25, beta_1=0.5, beta_2=0.9, epsilon=0.0).apply([tf.constant([-3.0])], [weight])
    assert weight.numpy() == pytest.approx(1.25)
    # 0.25 sqrt(1 - .9) / (1 - .5) * m / (sqrt(v) + 1) with m = 1.5, v = 0.9
    weight = keras.Variable([1.0])
    Adam(0.25, beta_1=0.5, beta_2=0.9, epsilon=1.0).apply([tf.constant([3.0])], [weight])
    by_hand = 1 - 0.25 * np.sqrt(0.1) / 0.5 * 1.5 / (np.sqrt(0.9) + 1)
    assert weight.numpy() == pytest.approx(by_hand)
