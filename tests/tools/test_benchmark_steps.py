"""Timing steps: turns, medians, and the command as its user meets it."""

import re

import numpy as np
import pytest
import tensorflow as tf

from tests.run_command import assert_refused, run_command
from tools import benchmark_steps, step_times


def test_contenders_take_turns_and_the_median_counts(monkeypatch):
    """A takes 1, 9, 2 s, B 5 s each; the first turn of both does not count."""
    clock, turns = [0.0], []
    durations = {"a": iter([100.0, 1.0, 9.0, 2.0]), "b": iter([100.0, 5.0, 5.0, 5.0])}

    def contender(name):
        def step():
            turns.append(name)
            clock[0] += next(durations[name])

        return step

    monkeypatch.setattr(step_times.time, "perf_counter", lambda: clock[0])
    contenders = {name: contender(name) for name in ("a", "b")}
    assert step_times.time_alternately(contenders, rounds=3) == {"a": 2.0, "b": 5.0}
    assert turns == ["a", "b"] * 4


def test_steps_are_timed_beside_the_first():
    steps = ["digits:joint_vae:2", "mnist:joint_vae:2"]
    code, out, err = run_command(benchmark_steps, f"--step={','.join(steps)}", "--rounds=1")
    assert code == 0, err
    first, second = out.splitlines()
    assert re.fullmatch(rf"{steps[0]}: \d+\.\d{{3}} s a step, 1\.00 of {steps[0]}", first)
    assert re.fullmatch(rf"{steps[1]}: \d+\.\d{{3}} s a step, \d+\.\d\d of {steps[0]}", second)


def test_a_method_that_clusters_takes_a_step_after_its_clusters(make_config, monkeypatch):
    models = []
    build = step_times.build_model
    monkeypatch.setattr(step_times, "build_model", lambda *x: models.append(build(*x)) or models[0])
    images = np.zeros((4, 28, 28, 1), np.uint8)
    config = make_config("digits", method="clustered_infogan")
    tf.config.run_functions_eagerly(True)  # one step is sooner taken than its program is built
    try:
        loss = step_times.train_step(config, images, jit_compile=False)()
    finally:
        tf.config.run_functions_eagerly(False)
    assert np.isfinite(loss)
    assert models[0].next_clustering is None and models[0].step == 1


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--case=foo", "--case must be of mnist, cars64"),
        ("--rounds=0", "--rounds must be 1 or more. Received: 0"),
        ("--step=foo", "--step must be DATASET:METHOD:BASE_CHANNELS, as mnist:joint_vae:64."),
        ("--step=mnist:joint_vae:wide", "Received: mnist:joint_vae:wide"),
        ("--step=mnist:gan:2", "gan"),
        ("--step=pets:joint_vae:2", "pets"),
    ],
)
def test_bad_flags_get_a_sentence(flag, said):
    assert_refused(run_command(benchmark_steps, flag), said)
