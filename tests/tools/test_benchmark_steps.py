"""Timing steps: turns, parts, operations, and the command as its user meets it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.build import build_model
from tests.run_command import assert_refused, run_command
from tools import benchmark_steps
from tools.benchmarks import operations, step_times


def test_contenders_take_turns_and_the_first_turn_does_not_count(monkeypatch):
    clock, taken = [0.0], []
    durations = {"a": iter([100.0, 1.0, 9.0, 2.0]), "b": iter([100.0, 5.0, 5.0, 5.0])}

    def contender(name):
        def step():
            taken.append(name)
            clock[0] += next(durations[name])

        return step

    monkeypatch.setitem(step_times.CLOCKS, "wall", lambda: clock[0])
    seconds = step_times.time_alternately({name: contender(name) for name in ("a", "b")}, rounds=3)
    assert seconds["a"].tolist() == [1.0, 9.0, 2.0] and seconds["b"].tolist() == [5.0] * 3
    assert taken == ["a", "b"] * 4


def _graph(function, *shapes):
    arguments = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    return tf.function(function).get_concrete_function(*arguments).graph


_KERNEL = np.ones((4, 4, 3, 5), np.float32)
_CONVOLUTION = 2 * (2 * 4 * 4) * (4 * 4 * 3 * 5)  # 2 images, outputs of 4x4


def test_operations_of_a_small_network_and_of_its_gradients():
    """8x8x3 images by a 4x4/2 convolution to 5 channels, and those 80 numbers to 7."""
    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(5, 4, 2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(7),
        ]
    )
    dense = 2 * 2 * 80 * 7
    assert operations.count(_graph(network, (2, 8, 8, 3))) == _CONVOLUTION + dense

    def gradients(images):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(network(images) ** 2)
        return tape.gradient(loss, network.trainable_variables)

    # Nobody asks for the gradient of the images.
    assert operations.count(_graph(gradients, (2, 8, 8, 3))) == 2 * _CONVOLUTION + 3 * dense

    def transposed(x):
        return tf.nn.conv2d_transpose(x, _KERNEL, (2, 8, 8, 3), strides=2)

    assert operations.count(_graph(transposed, (2, 4, 4, 5))) == _CONVOLUTION


def test_operations_that_no_result_needs_or_that_are_there_already_do_not_count():
    def twice(images, other):
        tf.nn.conv2d(images, _KERNEL, 2, "VALID")  # nobody takes it
        return sum(tf.nn.conv2d(x, _KERNEL, 2, "SAME") for x in (images, images, other))

    shape = (2, 8, 8, 3)
    assert operations.count(_graph(twice, shape, shape)) == 2 * _CONVOLUTION


def test_operations_in_conditions_count_as_far_as_they_are_needed():
    def either(images, which):
        first, _ = tf.cond(
            which[0, 0] > 0,
            lambda: (tf.nn.conv2d(images, _KERNEL, 2, "SAME"), which @ tf.transpose(which)),
            lambda: (tf.zeros((2, 4, 4, 5)), tf.zeros((3, 3))),
        )
        return first

    assert operations.count(_graph(either, (2, 8, 8, 3), (3, 1))) == _CONVOLUTION


def test_operations_need_static_shapes():
    with pytest.raises(ValueError, match=r"is not static. Received: \(None, 3\)"):
        operations.count(_graph(lambda x: x @ tf.ones((3, 3)), (None, 3)))


def test_the_step_trains_a_model_that_has_its_clusters(make_config, monkeypatch, eagerly):
    models = []

    def build(*arguments):
        models.append(build_model(*arguments))
        return models[0]

    monkeypatch.setattr(step_times, "build_model", build)
    config = make_config("digits", method="clustered_infogan")
    with eagerly():
        step, _ = step_times.timed_step(config, jit_compile=False)
        (model,) = models
        assert model.next_clustering is None and model.step == 0  # a step after the clusters
        before = [weight.numpy() for weight in model.trainable_weights]
        step()
    assert model.step == 1
    changed = zip(model.trainable_weights, before, strict=True)
    assert any(np.any(weight.numpy() != old) for weight, old in changed)


def test_a_table_of_numbers_that_belong_together():
    code, out, err = run_command(
        benchmark_steps,
        "--step=digits:joint_vae:2,cars:joint_vae:2",
        *("--variants=graph", "--rounds=2"),
    )
    assert code == 0, err
    heading, rule, *rows, _, message = out.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert {row.count("|") for row in (heading, rule, *rows)} == {8}
    assert [row[:3] for row in cells] == [
        ["digits:joint_vae:2", "graph", "64"],
        ["cars:joint_vae:2", "graph", "50"],
    ]
    medians = [float(row[3].split()[0]) for row in cells]
    ratios = [float(row[4]) for row in cells]
    assert ratios[0] == 1 and ratios[1] == pytest.approx(medians[1] / medians[0], abs=0.02)
    assert all(float(row[5]) > 0 and row[6].endswith("%") for row in cells)
    assert message.startswith("Medians of 2 turns, wall clock; the product of two 1024x1024")


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--rounds=0", "--rounds must be 1 or more. Received: 0"),
        ("--step=foo", "--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64."),
        ("--step=mnist:joint_vae:wide", "Received: mnist:joint_vae:wide"),
        ("--step=mnist:gan:2", "gan"),
        ("--step=pets:joint_vae:2", "pets"),
        ("--variants=fast", "--variants must be of graph, xla, bfloat16, xla_bfloat16. Received"),
        ("--clock=sun", "--clock must be one of wall, cpu. Received: sun"),
    ],
)
def test_bad_flags_get_a_sentence(flag, message):
    assert_refused(run_command(benchmark_steps, flag), message)
