"""Timing steps: turns, parts, operations, and the command as its user meets it."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.build import build_model
from tests.run_command import assert_refused, run_command
from tools import benchmark_steps
from tools.benchmarks import operations, step_memory, step_table, step_times, turns
from tools.benchmarks.variants import VARIANTS


def test_contenders_take_turns_and_the_first_turn_does_not_count(monkeypatch):
    clock, taken = [0.0], []
    durations = {"a": iter([100.0, 1.0, 9.0, 2.0]), "b": iter([100.0, 5.0, 5.0, 5.0])}

    def contender(name):
        def step():
            taken.append(name)
            clock[0] += next(durations[name])

        return step

    monkeypatch.setitem(turns.CLOCKS, "wall", lambda: clock[0])
    found = turns.time_alternately({name: contender(name) for name in ("a", "b")}, rounds=3)
    assert found["a"].tolist() == [1.0, 9.0, 2.0] and found["b"].tolist() == [5.0] * 3
    assert taken == ["a", "b"] * 4
    assert turns.summary(found["a"]) == {
        "median": 2.0,
        "lower_quartile": 1.5,
        "upper_quartile": 5.5,
    }


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


def test_parts_of_a_step_update_no_weight_and_the_step_does(make_config, monkeypatch, eagerly):
    models = []

    def build(*arguments):
        models.append(build_model(*arguments))
        return models[0]

    monkeypatch.setattr(step_times, "build_model", build)
    config = make_config("digits", method="clustered_infogan")
    with eagerly():
        _check_parts(step_times.timed_step(config, jit_compile=False, num_images=8), *models)


def _check_parts(step, model):
    assert model.next_clustering is None  # a step after the clusters
    before = [weight.numpy() for weight in model.trainable_weights]
    step.forward()
    _, gradients = step.gradients()
    assert model.step == 0
    for weight, old in zip(model.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
    assert any(np.any(gradient) for gradient in gradients)
    updated = [model.discriminator_variables, model.generator_variables]
    updated.append(model.recogniser.trainable_variables)
    assert len(gradients) == sum(map(len, updated))
    step.whole()
    assert model.step == 1
    changed = zip(model.trainable_weights, before, strict=True)
    assert any(np.any(weight.numpy() != old) for weight, old in changed)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A short measurement: what was printed, and its file."""
    file = tmp_path_factory.mktemp("steps") / "steps.json"
    steps = "digits:joint_vae:2,cars:joint_vae:2"
    code, out, err = run_command(
        benchmark_steps,
        *(f"--step={steps}", "--variants=graph", "--rounds=2", "--nomemory", f"--out={file}"),
    )
    assert code == 0, err
    return out, file


@pytest.mark.slow
def test_numbers_are_written_and_their_table_is_printed_again(measured):
    out, file = measured
    assert out.endswith(f"\n\nnumbers: {file}\n")
    code, again, err = run_command(benchmark_steps, f"--json={file}")
    assert code == 0, err
    assert out.startswith(again.rstrip("\n"))
    heading, rule, first, second, _, said = again.splitlines()
    assert heading.count("|") == rule.count("|") == first.count("|") == second.count("|")
    assert first.startswith("| digits:joint_vae:2 | graph | 64 | ")
    assert second.startswith("| cars:joint_vae:2 | graph | 50 | ")
    assert first.split(" | ")[4] == "1.00" and first.endswith(" | - |")
    assert said.startswith("Medians of 2 turns, seconds of the clock. The product, of 1024x1024")


def test_numbers_belong_together(measured):
    found = json.loads(measured[1].read_text())
    product = found["product"]
    assert product["gigaflops_per_second"] == pytest.approx(
        2 * 1024**3 / product["seconds"]["median"] / 1e9
    )
    for case in found["cases"]:
        graph = case["variants"]["graph"]
        assert case["seconds"] == graph["step"]["median"] > 0 < case["input"]["median"]
        reached = graph["floating_point_operations"] / graph["step"]["median"] / 1e9
        assert graph["gigaflops_per_second"] == pytest.approx(reached)
        share = reached / product["gigaflops_per_second"]
        assert graph["share_of_product"] == pytest.approx(share)
    assert found["machine"]["tensorflow"] == tf.__version__


def test_peak_memory_is_in_the_table_and_at_least_what_the_process_holds(measured, tmp_path):
    held = np.ones(10_000_000)
    peak = step_memory.peak_bytes()
    assert peak > held.nbytes
    found = json.loads(measured[1].read_text())
    found["cases"][0]["variants"]["graph"]["peak_bytes"] = 812_345_678
    assert "| 812 |" in step_table.table(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rounds": "many"}, "its rounds must be of the type integer. Received: many"),
        ({"cases": []}, "its cases must be"),
        ({"version": 2}, "its version must be one of [1]. Received: 2"),
    ],
)
def test_a_damaged_file_gets_a_sentence(measured, tmp_path, change, said):
    file = tmp_path / "damaged.json"
    file.write_text(json.dumps(json.loads(measured[1].read_text()) | change))
    assert_refused(run_command(benchmark_steps, f"--json={file}"), said, "benchmark_steps --out=")


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--rounds=0", "--rounds must be 1 or more. Received: 0"),
        ("--step=foo", "--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64."),
        ("--step=mnist:joint_vae:wide", "Received: mnist:joint_vae:wide"),
        ("--step=mnist:gan:2", "gan"),
        ("--step=pets:joint_vae:2", "pets"),
        ("--variants=fast", f"--variants must be of {', '.join(VARIANTS)}. Received: fast"),
        ("--clock=sun", "--clock must be one of wall, cpu. Received: sun"),
        ("--out=steps.txt", "--out must be the name of a .json file"),
        ("--json=gone.json", "gone.json cannot be read"),
    ],
)
def test_bad_flags_get_a_sentence(flag, said):
    assert_refused(run_command(benchmark_steps, flag), said)
