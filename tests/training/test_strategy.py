"""Which strategy is made of which devices, and what is refused."""

import json

import pytest
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.run_folder.record import gpu_names
from elastic_infogan_tf.training.strategy import (
    check_batch_size,
    is_chief,
    make_strategy,
    processor,
)

TWO_WORKERS = {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)


@pytest.mark.parametrize("kind", ["auto", "mirrored"])
def test_two_devices_are_mirrored(kind):
    strategy = make_strategy(kind)
    assert type(strategy) is tf.distribute.MirroredStrategy
    assert strategy.num_replicas_in_sync == 2
    assert is_chief(strategy)


def test_one_is_the_default_strategy_even_on_two_devices():
    assert len(tf.config.list_logical_devices("CPU")) == 2
    strategy = make_strategy("one")
    assert strategy is tf.distribute.get_strategy()
    assert strategy.num_replicas_in_sync == 1
    assert is_chief(strategy)


def test_a_cluster_of_one_worker_is_not_several_workers(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["127.0.0.1:1"]}}))
    assert type(make_strategy("auto")) is tf.distribute.MirroredStrategy


class _Worker:
    """A strategy as far as `is_chief` looks at it; a real cluster: test_multi_worker.py."""

    def __init__(self, index):
        self.cluster_resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec(TWO_WORKERS), task_type="worker", task_id=index
        )


@pytest.mark.parametrize(("index", "chief"), [(0, True), (1, False)])
def test_the_first_worker_is_the_chief(index, chief):
    assert is_chief(_Worker(index)) is chief


def test_multi_worker_without_a_cluster_is_refused_with_the_format():
    with pytest.raises(UsageError, match=r"needs the environment variable TF_CONFIG .*cluster"):
        make_strategy("multi_worker")


@pytest.mark.parametrize("kind", ["auto", "multi_worker"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "JSONDecodeError"),
        ("{}", "KeyError: 'cluster'"),
        ('{"cluster": {"ps": []}}', "KeyError: 'worker'"),
        ('{"cluster": 3}', "TypeError"),
        ("[]", "TypeError"),
    ],
)
def test_a_bad_tf_config_is_refused_with_what_was_found(monkeypatch, kind, text, reason):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UsageError, match="TF_CONFIG is not JSON with") as error:
        make_strategy(kind)
    assert reason in str(error.value)
    assert str(error.value).endswith(f"Received: {text}")


def test_a_batch_that_cannot_be_shared_is_refused_with_both_numbers():
    strategy = make_strategy("mirrored")
    check_batch_size(6, strategy)
    with pytest.raises(UsageError, match=r"--batch_size=7 cannot be shared evenly by 2 replicas"):
        check_batch_size(7, strategy)


def test_one_replica_takes_any_batch():
    check_batch_size(7, make_strategy("one"))


def test_what_computes_is_the_cpu_where_there_is_no_gpu_or_the_cpu_was_split():
    assert gpu_names() == []
    assert processor(make_strategy("one")) == processor(make_strategy("mirrored")) == "CPU"


def test_a_gpu_is_named_by_its_kind(monkeypatch):
    gpu = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", {"GPU": [gpu]}.get)
    details = {gpu: {"device_name": "NVIDIA H100 80GB HBM3"}}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details.get)
    split_cpu = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert processor(tf.distribute.get_strategy()) == "NVIDIA H100 80GB HBM3"
    assert processor(split_cpu) == "CPU"
