"""How long a training says that it takes, and what it says takes less."""

import types

import pytest
import tensorflow as tf

from elastic_infogan_tf.commands.arguments import shipped_flagfiles
from elastic_infogan_tf.run.dry_run import StepTimes, describe_time
from elastic_infogan_tf.settings.data_sets import DATA_SETS


def _model(next_clustering=None):
    strategy = tf.distribute.get_strategy()
    return types.SimpleNamespace(next_clustering=next_clustering, distribute_strategy=strategy)


def test_a_long_training_without_a_gpu_names_what_takes_minutes(make_config, monkeypatch):
    monkeypatch.setattr("elastic_infogan_tf.run.dry_run.processor", lambda strategy: "CPU")
    cars = make_config("cars", base_channels=64)
    line = describe_time(cars, _model(), 11_390, [4.0, 4.4, 9.0])
    assert line == (
        "time: about 13.9 hours for 11,390 steps on this machine, by 3 steps of 4.4 s; the "
        "evaluation and figures come on top; without a GPU that is long: "
        "--flagfile=cars_laptop.flags takes minutes"
    )
    for config in (make_config("cars", base_channels=16), make_config("mnist", base_channels=64)):
        line = describe_time(config, _model(), 11_390, [4.4])
        assert "that is long: smaller --base_channels and fewer --steps take less" in line
    assert "that is long" not in describe_time(cars, _model(), 800, [4.4])
    monkeypatch.setattr("elastic_infogan_tf.run.dry_run.processor", lambda strategy: "a GPU")
    assert "that is long" not in describe_time(cars, _model(), 11_390, [4.4])


def test_steps_after_clusters_are_said_to_take_longer(make_config):
    line = describe_time(make_config("cars"), _model(600), 1200, [1.0])
    assert "steps after the clusters, from 600 on, take somewhat longer" in line


@pytest.mark.parametrize("name", [name for name, row in DATA_SETS.items() if row.laptop_flagfile])
def test_a_flagfile_that_is_named_is_shipped_and_of_that_data_set(name):
    path = shipped_flagfiles()[DATA_SETS[name].laptop_flagfile]
    assert f"--dataset={name}" in path.read_text().splitlines()


def _take(watch, model, steps):
    for step in range(steps):
        watch.on_train_batch_end(step)


def test_steps_are_told_once_and_again_when_clusters_have_become_the_codes():
    told, model = [], _model(20)
    watch = StepTimes(9, told.append)
    watch.set_model(model)
    watch.on_train_begin()
    _take(watch, model, 15)
    assert [len(times) for times in told] == [9]
    model.next_clustering = None
    _take(watch, model, 9)
    assert len(told) == 1
    _take(watch, model, 9)
    assert [len(times) for times in told] == [9, 9]


def test_long_steps_are_told_sooner():
    told, model = [], _model()
    watch = StepTimes(9, told.append, seconds=0.0)
    watch.set_model(model)
    watch.on_train_begin()
    _take(watch, model, 4)
    assert [len(times) for times in told] == [3]
