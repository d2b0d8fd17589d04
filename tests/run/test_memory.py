"""What networks take of the memory is known before they are built."""

import dataclasses

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run import memory


@pytest.mark.parametrize(
    ("dataset", "method"), [("digits", "elastic_infogan"), ("digits", "clustered_infogan")]
)
def test_the_size_at_a_width_is_that_of_the_model_of_that_width(make_config, dataset, method):
    config = make_config(dataset, method=method)
    wide = dataclasses.replace(config, model=dataclasses.replace(config.model, base_channels=20))
    model = build_model(wide, None, 100)
    by_hand = sum(v.numpy().size for v in model.weights)
    by_hand += sum(v.numpy().size for v in model.trainable_weights)
    by_hand += sum(v.numpy().size for one in model.optimizers for v in one.variables)
    assert memory.training_bytes(model) == 4 * by_hand
    assert memory.bytes_at(config, 20, None, 100) == pytest.approx(4 * by_hand, rel=1e-6)


def test_networks_that_cannot_fit_are_refused_before_they_are_built(make_config, monkeypatch):
    monkeypatch.setattr(memory, "memory_of_machine", lambda: 10**9)
    config = make_config("digits", base_channels=100_000)
    said = r"--base_channels=100000 takes about [\d,]+ GB .* this machine has 1 GB; choose fewer"
    with pytest.raises(UsageError, match=said) as error:
        memory.require_memory(config, None, 100)
    fits = int(str(error.value).split("fewer than ")[1].split()[0])
    half = dataclasses.replace(config.model, base_channels=fits // 2)
    memory.require_memory(dataclasses.replace(config, model=half), None, 100)


def test_the_memory_of_the_machine_is_known():
    assert memory.memory_of_machine() > 10**8
